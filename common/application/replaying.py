"""A refused message goes through every gate again, and its failures learn what came of it.

A message may tell several things, each broken part of which has a failure of its own. All parts are taken again,
which is harmless for those that were taken before.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from common.application import intake
from common.application.dead_letters import (
    existing,
    load_failures,
    message_of,
    save_failure,
    without_raw,
)
from common.application.edge import IGNORED, Understand, take
from common.application.engine import Engine
from common.application.failures import Conflict, Refused
from common.application.intake import FAILURES
from common.application.ports import Loaded, PubSubMessage, Put, Ref
from common.domain.dead_letters import general_field
from common.domain.refused import FailureState, IntakeFailure
from common.domain.triggers import PrivacyRequest, Storefront
from common.domain.values import dataclass

_REPLAYABLE = (FailureState.OPEN, FailureState.DROPPED)
_UNDERSTOOD = "understood"


class Verdict(StrEnum):
    """What a replay made of one failure."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    STILL_REFUSED = "still_refused"
    REFUSED_ANEW = "refused_anew"
    """For another reason, which has a failure of its own from now on."""
    DONE_BEFORE = "done_before"
    """By an earlier replay; nothing was done."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay made of one failure, and how it stands now (without its raw message)."""

    verdict: Verdict
    failure: IntakeFailure


def replay(
    engine: Engine, failure_ids: Sequence[str], understand: Understand, by: str, *, rehearse: bool = False
) -> tuple[Replayed, ...]:
    """Send one message through every gate again; `failure_ids` are those failures of it that are to be dealt with.

    Doing it again is harmless, wherever it stopped. `rehearse`: only say what would come of it; whether its id was
    used before is then not known. Raises Unavailable, and NotFound.
    """
    loaded = load_failures(engine, failure_ids)
    failures = [existing(entry, id) for entry, id in zip(loaded, failure_ids, strict=True)]
    pending = [entry for entry in loaded if entry.document.state in _REPLAYABLE]
    done = [
        Replayed(Verdict.DONE_BEFORE, without_raw(failure))
        for failure in failures
        if failure.state not in _REPLAYABLE
    ]
    if not pending:
        return tuple(done)
    message = message_of(engine, pending[0].document)
    parts = understand(message, engine.clock.now(), engine.policies.current().intake)
    taken = [_rehearsed(part) if rehearse else take(engine, part) for part in parts]
    plan = _Plan(message, [entry.document for entry in pending], taken)
    if rehearse:
        return (*plan.rehearsed(), *done)
    for refused in plan.unexpected:
        intake.refuse(engine, message, refused)
    return (*[_settle(engine, message, entry, plan, by) for entry in pending], *done)


def _rehearsed(part: Any) -> str | Refused:
    if isinstance(part, Refused):
        return part
    return _UNDERSTOOD if isinstance(part, Storefront | PrivacyRequest) else IGNORED


class _Plan:
    """Which failure of a message learns what. A part is known by its reason and field, as its failure's id is."""

    def __init__(
        self, message: PubSubMessage, failures: Sequence[IntakeFailure], taken: Sequence[str | Refused]
    ) -> None:
        refused = {intake.failure_id(message, one): one for one in taken if isinstance(one, Refused)}
        outcomes = [one for one in taken if not isinstance(one, Refused)]
        self.failures = failures
        self.outcome = ", ".join(dict.fromkeys(one for one in outcomes if one != IGNORED))
        """What the engine decided on the parts that it took; empty = nothing, they were all ignored."""
        self.same = {failure.id: refused.pop(failure.id) for failure in failures if failure.id in refused}
        """Refused for the same reason as before."""
        self.instead: dict[str, Refused] = {}
        """Refused for another one."""
        whole = [] if outcomes else [*refused.values(), *self.same.values()]
        for failure in failures:
            if failure.id not in self.same and (refused or whole):
                self._replace(failure, refused, whole)
        self.unexpected = list(refused.values())
        """Refused, although no failure had told of these parts."""

    def _replace(self, failure: IntakeFailure, refused: dict[str, Refused], whole: list[Refused]) -> None:
        """Find the refusal in the failure's place, by its field if possible.

        If nothing was taken at all, this failure's part wasn't either, even if its place is another failure's.
        """
        field = general_field(failure.field)
        alike = [id for id, one in refused.items() if general_field(one.field) == field] or list(refused)
        self.instead[failure.id] = refused.pop(alike[0]) if alike else whole[0]

    def rehearsed(self) -> list[Replayed]:
        return [Replayed(self.verdict(failure), without_raw(failure)) for failure in self.failures]

    def verdict(self, failure: IntakeFailure) -> Verdict:
        if failure.id in self.same:
            return Verdict.STILL_REFUSED
        if failure.id in self.instead:
            return Verdict.REFUSED_ANEW
        return Verdict.ACCEPTED if self.outcome else Verdict.IGNORED


def _settle(engine: Engine, message: PubSubMessage, entry: Loaded, plan: _Plan, by: str) -> Replayed:
    failure: IntakeFailure = entry.document
    verdict = plan.verdict(failure)
    match verdict:
        case Verdict.STILL_REFUSED:
            settled = replace(failure, replayed_at=engine.clock.now(), detail=plan.same[failure.id].detail)
            save_failure(engine, entry, settled, {})
        case Verdict.REFUSED_ANEW:
            settled = _replaced(engine, message, entry, plan.instead[failure.id], by)
        case Verdict.ACCEPTED:
            settled = _closed(engine, failure, FailureState.ACCEPTED, plan.outcome, by)
            save_failure(engine, entry, settled, {f"intake_accepted_after_{failure.reason}": 1})
        case _:
            settled = _closed(engine, failure, FailureState.IGNORED, IGNORED, by)
            save_failure(engine, entry, settled, {f"intake_ignored_after_{failure.reason}": 1})
    return Replayed(verdict, without_raw(settled))


def _replaced(
    engine: Engine, message: PubSubMessage, entry: Loaded, refused: Refused, by: str
) -> IntakeFailure:
    """The new failure is stored in the commit that closes the old one, and told before: a crash repeats it all."""
    new = intake.keep_parts(engine, message, refused)
    closed = _closed(engine, entry.document, FailureState.REPLACED, new.reason, by)
    closed = replace(closed, replaced_by=new.id)
    engine.bus.publish([intake.announcement(new)])
    both = [
        Put(Ref(FAILURES, new.id), new, None),
        Put(Ref(FAILURES, closed.id), closed, entry.version),
    ]
    try:
        engine.store.save(both, intake.refusal_counters(engine, new))
    except Conflict:  # most likely the new one is there already, from another delivery of the message
        save_failure(engine, entry, closed, {})
    return closed


def _closed(
    engine: Engine, failure: IntakeFailure, state: FailureState, outcome: str, by: str
) -> IntakeFailure:
    now = engine.clock.now()
    return replace(failure, state=state, replayed_at=now, closed_at=now, closed_by=by, outcome=outcome)
