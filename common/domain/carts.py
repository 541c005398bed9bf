"""A cart as the storefront reports it: activity, its newest state, and when a cart becomes a new lost order."""

from dataclasses import replace as replaced
from datetime import datetime, timedelta
from typing import Any

from common.domain import ids
from common.domain.book import CASES, Book
from common.domain.cart_changes import as_changes, with_changes, with_lines
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import MAX_LINES, Case, Customer
from common.domain.storefront import (
    Cart,
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    ItemUnavailable,
    Line,
)
from common.domain.vocabulary import Reason, Stage, VoucherState

_BY_ORDER = (Stage.RECOVERED, Stage.ORDERED)
_NO_TIME = timedelta()
_LOOKED_BACK = 20
"""Episodes of a cart among which a late order finds its own."""
_ECHO = timedelta(days=1)
"""For so long after an order, its own items put into the cart again are taken for clocks that disagree (L8)."""
_LATER_EPISODE_POSSIBLE = (*_BY_ORDER, Stage.LOST)


def current_case(book: Book, store: str, cart_id: str) -> Case | None:
    """The newest episode of a cart: the first one's document, which is nearly always it, tells which one it is."""
    first = book.case(ids.case_id(store, cart_id))
    if first is None or first.latest_episode == 1:
        return first
    return book.case(ids.case_id(store, cart_id, first.latest_episode))


def case_at(book: Book, store: str, cart_id: str | None, at: datetime) -> Case | None:
    """The episode of a cart that was the newest one at `at`, or the oldest of late; None without a cart."""
    case = current_case(book, store, cart_id) if cart_id else None
    if case is None or case.episode == 1 or case.opened_at <= at:
        return case
    earlier = [ids.case_id(store, case.cart_id, episode) for episode in range(1, case.episode)][
        -_LOOKED_BACK:
    ]
    book.need(*((CASES, id) for id in earlier))
    episodes = [found for id in earlier if (found := book.case(id))]
    return next((one for one in reversed(episodes) if one.opened_at <= at), episodes[0])


def updated(book: Book, case: Case | None, event: CartUpdated, customer: Customer | None) -> Case:
    """The case after a new state of its cart; an empty one is kept silently, as it may have overtaken its cart (L13).

    What is empty is nobody's: whoever took the items out, there is nothing left to remind anybody of (L9).
    """
    cart = event.cart
    if case is None:
        return _opened(event, cart.id, customer)
    if _begins_new_episode(book, case, event, customer):
        return _next_episode(book, case, event, customer)
    if case.stage in _BY_ORDER:
        return _seen_after_order(case, event)
    changed_hands = _changed_hands(book, case, customer)
    if case.stage is Stage.LOST or (changed_hands and cart.lines):
        return _seen_at(case, event.occurred_at)
    newest = _is_newest_state(case, event)
    if not changed_hands:
        case = _with_customer(case, customer, newer=newest)
    if newest:
        case = _with_state(case, cart, event.occurred_at)
    return _active(book, case, event) if event.occurred_at > case.last_activity_at else case


def changed(book: Book, case: Case | None, event: CartItemsChanged, customer: Customer | None) -> Case:
    """The case after items were put in or taken out. What comes out of an unknown cart shows that there is one."""
    at = event.occurred_at
    if case is None:
        return _opened(event, event.cart_id, customer)
    if case.episode > 1 and at < case.opened_at:
        return case  # an earlier episode's, which is over
    if case.stage in _BY_ORDER:
        if case.ordered_at is None or at <= case.ordered_at:
            return with_changes(case, event)
        again = at <= case.ordered_at + _ECHO and _same_items(case, event.added)
        return case if again or not event.added else _next_episode(book, case, event, customer)
    changed_hands = _changed_hands(book, case, customer)
    if case.stage is Stage.LOST or (changed_hands and event.added):
        again = at > case.last_activity_at if case.stage is Stage.LOST else _is_newer(case, at)
        return _next_episode(book, case, event, customer) if again and event.added else case
    if not changed_hands:
        case = _with_customer(case, customer, newer=_is_newer(case, at))
    case = with_changes(case, event)
    return _active(book, case, event) if at > case.last_activity_at else case


def without_item(case: Case | None, event: ItemUnavailable) -> Case | None:
    """The case with the item marked as sold out, so that no message offers it (L44); a newer state knows better."""
    if case is None or (case.cart_state_at is not None and event.occurred_at < case.cart_state_at):
        return case
    if case.changes:
        changes = [
            replaced(change, line=_sold_out(change.line, event.sku))
            if change.at <= event.occurred_at
            else change
            for change in case.changes
        ]
        return with_lines(case, changes)
    return replace(case, lines=tuple(_sold_out(line, event.sku) for line in case.lines))


def _sold_out(line: Line, sku: str) -> Line:
    return replaced(line, available=False) if line.sku == sku else line


def visited(book: Book, case: Case | None, event: CartVisited, customer: Customer | None) -> Case | None:
    """The case after activity that brought no new state, whoever was there; nobody takes a cart over by looking (L6).

    A visit may overtake its cart, so an unknown one is kept silently; not one that is only named after its visitor.
    """
    if case is None:
        return _opened(event, event.cart_id, customer) if _knows_of_a_cart(event) else None
    if case.stage in _LATER_EPISODE_POSSIBLE:
        return case
    if customer is not None and _is_nobodys(book, case, customer):
        case = replace(case, customer_id=customer.id)
    return _active(book, case, event) if event.occurred_at > case.last_activity_at else case


def _knows_of_a_cart(event: CartVisited) -> bool:
    """Whether there must be a cart; one that has its visitor's own id is made up, and most visitors have none (L42)."""
    person, (_, made_up, whose) = event.person, event.cart_id.partition(":")
    return person is None or not made_up or whose not in (person.anonymous_id, person.external_id)


def _is_nobodys(book: Book, case: Case, customer: Customer) -> bool:
    """Whether a visitor may be whose cart it is: nobody else's, or only a browser's of whom nothing is known."""
    if case.customer_id in (None, customer.id):
        return case.customer_id is None
    named = customer.external_id or customer.email or customer.phone
    return named is not None and follow(book, case.customer_id) is None


def _is_newer(case: Case, at: datetime) -> bool:
    """Whether the cart isn't known to have changed since; looking at it is no change."""
    stated_at = case.changes[-1].at if case.changes else case.cart_state_at
    return stated_at is None or at > stated_at


def _is_newest_state(case: Case, event: CartUpdated) -> bool:
    return case.cart_state_at is None or event.occurred_at >= case.cart_state_at


def _seen_after_order(case: Case, event: CartUpdated) -> Case:
    """A bought cart: one emptied later may be filled anew (L8), and is as empty as any if its order comes to nothing
    (L9); a state from before, overtaken by its order, is kept for that (L13).
    """
    after = case.ordered_at is None or event.occurred_at > case.ordered_at
    if after and event.cart.lines:
        return _seen_at(case, event.occurred_at)
    case = replace(case, cleared=True) if after else case
    return _with_state(case, event.cart, event.occurred_at) if _is_newest_state(case, event) else case


def _seen_at(case: Case, at: datetime) -> Case:
    """The case whose cart was seen at `at`, so that no older state of it is taken for a new lost order (L9, L13)."""
    return replace(case, cart_state_at=max(case.cart_state_at or at, at))


def _active(book: Book, case: Case, event: CartUpdated | CartItemsChanged | CartVisited) -> Case:
    """Somebody is there: what was planned waits until the cart is quiet again (L3); an emptied one is let go (L9)."""
    case = replace(
        case,
        last_activity_at=event.occurred_at,
        channel=event.channel or case.channel,
        **_busyness(book, case, event),
    )
    if case.stage is Stage.HELD:
        return case
    if case.lines:
        if case.stage is Stage.OPEN:
            return case
        return replace(noted(book, case, "active again", actor="customer"), stage=Stage.OPEN)
    if not case.announced or case.stage is Stage.SUPPRESSED:
        return case
    announce(book, case, "case.suppressed", reason=Reason.CART_EMPTY.value)
    voucher = None if case.voucher and case.voucher.state is VoucherState.RESERVED else case.voucher
    case = noted(book, case, "suppressed", Reason.CART_EMPTY)
    return replace(case, stage=Stage.SUPPRESSED, reason=Reason.CART_EMPTY, voucher=voucher)


def _busyness(book: Book, case: Case, event: CartUpdated | CartItemsChanged | CartVisited) -> dict[str, Any]:
    """How often the cart was touched in this hour, and whether that is still a person's doing."""
    hour = event.occurred_at.replace(minute=0, second=0, microsecond=0)
    events = case.events_in_hour + 1 if case.active_hour == hour else 1
    most = book.policy.intake.rules_for(event.source, event.store).max_cart_events_per_hour
    return {"active_hour": hour, "events_in_hour": events, "automated": case.automated or events > most}


def _with_state(case: Case, cart: Cart, at: datetime) -> Case:
    """The case with the cart's newer state. An empty cart keeps the currency it had."""
    lines = dearest(cart.lines)
    case = replace(
        case,
        cart_state_at=at,
        currency=cart.currency or case.currency,
        total_minor=cart.total_minor if cart.lines else 0,
        url=cart.url or case.url,
        lines=lines,
        line_count=len(cart.lines),
    )
    if not case.changes:
        return case
    later = [change for change in case.changes if change.at > at]
    return (
        with_lines(case, [*as_changes(lines, cart.currency, at), *later])
        if later
        else replace(case, changes=())
    )


def dearest(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines that a case keeps, in the cart's order: all, or of a huge cart the most valuable that can be bought."""
    if len(lines) <= MAX_LINES:
        return lines
    worth = sorted(
        range(len(lines)),
        key=lambda index: (
            not lines[index].available,
            -lines[index].quantity * lines[index].unit_price_minor,
        ),
    )
    return tuple(lines[index] for index in sorted(worth[:MAX_LINES]))


def _with_customer(case: Case, customer: Customer | None, *, newer: bool) -> Case:
    """The case with whom the event names; an older state only fills a gap."""
    if customer is None or customer.id == case.customer_id:
        return case
    return replace(case, customer_id=customer.id) if newer or case.customer_id is None else case


def _opened(
    event: CartUpdated | CartItemsChanged | CartVisited,
    cart_id: str,
    customer: Customer | None,
    episode: int = 1,
) -> Case:
    case = Case(
        id=ids.case_id(event.store, cart_id, episode),
        store=event.store,
        cart_id=cart_id,
        episode=episode,
        opened_at=event.occurred_at,
        last_activity_at=event.occurred_at,
        customer_id=customer.id if customer else None,
        channel=event.channel,
    )
    if isinstance(event, CartUpdated):
        return _with_state(case, event.cart, event.occurred_at)
    return case if isinstance(event, CartVisited) else with_changes(case, event)


def _begins_new_episode(book: Book, case: Case, event: CartUpdated, customer: Customer | None) -> bool:
    """Whether this is a new lost order in the making, rather than more of the one that the case is about."""
    if not event.cart.lines or not _is_newest_state(case, event):
        return False
    if case.stage in _BY_ORDER:
        since = event.occurred_at - case.ordered_at if case.ordered_at else None
        lately = since is None or since <= book.policy.recovery.attribution
        after = since is None or since > _NO_TIME
        return after and (case.cleared or not (lately and _same_items(case, event.cart.lines)))
    if case.stage is Stage.LOST:
        return event.occurred_at > case.last_activity_at
    return _changed_hands(book, case, customer) and _is_newer(case, event.occurred_at)


def _same_items(case: Case, lines: tuple[Line, ...]) -> bool:
    """Whether there is nothing beyond what was ordered: soon after it an echo, not a fresh intent (L8)."""
    ordered = set(case.ordered_skus) or {line.sku for line in case.lines}
    return {line.sku for line in lines} <= ordered


def _changed_hands(book: Book, case: Case, customer: Customer | None) -> bool:
    """Another known person took over a cart that was abandoned before: nothing of the first one's is theirs (L6)."""
    if customer is None or case.customer_id is None or not case.announced:
        return False
    former = follow(book, case.customer_id)
    return former is not None and former.id != customer.id


def _next_episode(
    book: Book, case: Case, event: CartUpdated | CartItemsChanged, customer: Customer | None
) -> Case:
    """A fresh case for the same cart; the former one sends nothing more."""
    episode = case.episode + 1
    book.need((CASES, ids.case_id(case.store, case.cart_id, episode)))
    if case.stage not in _LATER_EPISODE_POSSIBLE:
        case = replace(case, stopped="changed hands", stage=_stopped(case))
    if case.episode == 1:
        book.put(replace(case, latest_episode=episode))
    else:
        book.put(case)
        first = book.case(ids.case_id(case.store, case.cart_id))
        if first is not None:
            book.put(replace(first, latest_episode=episode))
    # What the former one has applied must not count again in this one when it is delivered once more.
    return replace(_opened(event, case.cart_id, customer, episode), inbox=case.inbox)


def _stopped(case: Case) -> Stage:
    """A sequence that ends without a result stays watched; a cart that was only open is just gone."""
    return Stage.LOST if case.stage is Stage.OPEN else case.stage
