"""A step is due but may not leave now: it is put off to a later moment, and that is said."""

from datetime import datetime

from common.domain.book import Book
from common.domain.casework import announce, armed, noted
from common.domain.changing import replace
from common.domain.documents import Armed, Case, StepRecord
from common.domain.intake_health import messages_wait_until
from common.domain.pause import is_paused, message_waits_until
from common.domain.policy import Step
from common.domain.timing import next_due, open_claim, pending_step, record_of, step_due_at
from common.domain.vocabulary import LookKind, Reason, StepState
from common.domain.wire import stamp


def with_record(case: Case, record: StepRecord) -> Case:
    """The case with what became of one step."""
    return replace(case, steps=(*(other for other in case.steps if other.step != record.step), record))


def held_back(book: Book, case: Case, step: Step, record: StepRecord | None) -> Case | None:
    """The case with its due step held, as sends are paused or the intake is behind; None = it may leave."""
    health = book.intake_health()
    if health is None:
        return None
    if health.pause is not None:
        since = health.pause.resumed_at
        waited = record is not None and record.held
        waited = waited or (since is not None and step_due_at(case, step, book.policy) < since)
        if until := message_waits_until(health.pause, case.id, book.now, waited=waited):
            return _held(book, case, step, record, until, Reason.PAUSED)
    if until := messages_wait_until(health, case.id, book.now):
        return _held(book, case, step, record, until, Reason.INTAKE_BEHIND)
    return None


def overdue_while_paused(book: Book, case: Case, due: Armed | None) -> Case | None:
    """The case with its overdue step held and no timer set, if sends are paused; else None. Raises NotLoaded.

    Their queue may be paused too, and then only the sweep comes by: it would take the step's timer for lost, and add
    another one to that queue each time. The one that lies there, or else a sweep after the pause, sets it again.
    """
    if due is None or due.kind is not LookKind.STEP or book.now < due.at or open_claim(case):
        return None
    step, health = pending_step(case, book.policy), book.intake_health()
    if step is None or health is None or not is_paused(health.pause):
        return None
    held = held_back(book, case, step, record_of(case, step.id)) or case
    later = next_due(held, book.policy)
    if later is None or later.kind is not LookKind.STEP:
        return armed(book, held)
    return replace(held, next_due_at=later.at, armed=None)


def postponed(
    book: Book, case: Case, step: Step, record: StepRecord | None, until: datetime, reason: Reason
) -> Case:
    """Not now: said, with the moment of the next try."""
    announce(book, case, "stimulus.skipped", step=step.id, reason=reason.value, retry_at=stamp(until))
    return _waiting(book, noted(book, case, f"{step.id} postponed", reason), step, record, until)


def _held(
    book: Book, case: Case, step: Step, record: StepRecord | None, until: datetime, reason: Reason
) -> Case:
    """An order may not have been heard of yet (L1), or nobody may be written to. Said once, however long it lasts."""
    if record is not None and record.held:
        return _waiting(book, case, step, record, until)
    record = record or StepRecord(step=step.id, state=StepState.DEFERRED, at=book.now)
    return postponed(book, case, step, replace(record, held=True), until, reason)


def _waiting(book: Book, case: Case, step: Step, record: StepRecord | None, until: datetime) -> Case:
    record = record or StepRecord(step=step.id, state=StepState.DEFERRED, at=book.now)
    return with_record(case, replace(record, state=StepState.DEFERRED, at=book.now, retry_at=until))
