"""The words of the field, as they stand in documents and on the wire."""

from enum import StrEnum


class Channel(StrEnum):
    """How a message reaches a customer."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"


class SalesChannel(StrEnum):
    """Where the customer was shopping."""

    WEB = "web"
    APP = "app"
    POS = "pos"
    SOCIAL = "social"
    MARKETPLACE = "marketplace"


class Stage(StrEnum):
    """Where a case stands. `SUPPRESSED` and `HELD` may still turn into `ORDERED`."""

    OPEN = "open"
    ABANDONED = "abandoned"
    STIMULATED = "stimulated"
    RECOVERED = "recovered"
    ORDERED = "ordered"
    LOST = "lost"
    HELD = "held"
    SUPPRESSED = "suppressed"


class Segment(StrEnum):
    """A customer's return history within the window, which picks the incentive tier."""

    NOT_RETURNED = "not_returned"
    RETURNED_ONCE = "returned_once"
    RETURNED_REPEATEDLY = "returned_repeatedly"


class IncentiveKind(StrEnum):
    """What a voucher is worth; `FREE_SHIPPING` discounts shipping only (L31)."""

    PERCENT = "percent"
    FIXED = "fixed"
    FREE_SHIPPING = "free_shipping"
    NONE = "none"


class VoucherState(StrEnum):
    """`RELEASED` is open again: its order was cancelled or its payment failed (L26), or its checkout was given up.

    `LOCKED` belongs to one order's checkout until the lock lapses, after which it counts as open.
    """

    RESERVED = "reserved"
    ISSUED = "issued"
    LOCKED = "locked"
    REDEEMED = "redeemed"
    RELEASED = "released"
    EXPIRED = "expired"
    REVOKED = "revoked"


class VoucherAction(StrEnum):
    """What the shop's backend asks about a code while its customer waits."""

    SHOW = "show"
    VALIDATE = "validate"
    LOCK = "lock"
    REDEEM = "redeem"
    RELEASE = "release"


class VoucherRefusal(StrEnum):
    """Why a code can't be used, for the shop; its customer is told one and the same sentence (L32)."""

    UNKNOWN_CODE = "unknown_code"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ALREADY_REDEEMED = "already_redeemed"
    LOCKED = "locked"
    OTHER_CUSTOMER = "other_customer"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_HAS_VOUCHER = "order_has_voucher"
    NOT_HELD = "not_held"
    CURRENCY_MISMATCH = "currency_mismatch"
    BELOW_MINIMUM = "below_minimum"
    NOTHING_TO_DISCOUNT = "nothing_to_discount"


class CaseKind(StrEnum):
    """How the order was lost: a cart that was left behind, or an offer's: an order that failed, a cart's item gone."""

    CART = "cart"
    VERIFICATION = "verification"
    PAYMENT = "payment"
    STOCK = "stock"
    VALUE = "value"


class OfferTrigger(StrEnum):
    """What made the engine look for an alternative."""

    VERIFICATION_FAILED = "verification_failed"
    PAYMENT_FAILED = "payment_failed"
    OUT_OF_STOCK = "out_of_stock"
    ABANDONED_CART = "abandoned_cart"


class OfferStage(StrEnum):
    """Where an offer stands. From `DELIVERED` on its price is promised: it is honoured, or it expires."""

    REQUESTED = "requested"
    PRICING = "pricing"
    READY = "ready"
    DELIVERED = "delivered"
    VIEWED = "viewed"
    ACCEPTED = "accepted"
    ORDERED = "ordered"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


class OfferAction(StrEnum):
    """What a customer does with an offer."""

    VIEW = "view"
    ACCEPT = "accept"
    DECLINE = "decline"


class OfferRefusal(StrEnum):
    """Why an offer can't be accepted or declined any more, or not yet."""

    UNKNOWN_OFFER = "unknown_offer"
    NOT_READY = "not_ready"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    REPLACED = "replaced"
    OUT_OF_DATE = "out_of_date"
    LIMIT_BREACHED = "limit_breached"


class StepState(StrEnum):
    """What became of one step of the sequence; a step without a record is still to come."""

    CLAIMED = "claimed"
    DEFERRED = "deferred"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


class OrderState(StrEnum):
    """`FAILED` is a failed payment; a later placing or payment of the same order makes it `PLACED` again."""

    PLACED = "placed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class VerificationReason(StrEnum):
    """Why a customer's verification failed. Never put into a message."""

    IDENTITY = "identity"
    CREDIT = "credit"
    FRAUD = "fraud"
    OTHER = "other"


class LookKind(StrEnum):
    """What a timer asks to look at; the value is the function (and queue) that may act on it."""

    QUIET = "generate_offer"
    STEP = "send_stimulus"
    LAPSE = "expire_vouchers"


class Reason(StrEnum):
    """Why something was withheld, revoked, released or reversed. Every withheld message has one."""

    RECOVERY_DISABLED = "recovery_disabled"
    HOLDOUT = "holdout"
    CONSENT_MISSING = "consent_missing"
    SUPPRESSED_ADDRESS = "suppressed_address"
    CONTACT_MISSING = "contact_missing"
    CAP_REACHED = "cap_reached"
    CART_EMPTY = "cart_empty"
    CART_TOO_SMALL = "cart_too_small"
    CART_TOO_OLD = "cart_too_old"
    ALREADY_ORDERED = "already_ordered"
    OUT_OF_STOCK = "out_of_stock"
    MINIMUM_GAP = "minimum_gap"
    QUIET_HOURS = "quiet_hours"
    INTAKE_BEHIND = "intake_behind"
    PAUSED = "paused"
    SMS_LIMIT = "sms_limit"
    PROVIDER_REFUSED = "provider_refused"
    PROVIDER_UNKNOWN = "provider_unknown"
    NOT_ACTIVATED = "not_activated"
    TEMPLATE_INVALID = "template_invalid"
    ORDER_CANCELLED = "order_cancelled"
    PAYMENT_FAILED = "payment_failed"
    VERIFICATION_FAILED = "verification_failed"
    STORE_LEFT = "store_left"
    WITHDRAWN = "withdrawn"
    BOT = "bot"
    PRICING_UNAVAILABLE = "pricing_unavailable"
    PRICING_REFUSED = "pricing_refused"
    PRICING_INVALID = "pricing_invalid"
    LIMIT_BREACHED = "limit_breached"
    NO_ALTERNATIVE = "no_alternative"
    NOT_APPROVED = "not_approved"
