"""An offer from one stage to the next, and its end before anybody saw it. Each stage is saved before the next one."""

from common.domain import ids
from common.domain.book import CASES, Book
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case
from common.domain.money import format_minor
from common.domain.offers import PROMISED, Offer
from common.domain.timing import pending_step, record_of
from common.domain.vocabulary import CaseKind, OfferStage, Reason, Stage, StepState
from common.domain.wire import stamp

_OPEN_CASES = (Stage.ABANDONED, Stage.STIMULATED)
_STANDS = (OfferStage.READY, *PROMISED, OfferStage.ACCEPTED)
_MADE_OR_STANDS = (OfferStage.REQUESTED, OfferStage.PRICING, *_STANDS)


def at_stage(book: Book, case: Case, stage: OfferStage, what: str, **changes: object) -> Case:
    """The case with its offer at a new stage, and a line in the timeline."""
    if case.offer is None:
        raise AssertionError("a case without an offer has no stages of one")
    version = case.offer.version + (stage is not OfferStage.VIEWED)  # a look changes nothing that is promised
    offer = replace(case.offer, stage=stage, stage_at=book.now, version=version, **changes)  # type: ignore[arg-type]
    return replace(noted(book, case, what), offer=offer)


def tell(book: Book, case: Case, type: str, **fields: object) -> None:
    """Announce something about the case's offer."""
    announce(book, case, type, None, offer_id=case.offer and case.offer.id, **fields)


def requested(book: Book, case: Case, offer: Offer) -> Case:
    """What was asked for, told once its limits are known or it is known that there are none."""
    hard = offer.limits and format_minor(offer.limits.hard_limit_minor, offer.currency)
    base = format_minor(offer.wanted.unit_price_minor, offer.currency)
    tell(
        book,
        replace(case, offer=offer),
        "offer.requested",
        trigger=offer.trigger.value,
        base_price=base,
        hard_limit=hard,
        currency=offer.currency,
    )
    return replace(case, offer=offer, announced=True)


def cancelled(book: Book, case: Case, reason: Reason) -> Case:
    """The offer, given up before it reached anybody. A cart that it stood in for is reminded of as usual.

    If another one had reached them before, nothing is left to be tried, and the order is lost.
    """
    if case.announced:  # else nobody has heard of it: the order was paid after all, for example
        tell(book, case, "offer.cancelled", reason=reason.value)
    case = at_stage(book, case, OfferStage.CANCELLED, "offer cancelled", reason=reason)
    _release(book, case)
    if case.former_offer is not None:
        return lost(book, case)
    if case.stage not in _OPEN_CASES:
        return case
    return replace(case, stage=Stage.SUPPRESSED, reason=reason)


def _release(book: Book, case: Case) -> None:
    cart = _stood_in_for(book, case)
    if cart is not None and case.kind is not CaseKind.VERIFICATION and case.former_offer is None:
        settle(book, replace(noted(book, cart, "alternative fell through"), superseded_by=None))


def _stood_in_for(book: Book, case: Case) -> Case | None:
    """The cart that is silent because of this offer."""
    cart = book.case(case.stands_in_for) if case.stands_in_for else None
    return cart if cart is not None and cart.superseded_by == case.id else None


def stand_in(book: Book, case: Case) -> None:
    """From now on the cart sends nothing: one lost order is not written about twice (L11)."""
    cart = book.case(case.stands_in_for) if case.stands_in_for else None
    if cart is not None and pending_step(cart, book.policy) is not None:
        settle(book, replace(noted(book, cart, "alternative offered instead"), superseded_by=case.id))


def standing_in_for(book: Book, cart: Case, offer_cases: tuple[str, ...]) -> str | None:
    """The case of an offer that speaks for the cart, if one does: while what was wanted is still in it.

    A lost order need not have named its cart.
    """
    book.need(*((CASES, id) for id in offer_cases))
    for id in offer_cases:
        case = book.case(id)
        if case is None or case.offer is None or not _has_wanted(cart, case.offer):
            continue
        if case.stands_in_for == cart.id and case.offer.stage in _STANDS:
            return id
        if case.stands_in_for in (None, cart.id) and _was_of(case, case.offer, cart):
            book.put(replace(case, stands_in_for=cart.id))
            return id
    return None


def _was_of(case: Case, offer: Offer, cart: Case) -> bool:
    """Whether the lost order was this cart's, which nobody has come back to since."""
    if case.lost_order_id is None or case.cart_id or cart.last_activity_at > case.opened_at:
        return False
    return case.kind is CaseKind.VERIFICATION or offer.stage in _MADE_OR_STANDS


def _has_wanted(cart: Case, offer: Offer) -> bool:
    return any(line.sku == offer.wanted.sku for line in cart.lines)


def after_message(book: Book, case: Case) -> Case:
    """The case once something became of the message that tells of its offer: delivered, or given up."""
    offer = case.offer
    if offer is None or offer.stage is not OfferStage.READY:
        return case
    if case.stage is Stage.ORDERED:
        return cancelled(book, case, Reason.ALREADY_ORDERED)
    from common.domain.offer_timing import OFFER, step_id

    record = record_of(case, step_id(OFFER, offer))
    if record is None:
        return case
    if record.state in (StepState.SENT, StepState.UNKNOWN):
        # Of unknown fate it may have arrived, so it is honoured (L14).
        case = at_stage(book, case, OfferStage.DELIVERED, "offer delivered", valid_until=record.valid_until)
        until = record.valid_until and stamp(record.valid_until)
        tell(book, case, "offer.delivered", channel=record.channel, valid_until=until)
        return case
    if record.state in (StepState.SKIPPED, StepState.FAILED):
        reason = record.reason or Reason.PROVIDER_REFUSED
        if reason is Reason.OUT_OF_STOCK and may_be_replaced(book, case):
            return replaced_by_another(book, case)
        return cancelled(book, case, reason)
    return case


def may_be_replaced(book: Book, case: Case) -> bool:
    """Whether policy wants one more try after an offer that came to nothing."""
    return book.policy.pricing.replace_declined and case.offer is not None and case.offer.number == 1


def replaced_by_another(book: Book, case: Case) -> Case:
    """A second offer is requested, of something else; the first one is kept beside it."""
    former = case.offer
    if former is None:
        return case
    fresh = Offer(
        id=ids.offer_id(case.id, former.number + 1),
        trigger=former.trigger,
        wanted=former.wanted,
        currency=former.currency,
        requested_at=book.now,
        stage_at=book.now,
        number=former.number + 1,
        approved_minor=former.approved_minor,
    )
    tell(book, case, "offer.replaced", replaced_by=fresh.id)
    case = at_stage(book, case, OfferStage.REPLACED, "offer replaced")
    stage = Stage.ABANDONED if case.stage is Stage.LOST else case.stage
    return replace(case, former_offer=case.offer, offer=fresh, held_until=None, stage=stage)


def offer_lapsed(book: Book, case: Case, offer: Offer) -> Case:
    """The case after everything about its offer whose time is over has ended; the same again changes nothing."""
    from common.domain.offer_timing import offer_waits_for

    due = offer_waits_for(case, offer, book.policy)
    if due is None or book.now < due.at:
        return case
    match offer.stage:
        case OfferStage.READY:
            return cancelled(book, case, Reason.NOT_APPROVED)
        case OfferStage.DELIVERED | OfferStage.VIEWED:
            tell(book, case, "offer.expired")
            return lost(book, at_stage(book, case, OfferStage.EXPIRED, "offer expired"))
        case OfferStage.ACCEPTED:
            return lost(book, case)
        case _:
            return case


def lost(book: Book, case: Case) -> Case:
    """The case without a result, if it is still open; and with it the cart that it stood in for, told once for both."""
    if case.stage not in _OPEN_CASES:
        return case
    announce(book, case, "case.lost")
    cart = _stood_in_for(book, case)
    if cart is not None and cart.stage in _OPEN_CASES:
        settle(book, replace(noted(book, cart, "lost"), stage=Stage.LOST))
    customer = follow(book, case.customer_id)
    if (
        customer is not None
        and case.id in customer.offer_cases
        and case.offer
        and not _may_be_late(case.offer)
    ):
        rest = tuple(id for id in customer.offer_cases if id != case.id)
        book.put(replace(customer, offer_cases=rest))
    return replace(noted(book, case, "lost"), stage=Stage.LOST)


def _may_be_late(offer: Offer) -> bool:
    """Whether an order may still be told of that takes the offer up."""
    return offer.stage in (OfferStage.ACCEPTED, OfferStage.EXPIRED)
