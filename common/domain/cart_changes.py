"""A cart that nobody states whole: it adds up from what was put in and taken out, in whatever order that arrives.

A whole state, where one comes all the same, is taken as changes too: everything in it was put in at its moment, and
what happened before is settled.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace as replace_line
from datetime import datetime

from common.domain.changing import replace
from common.domain.documents import MAX_CHANGES, CartChange, Case
from common.domain.storefront import CartItemsChanged, Line


def with_changes(case: Case, event: CartItemsChanged) -> Case:
    """The case with the event's changes, each counted once; those that a newer whole state includes are no news."""
    at = event.occurred_at
    if case.cart_state_at is not None and at <= case.cart_state_at:
        return case
    known = case.changes or as_changes(case.lines, case.currency, case.cart_state_at or case.opened_at)
    ids = {change.id for change in known}
    fresh = [change for change in _changes(event) if change.id not in ids]
    if not fresh:
        return case
    changes = sorted((*known, *fresh), key=lambda change: (change.at, change.pieces < 0, change.id))
    settled_at = case.cart_state_at
    if len(changes) > 2 * MAX_CHANGES:
        settled_at, changes = _settled(changes)
    return with_lines(replace(case, cart_state_at=settled_at, url=event.url or case.url), changes)


def with_lines(case: Case, changes: Iterable[CartChange]) -> Case:
    """The case with the cart that the changes come to. Of several currencies the one put in last counts."""
    changes = tuple(changes)
    currency, lines = _added_up(changes)
    return replace(
        case,
        changes=changes,
        currency=currency or case.currency,
        lines=lines,
        line_count=len(lines),
        total_minor=sum(line.quantity * line.unit_price_minor for line in lines),
    )


def as_changes(lines: Iterable[Line], currency: str | None, at: datetime) -> tuple[CartChange, ...]:
    """A whole state, as if each of its lines had been put in at its moment."""
    return tuple(
        CartChange(
            id=f"state {at.isoformat()} {index}", at=at, pieces=line.quantity, currency=currency, line=line
        )
        for index, line in enumerate(lines)
    )


def _changes(event: CartItemsChanged) -> Iterator[CartChange]:
    for sign, lines in ((1, event.added), (-1, event.removed)):
        for index, line in enumerate(lines):
            yield CartChange(
                id=f"{event.source}:{event.id} {sign * (index + 1)}",
                at=event.occurred_at,
                pieces=sign * line.quantity,
                currency=event.currency if sign > 0 else None,
                line=line,
            )


def _added_up(changes: Iterable[CartChange]) -> tuple[str | None, tuple[Line, ...]]:
    changes = tuple(changes)
    currency = next((change.currency for change in reversed(changes) if change.pieces > 0), None)
    cart: dict[str, Line] = {}
    for change in changes:
        line = change.line
        known = cart.get(line.sku)
        pieces = (known.quantity if known else 0) + change.pieces
        if pieces <= 0:
            cart.pop(line.sku, None)
        elif change.pieces < 0 and known:
            cart[line.sku] = replace_line(known, quantity=pieces)
        elif change.currency == currency:
            cart[line.sku] = _with_pieces(line, pieces, known or line)
    return currency, tuple(cart.values())


def _with_pieces(line: Line, pieces: int, known: Line) -> Line:
    """The line as put in last; links that only the earlier one had are kept."""
    return replace_line(
        line, quantity=pieces, url=line.url or known.url, image_url=line.image_url or known.image_url
    )


def _settled(changes: list[CartChange]) -> tuple[datetime, list[CartChange]]:
    """The older half as one state. What arrives from before it is too late: the state includes it or never will."""
    older, newer = changes[:-MAX_CHANGES], changes[-MAX_CHANGES:]
    at = older[-1].at
    currency, lines = _added_up(older)
    return at, [*as_changes(lines, currency, at), *newer]
