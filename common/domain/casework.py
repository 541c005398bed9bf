"""What every decision about a case does: announce, note, arm, and remember the message."""

from typing import TypeVar

from common.domain import ids, inbox
from common.domain.book import Book, Decision
from common.domain.changing import replace
from common.domain.documents import MAX_HISTORY, Case, Moment, Order
from common.domain.effects import Announce, Effect
from common.domain.storefront import StorefrontEvent
from common.domain.timing import arm

REPEATED = "repeated"
"""The outcome of a message that was applied before."""
D = TypeVar("D", Case, Order)


def announce(book: Book, case: Case, type: str, subject: str | None = None, **fields: object) -> None:
    """Owe the world an event about the case. Fields that are None are left out."""
    book.owe(
        Announce(
            id=ids.hash_id("event", book.message_id, case.id, type, str(len(book.effects))),
            type=type,
            at=book.now,
            store=case.store,
            case_id=case.id,
            customer_id=case.customer_id,
            subject=subject or case.subject,
            fields={name: value for name, value in fields.items() if value is not None},
        )
    )


def noted(book: Book, case: Case, what: str, reason: str | None = None, actor: str = "engine") -> Case:
    """The case with one more line in its timeline."""
    return replace(case, timeline=(*case.timeline, Moment(book.now, what, actor, reason))[-MAX_HISTORY:])


def armed(book: Book, case: Case) -> Case:
    """The case with its timer set, still to be put."""
    case, timer = arm(case, book.policy, book.now, book.message_id)
    if timer is not None:
        book.owe(timer)
    return case


def settle(book: Book, case: Case) -> Case:
    """Put the case with its timer set."""
    case = armed(book, case)
    book.put(case)
    return case


def conclude(book: Book, outcome: str) -> Decision:
    """The decision as the book has it."""
    return Decision(outcome, book.changes, tuple(book.effects), book.counts)


def remember(book: Book, document: D, event: StorefrontEvent | None = None) -> D:
    """Record in the document's inbox that the message was applied, with all that is owed for it."""
    digest, notes = (event.digest, event.notes) if event else ("", ())
    entry = inbox.record(document.inbox, book.message_id, digest, tuple(book.effects), notes)
    document = replace(document, inbox=entry)
    book.put_changed(document)  # its inbox is new, so there is no need to compare the rest
    return document


def repeat(entry: inbox.Applied, *more: Effect) -> Decision:
    """The decision on a message that was applied before: nothing new, and what was owed for it once more."""
    return Decision(REPEATED, {}, (*entry.owed, *more))
