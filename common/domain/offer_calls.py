"""What customers do with an offer: they see it, accept it, decline it; on the web, in the app, or told by the shop.

Each works once. Doing the same again finds its first outcome (L52), and nothing else can be done after it.
"""

from dataclasses import replace as with_verdict
from datetime import datetime

from common.domain import ids, inbox
from common.domain.book import CASES, ORDERS, Book, Decision
from common.domain.casework import conclude, noted, remember, repeat, settle
from common.domain.changing import replace
from common.domain.customers import follow, identify
from common.domain.documents import Case, Customer
from common.domain.money import format_minor
from common.domain.offer_stages import (
    at_stage,
    cancelled,
    lost,
    may_be_replaced,
    replaced_by_another,
    tell,
)
from common.domain.offers import PROMISED, Offer, OfferVerdict
from common.domain.orders import placed
from common.domain.storefront import OfferAccepted, OfferDeclined, OfferTold
from common.domain.triggers import OfferApproved, OfferCalled
from common.domain.vocabulary import (
    OfferAction,
    OfferRefusal,
    OfferStage,
    OrderState,
    Reason,
    SalesChannel,
    Stage,
)
from common.domain.wire import stamp

_TAKEN = (OfferStage.ACCEPTED, OfferStage.ORDERED)
_ENDED = {
    OfferStage.EXPIRED: OfferRefusal.EXPIRED,
    OfferStage.CANCELLED: OfferRefusal.CANCELLED,
    OfferStage.DECLINED: OfferRefusal.DECLINED,
    OfferStage.REPLACED: OfferRefusal.REPLACED,
    OfferStage.ACCEPTED: OfferRefusal.ACCEPTED,
    OfferStage.ORDERED: OfferRefusal.ACCEPTED,
}


def offer_called(book: Book, call: OfferCalled) -> Decision:
    """What became of the call; its verdict is what the customer is shown."""
    case, offer = _found(book, call.offer_id)
    if case is None or offer is None:
        return _told(book, None, None, call.action, OfferRefusal.UNKNOWN_OFFER)
    if offer is case.offer and call.version not in (None, offer.version) and offer.stage in PROMISED:
        return _told(book, case, offer, call.action, OfferRefusal.OUT_OF_DATE)
    book.message_id = f"offer {call.action} {offer.id}"
    return _done(book, case, offer, call.action, book.now, call.channel)


def offer_told(book: Book, event: OfferTold) -> Decision:
    """The same, told by the shop as an event, which may be late: what counts is when the customer did it."""
    case_id = ids.case_of_offer(event.offer_id) if event.offer_id else _case_of_order(event)
    case = book.case(case_id) if case_id else None
    entry = inbox.find(case.inbox, book.message_id) if case else None
    if entry is not None:
        return repeat(entry) if entry.digest == event.digest else Decision("id_reused")
    customer = identify(book, event.store, event.person, event.occurred_at)
    case = case or _by_subject(book, customer, event.order_id)
    case, offer = _found(book, event.offer_id or (case.offer.id if case and case.offer else ""))
    if case is None or offer is None or case.store != event.store:
        return conclude(book, "nobodys_offer")
    owner = follow(book, case.customer_id)
    if customer is not None and (owner is None or owner.id != customer.id):
        return conclude(book, "anothers_offer")
    decision = _done(book, case, offer, _action(event), event.occurred_at, event.channel, event)
    current = book.case(case.id) or case
    if inbox.find(current.inbox, book.message_id) is None:
        # Remembered even if it changes nothing, so that the same event never means something else later.
        remember(book, current, event)
    return conclude(book, decision.outcome)


def _case_of_order(event: OfferTold) -> str | None:
    if event.order_id is None:
        return None
    return ids.offer_case_id(event.store, "order", f"order {event.order_id}")


def _by_subject(book: Book, customer: Customer | None, lost: str | None) -> Case | None:
    """The customer's own offer instead of what the event names: where no order was lost, that is the cart."""
    known = customer.offer_cases if customer and lost else ()
    book.need(*((CASES, id) for id in known))
    return next((case for id in reversed(known) if (case := book.case(id)) and case.subject == lost), None)


def _action(event: OfferTold) -> OfferAction:
    match event:
        case OfferAccepted():
            return OfferAction.ACCEPT
        case OfferDeclined():
            return OfferAction.DECLINE
        case _:
            return OfferAction.VIEW


def _found(book: Book, offer_id: str) -> tuple[Case | None, Offer | None]:
    case_id = ids.case_of_offer(offer_id)
    case = book.case(case_id) if case_id else None
    for offer in (case.offer, case.former_offer) if case else ():
        if offer is not None and offer.id == offer_id:
            return case, offer
    return None, None


def _done(
    book: Book,
    case: Case,
    offer: Offer,
    action: OfferAction,
    at: datetime,
    channel: SalesChannel | None,
    event: OfferTold | None = None,
) -> Decision:
    refusal = _why_not(offer, action, at)
    if refusal is not None:
        return _told(book, case, offer, action, refusal)
    if _is_done(offer, action):
        entry = inbox.find(case.inbox, book.message_id)
        decision = repeat(entry) if entry else conclude(book, "offer_repeated")
        return _told(book, case, offer, action, None, decision)
    match action:
        case OfferAction.VIEW:
            case = _viewed(book, case, offer)
        case OfferAction.ACCEPT:
            case = _with_earlier_order(book, _accepted(book, case, offer, at, channel), at)
        case OfferAction.DECLINE:
            case = _declined(book, case, at, channel)
    remember(book, settle(book, case), event)
    return _told(book, case, _found(book, offer.id)[1], action, None)


def _is_done(offer: Offer, action: OfferAction) -> bool:
    match action:
        case OfferAction.VIEW:
            return offer.stage is not OfferStage.DELIVERED
        case OfferAction.ACCEPT:
            return offer.stage in _TAKEN
        case OfferAction.DECLINE:
            was_replaced = offer.stage is OfferStage.REPLACED and offer.answered_at is not None
            return offer.stage is OfferStage.DECLINED or was_replaced


def _why_not(offer: Offer, action: OfferAction, at: datetime) -> OfferRefusal | None:
    """What stands in the way. To look at an offer is never refused, whatever became of it."""
    if action is OfferAction.VIEW or _is_done(offer, action):
        return None
    if offer.stage in PROMISED or offer.stage is OfferStage.EXPIRED:
        if offer.valid_until is None or at >= offer.valid_until:
            return OfferRefusal.EXPIRED
        if action is OfferAction.ACCEPT and not _is_within_limits(offer):
            return OfferRefusal.LIMIT_BREACHED
        return None
    return _ENDED.get(offer.stage, OfferRefusal.NOT_READY)


def _is_within_limits(offer: Offer) -> bool:
    """Checked once more: nothing that happened to the document since may sell below the limits."""
    proposal, limits = offer.proposal, offer.limits
    return (
        proposal is not None and limits is not None and limits.allows(proposal.sku, proposal.unit_price_minor)
    )


def _viewed(book: Book, case: Case, offer: Offer) -> Case:
    if offer.state_at(book.now) is OfferStage.EXPIRED:
        return case
    tell(book, case, "offer.viewed")
    return at_stage(book, case, OfferStage.VIEWED, "offer viewed")


def _accepted(book: Book, case: Case, offer: Offer, at: datetime, channel: SalesChannel | None) -> Case:
    """Everything that the shop needs to make the order."""
    proposal = offer.proposal
    if proposal is None:
        raise AssertionError("an offer that can be accepted proposes something")
    customer = follow(book, case.customer_id)
    price, quantity, currency = proposal.unit_price_minor, offer.wanted.quantity, offer.currency
    tell(
        book,
        case,
        "offer.accepted",
        sku=proposal.sku,
        name=proposal.name,
        quantity=quantity,
        unit_price=format_minor(price, currency),
        total=format_minor(price * quantity, currency),
        currency=currency,
        channel=channel and channel.value,
        order_id=case.lost_order_id,
        cart_id=case.cart_id or None,
        customer_reference=customer.external_id if customer else None,
        valid_until=offer.valid_until and stamp(offer.valid_until),
    )
    case = at_stage(
        book, case, OfferStage.ACCEPTED, "offer accepted", answered_at=at, answered_through=channel
    )
    # Heard of late, it was accepted in time all the same: the case is open again.
    return replace(case, stage=Stage.STIMULATED) if case.stage is Stage.LOST else case


def _with_earlier_order(book: Book, case: Case, at: datetime) -> Case:
    """The case, completed by an order that overtook the news of its acceptance (L13)."""
    customer = follow(book, case.customer_id)
    since = [one for one in customer.purchases if one.at >= at] if customer else []
    book.need(*((ORDERS, ids.order_id(case.store, one.order_id)) for one in since))
    book.put(case)
    for purchase in since:
        order = book.order(ids.order_id(case.store, purchase.order_id))
        if order is not None and order.state is OrderState.PLACED and order.placed_at is not None:
            book.put(placed(book, order, None, None, order.placed_at))
    return book.case(case.id) or case


def _declined(book: Book, case: Case, at: datetime, channel: SalesChannel | None) -> Case:
    tell(book, case, "offer.declined", channel=channel and channel.value)
    case = at_stage(
        book, case, OfferStage.DECLINED, "offer declined", answered_at=at, answered_through=channel
    )
    return replaced_by_another(book, case) if may_be_replaced(book, case) else lost(book, case)


def _told(
    book: Book,
    case: Case | None,
    offer: Offer | None,
    action: OfferAction,
    refusal: OfferRefusal | None,
    decision: Decision | None = None,
) -> Decision:
    customer = follow(book, case.customer_id) if case else None
    verdict = OfferVerdict(
        action=action,
        refusal=refusal,
        offer=offer,
        state=offer.state_at(book.now) if offer else None,
        case_id=case.id if case else None,
        customer_id=customer.id if customer else None,
        locale=customer.locale if customer else None,
    )
    concluded = decision or conclude(book, refusal.value if refusal else f"offer_{action}")
    return with_verdict(concluded, verdict=verdict)


def offer_approved(book: Book, word: OfferApproved) -> Decision:
    """An administrator's word on an offer that was too dear to leave by itself."""
    case, offer = _found(book, word.offer_id)
    if case is None or offer is None or offer.stage is not OfferStage.READY:
        return conclude(book, "offer_gone" if offer is None else "answered_before")
    if not word.approved:
        case = cancelled(book, case, Reason.NOT_APPROVED)
    else:
        approved = replace(offer, approved_by=word.by, stage_at=book.now)
        case = replace(noted(book, case, "offer approved", actor="administrator"), offer=approved)
    remember(book, settle(book, case))
    return conclude(book, "offer_approved" if word.approved else "offer_stopped")
