"""Why a message is withheld. Every gate is asked again at each send; the first that closes names the reason."""

from collections.abc import Callable, Collection
from datetime import datetime

from common.domain.bounds import minor_in
from common.domain.documents import Case, Customer, Purchase, StepRecord
from common.domain.policy import Policy, Step
from common.domain.vocabulary import Channel, Reason, StepState

_MAY_HAVE_REACHED = (StepState.CLAIMED, StepState.SENT, StepState.UNKNOWN)


def closed_gate(case: Case, customer: Customer | None, policy: Policy, now: datetime) -> Reason | None:
    """The first reason to leave this case alone at `now`, or None."""
    return next((reason for reason, closed in _GATES if closed(case, customer, policy, now)), None)


def _already_ordered(case: Case, customer: Customer | None, policy: Policy, now: datetime) -> bool:
    return customer is not None and purchase_instead(case, customer, policy) is not None


def purchase_instead(case: Case, customer: Customer, policy: Policy) -> Purchase | None:
    """What the customer bought since they last touched the cart (L1), or, of these very items, lately (L8)."""
    skus = {line.sku for line in case.lines}
    for purchase in reversed(customer.purchases):
        # Whoever lost an order wanted the same once more.
        lately = (
            case.lost_order_id is None and case.last_activity_at - purchase.at <= policy.recovery.attribution
        )
        these = bool(skus) and skus <= set(purchase.skus)
        if purchase.at >= case.last_activity_at or (lately and these):
            return purchase
    return None


def _not_activated(case: Case, customer: Customer | None, policy: Policy, now: datetime) -> bool:
    since = policy.recovery.activated_at
    return since is not None and case.last_activity_at < since


def _too_small(case: Case, customer: Customer | None, policy: Policy, now: datetime) -> bool:
    least = minor_in(policy.recovery.min_cart_total, case.currency or "")
    return least is not None and case.total_minor < least


_GATES: tuple[tuple[Reason, Callable[[Case, Customer | None, Policy, datetime], bool]], ...] = (
    (Reason.ALREADY_ORDERED, _already_ordered),
    (Reason.RECOVERY_DISABLED, lambda case, customer, policy, now: not policy.recovery.enabled),
    (Reason.NOT_ACTIVATED, _not_activated),
    (Reason.BOT, lambda case, customer, policy, now: case.automated),
    (Reason.CART_EMPTY, lambda case, customer, policy, now: not case.lines),
    (
        Reason.CART_TOO_OLD,
        lambda case, customer, policy, now: now - case.last_activity_at > policy.recovery.max_cart_age,
    ),
    (Reason.CART_TOO_SMALL, _too_small),
    (Reason.OUT_OF_STOCK, lambda case, customer, policy, now: not any(line.available for line in case.lines)),
)


def addresses(customer: Customer) -> dict[Channel, str]:
    """Where the customer can be reached, by channel."""
    known = {Channel.EMAIL: customer.email, Channel.SMS: customer.phone}
    return {channel: address for channel, address in known.items() if address}


def choose_channel(
    case: Case,
    customer: Customer,
    step: Step,
    record: StepRecord | None,
    suppressed: Collection[str],
    policy: Policy,
) -> tuple[Channel, str] | Reason:
    """The first channel of the step that is permitted and reachable, with the address; or why there is none.

    Of several reasons the one is named that says most about the customer.
    """
    refused = record.refused_channels if record else ()
    reasons = []
    for channel in step.channels:
        address = addresses(customer).get(channel)
        reason = (
            Reason.PROVIDER_REFUSED
            if channel in refused
            else _barred(case, customer, channel, address, suppressed, policy)
        )
        if reason is None and address is not None:
            return channel, address
        reasons.append(reason or Reason.CONTACT_MISSING)
    return min(reasons, key=_TELLING.index)


_TELLING = (
    Reason.PROVIDER_REFUSED,
    Reason.SUPPRESSED_ADDRESS,
    Reason.SMS_LIMIT,
    Reason.CONSENT_MISSING,
    Reason.CONTACT_MISSING,
)


def _barred(
    case: Case,
    customer: Customer,
    channel: Channel,
    address: str | None,
    suppressed: Collection[str],
    policy: Policy,
) -> Reason | None:
    if address is None:
        return Reason.CONTACT_MISSING
    if address in suppressed:
        return Reason.SUPPRESSED_ADDRESS
    consent = customer.consent.get(channel)
    if (consent is None and policy.consent_required.requires(channel)) or (
        consent is not None and not consent.given
    ):
        return Reason.CONSENT_MISSING
    if channel is Channel.SMS and any(
        record.channel is Channel.SMS and record.state in _MAY_HAVE_REACHED for record in case.steps
    ):
        return Reason.SMS_LIMIT
    return None
