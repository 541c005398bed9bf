"""When a case has to be looked at next. Timers are hints; these functions are the truth."""

from datetime import datetime, timedelta

from common.domain import ids
from common.domain.changing import replace
from common.domain.documents import Armed, Case, StepRecord
from common.domain.effects import ScheduleLook
from common.domain.offer_timing import offer_step_due_at, offer_steps, offer_waits_for
from common.domain.offers import Offer
from common.domain.policy import Policy, Step
from common.domain.vocabulary import CaseKind, LookKind, Stage, StepState, VoucherState

CLAIM_LEASE = timedelta(minutes=10)
"""How long a claimed send may take before its outcome counts as unsaved; longer than any function may run."""

_OVER = (StepState.SENT, StepState.SKIPPED, StepState.FAILED, StepState.UNKNOWN)
_CONTACTED = (StepState.SENT, StepState.UNKNOWN)
_IN_SEQUENCE = (Stage.ABANDONED, Stage.STIMULATED)


def record_of(case: Case, step_id: str) -> StepRecord | None:
    """What became of a step so far."""
    return next((record for record in case.steps if record.step == step_id), None)


def pending_step(case: Case, policy: Policy) -> Step | None:
    """The one step that is to be sent next; None when the sequence is over, stopped or replaced."""
    if case.stage not in _IN_SEQUENCE or case.stopped or case.superseded_by:
        return None
    for step in steps_of(case, policy):
        record = record_of(case, step.id)
        if record is None or record.state not in _OVER:
            return step
    return None


def steps_of(case: Case, policy: Policy) -> tuple[Step, ...]:
    """The messages that the case has, in their order: those of the sequence, or those about its offer."""
    if case.kind is CaseKind.CART:
        return policy.sequence.steps
    return offer_steps(case.offer, policy) if case.offer else ()


def step_due_at(case: Case, step: Step, policy: Policy) -> datetime:
    """When the step is due: as planned, but never closer to the previous message than planned (L4), and not while the
    case is held.
    """
    record = record_of(case, step.id)
    if case.offer is not None:
        retry_at = record.retry_at if record else None
        return retry_at or offer_step_due_at(case.offer, step, policy)
    due = record.retry_at if record and record.retry_at else _planned_at(case, step, policy)
    return max(due, case.held_until or due)


def _planned_at(case: Case, step: Step, policy: Policy) -> datetime:
    due = (case.abandoned_at or case.last_activity_at) + step.after
    planned = {other.id: other.after for other in policy.sequence.steps}
    for sent in case.steps:
        if sent.state in _CONTACTED and sent.step in planned:
            due = max(due, sent.at + (step.after - planned[sent.step]))
    return due


def last_contact_at(case: Case) -> datetime | None:
    """When the last message left, or may have left."""
    return max((record.at for record in case.steps if record.state in _CONTACTED), default=None)


def sent_before(case: Case, moment: datetime, within: timedelta) -> bool:
    """Whether a message that certainly left precedes `moment` by at most `within`."""
    return any(
        record.state is StepState.SENT and record.at <= moment <= record.at + within for record in case.steps
    )


def lost_at(case: Case, policy: Policy) -> datetime:
    """When nothing can be expected of the case any more: attribution is over and so is its voucher.

    The control group is watched for as long as if it had been contacted, so that both arms compare.
    """
    last = last_contact_at(case) or (case.abandoned_at or case.last_activity_at) + policy.sequence.length
    end = last + policy.recovery.attribution
    lapse = voucher_lapses_at(case)
    return end if lapse is None else max(end, lapse)


def voucher_lapses_at(case: Case) -> datetime | None:
    """When the case's voucher has to be taken back, if it is out and unused."""
    voucher = case.voucher
    if voucher is None or voucher.valid_until is None:
        return None
    ends_at = voucher.revoke_at or voucher.valid_until
    if voucher.state is VoucherState.LOCKED and voucher.lock is not None:
        return max(ends_at, voucher.lock.until)
    return ends_at if voucher.state in (VoucherState.ISSUED, VoucherState.RELEASED) else None


def next_due(case: Case, policy: Policy) -> Armed | None:
    """The earliest thing that the case waits for; None = nothing."""
    waits = []
    if case.offer is not None:
        return _offer_due(case, case.offer, policy)
    if case.stage is Stage.OPEN and case.lines:
        quiet_at = case.last_activity_at + policy.recovery.abandon_after
        quiet = Armed(LookKind.QUIET, max(quiet_at, case.held_until or quiet_at))
        if not case.steps and case.voucher is None:
            return quiet
        waits.append(quiet)
    claim, step = open_claim(case), pending_step(case, policy)
    if claim is not None:
        waits.append(Armed(LookKind.STEP, claim.at + CLAIM_LEASE))
    elif step is not None:
        waits.append(Armed(LookKind.STEP, step_due_at(case, step, policy)))
    elif case.stage in (*_IN_SEQUENCE, Stage.HELD):
        waits.append(Armed(LookKind.LAPSE, lost_at(case, policy)))
    lapse = voucher_lapses_at(case)
    if lapse is not None:
        waits.append(Armed(LookKind.LAPSE, lapse))
    return min(waits, key=lambda armed: armed.at, default=None)


def _offer_due(case: Case, offer: Offer, policy: Policy) -> Armed | None:
    """What a case with an offer waits for: the offer itself, or a message about it."""
    waits = [own] if (own := offer_waits_for(case, offer, policy)) else []
    claim, step = open_claim(case), pending_step(case, policy)
    if claim is not None:
        waits.append(Armed(LookKind.STEP, claim.at + CLAIM_LEASE))
    elif step is not None:
        waits.append(Armed(LookKind.STEP, step_due_at(case, step, policy)))
    return min(waits, key=lambda armed: armed.at, default=None)


def arm(case: Case, policy: Policy, now: datetime, message_id: str) -> tuple[Case, ScheduleLook | None]:
    """The case with its one timer set. A pending timer that fires early enough is left: it re-arms itself."""
    due = next_due(case, policy)
    if due is None:
        return case if case.next_due_at is None else replace(case, next_due_at=None), None
    if case.armed is not None and now < case.armed.at <= due.at:
        return case if case.next_due_at == due.at else replace(case, next_due_at=due.at), None
    if now < due.at and due.kind is LookKind.STEP and open_claim(case) is not None:
        # A send is under way: redelivery, or else the sweep, comes back to it; a timer for that is not worth a task.
        return replace(case, next_due_at=due.at, armed=None), None
    return replace(case, next_due_at=due.at, armed=due), look(case, due, message_id)


def open_claim(case: Case) -> StepRecord | None:
    """The send whose outcome is not known yet."""
    for record in case.steps:
        if record.state is StepState.CLAIMED:
            return record
    return None


def look(case: Case, due: Armed, message_id: str) -> ScheduleLook:
    """The timer for a due moment; its name is the same whenever the same message decides it again."""
    name = f"{case.id}-{int(due.at.timestamp())}-{ids.hash_id(message_id, due.kind)[:12]}"
    return ScheduleLook(name=name, kind=due.kind, case_id=case.id, customer_id=case.customer_id, at=due.at)
