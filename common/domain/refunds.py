"""What came back of an order: counted against the revenue that the order brought in, and only while it counts (L45)."""

from dataclasses import replace as replaced

from common.domain.book import Book
from common.domain.changing import replace
from common.domain.documents import MAX_HISTORY, Order, Return
from common.domain.money import Money


def with_return(book: Book, order: Order, returned: Return, total: Money | None) -> Order:
    """The order with a return and what was given back for it; the same again changes nothing.

    A return may be told first as goods, without money; its total is counted when it comes.
    """
    known = next((one for one in order.returns if one.id == returned.id), None)
    if known is not None and (known.total_minor is not None or total is None):
        return order
    before, stated = order.refunded, order.total or order.refunded or total
    others = tuple(one for one in order.returns if one is not known)
    if total is None or stated is None or total.currency != stated.currency:
        return replace(order, returns=(*others, known or returned)[-MAX_HISTORY:])
    if is_counted(book, order):
        _count(book, total)
    returned = replaced(known or returned, total_minor=total.minor)
    return replace(
        order,
        returns=(*others, returned)[-MAX_HISTORY:],
        refunded=Money(total.minor + (before.minor if before else 0), total.currency),
    )


def is_counted(book: Book, order: Order) -> bool:
    """Whether a case was recovered by this order and still is."""
    case = book.case(order.case_id) if order.case_id else None
    return case is not None and case.recovery is not None and case.recovery.order_id == order.order_id


def count_refunds(book: Book, order: Order, *, given_back: bool) -> None:
    """Count the order's refunds together with its revenue, or (False) take them out together with it."""
    refunded = order.refunded
    if refunded is not None:
        _count(book, refunded if given_back else Money(-refunded.minor, refunded.currency))


def _count(book: Book, amount: Money) -> None:
    name = f"refunded_minor_{amount.currency}"
    book.counts[name] = book.counts.get(name, 0) + amount.minor
