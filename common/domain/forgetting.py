"""Whom the engine was told to forget: their former consents count no more, and nothing but a keyed hash says so."""

from common.domain.book import Book
from common.domain.documents import Customer
from common.domain.gates import addresses


def forgotten_address(store: str, address: str) -> str:
    """What stands among the suppressions for an address that one store had forgotten; no address looks like it."""
    return f"forgotten {store} {address}"


def barred_of(book: Book, customer: Customer, *more: str) -> frozenset[str]:
    """The customer's addresses that may not be contacted, and those of `more` that are suppressed.

    A forgotten address may be contacted again after a yes that is newer than the erasure: somebody who registers
    anew is welcome, and an old event or a stale export that turns up later opens nothing.
    """
    known = addresses(customer)
    marks = {address: forgotten_address(customer.store, address) for address in known.values()}
    barred = book.suppressed_of((*known.values(), *more, *marks.values()))
    forgotten = {
        address
        for channel, address in known.items()
        if (at := book.suppressed_at(marks[address])) is not None
        and not ((word := customer.consent.get(channel)) and word.given and word.at > at)
    }
    return (barred - set(marks.values())) | forgotten
