"""The shell: two round trips, conflicts settled by deciding again, crashes repaired by redelivery."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import stamina

from common.application import shell
from common.application.engine import Engine
from common.application.failures import Conflict, Unavailable
from common.application.ports import Counters, Loaded, Put, Ref, Store, Task
from common.domain import ids
from common.domain.effects import FindMessage, ScheduleLook, SendMessage
from common.domain.triggers import Look, Outcome, ReturnedFlagLapsed
from common.domain.vocabulary import LookKind, StepState
from tests.builders import ANNA, DAY, STORE
from tests.crashing import Crashes
from tests.stories import Story

CASE = ids.case_id(STORE, "k1")


class Watched:
    """A store that counts its round trips and can be in conflict."""

    def __init__(self, store: Store, conflicts: int = 0) -> None:
        self._store, self.conflicts = store, conflicts
        self.trips: list[tuple[str, int]] = []

    def load(self, refs: Sequence[Ref]) -> Mapping[Ref, Loaded]:
        self.trips.append(("load", len(refs)))
        return self._store.load(refs)

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        self.trips.append(("save", len(puts)))
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict("changed meanwhile")
        return self._store.save(puts, counters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    """Retries happen as often as in earnest, and at once."""
    stamina.set_testing(True, attempts=8, cap=True)
    yield
    stamina.set_testing(False)


def watched(conflicts: int = 0) -> tuple[Story, Watched]:
    """A story and the store that it works on."""
    stores: list[Watched] = []

    def wrapped(engine: Engine) -> Engine:
        stores.append(Watched(engine.store, conflicts))
        return replace(engine, store=stores[0])

    return Story(wrapped=wrapped), stores[0]


def test_an_event_on_a_known_cart_takes_two_round_trips() -> None:
    """One batch and one commit, for a new cart as well; a duplicate takes one."""
    story, store = watched()
    story.cart("k1", "10:00", ANNA)
    assert [kind for kind, _ in store.trips] == ["load", "save"]
    store.trips.clear()
    told = story.tell("page.viewed", "10:05", ANNA, cart_id="k1")
    assert [kind for kind, _ in store.trips] == ["load", "save"]
    store.trips.clear()
    story.redeliver(told)
    assert [kind for kind, _ in store.trips] == ["load"]


def test_a_due_step_is_sent_within_four_round_trips() -> None:
    """What was saved with the claim need not be loaded for the answer."""
    story, store = watched()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:45")
    store.trips.clear()
    story.run_until("11:00")
    assert len(story.sent()) == 1
    assert len(store.trips) <= 4


@pytest.mark.parametrize("conflicts", [1, 2, 8])
def test_a_conflict_is_settled_by_deciding_again(conflicts: int) -> None:
    """Loaded anew each time; applied once, announced once, counted once."""
    story, store = watched(conflicts)
    story.cart("k1", "10:00", ANNA)
    assert [kind for kind, _ in store.trips] == ["load", "save"] * (conflicts + 1)
    store.conflicts = conflicts
    story.run_until("10:30")
    assert story.types() == ["case.abandoned"]
    assert story.counters()["case_abandoned"] == 1


def test_endless_conflict_is_given_up_and_told() -> None:
    """A bounded number of times; then a retry may help, so it is Unavailable."""
    story, store = watched()
    story.returned("r1", "10:00", "o1", ANNA)
    story.run_until("+91d 00:00")
    store.conflicts = 1000
    trigger = ReturnedFlagLapsed(id="flag", customer_id=story.person(ANNA).id)
    with pytest.raises(Unavailable, match="kept changing"):
        shell.advance(story.machine.engine, trigger)
    assert store.conflicts > 900


def test_what_a_decision_can_never_get_enough_of_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound on batches, far above what any chain of documents needs."""
    monkeypatch.setattr(shell, "MAX_READS", 0)
    story = Story()
    with pytest.raises(Unavailable, match="ever more documents"):
        shell.advance(story.machine.engine, Look(id="l", case_id="c", kind=LookKind.STEP))


def test_a_repeated_trigger_performs_what_it_owed_and_counts_nothing() -> None:
    """The announcements and timers of the first time once more, with the same ids and names; no commit."""
    story, store = watched()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:29")
    timers: list[Task] = []
    engine = replace(story.machine.engine, timer=_Recorder(timers))
    look = Look(id="look", case_id=CASE, kind=LookKind.QUIET)
    story.clock.set(story.case("k1").next_due_at or DAY)
    first = shell.advance(engine, look)
    store.trips.clear()
    again = shell.advance(engine, look)
    assert again.outcome == "repeated"
    assert sorted(map(repr, again.effects)) == sorted(map(repr, first.effects))
    assert [kind for kind, _ in store.trips] == ["load"]
    assert len(timers) == 2
    assert timers[0] == timers[1]
    assert story.counters()["case_abandoned"] == 1


def test_without_senders_a_claim_ends_unknown() -> None:
    """A function that can't deliver leaves no message half-way."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:59")
    story.clock.set(story.case("k1").next_due_at or DAY)
    shell.advance(story.machine.engine, Look(id="l", case_id=CASE, kind=LookKind.STEP))
    assert [record.state for record in story.case("k1").steps] == [StepState.UNKNOWN]


def test_the_claim_is_saved_before_the_message_is_handed_over() -> None:
    """What the provider gets is on record first, voucher and all (L2, L35)."""
    story = Story()
    seen: list[Any] = []

    def deliver(effect: SendMessage | FindMessage) -> Outcome:
        seen.append((story.case("k1").steps[-1].state, story.types()[-1]))
        assert isinstance(effect, SendMessage)
        return story.provider.send(effect)

    story.cart("k1", "10:00", ANNA)
    story.run_until("10:59")
    story.clock.set(story.case("k1").next_due_at or DAY)
    shell.advance(story.machine.engine, Look(id="l", case_id=CASE, kind=LookKind.STEP), deliver)
    assert seen == [(StepState.CLAIMED, "voucher.issued")]
    assert story.case("k1").steps[-1].state is StepState.SENT


def test_a_task_names_its_function_and_case() -> None:
    """The customer rides along where it is known."""
    look = ScheduleLook(name="n", kind=LookKind.STEP, case_id="c", customer_id=None, at=DAY)
    assert shell.task_of(look) == Task("send_stimulus", "n", DAY, {"id": "n", "case_id": "c"})
    known = shell.task_of(replace(look, customer_id="x"))
    assert known.body == {"id": "n", "case_id": "c", "customer_id": "x"}


def test_nothing_is_said_that_was_not_saved() -> None:
    """The bus and the timer are told after the commit, never before it."""
    crashes = Crashes()
    story = Story(wrapped=crashes.wrap)
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:00")
    for index, call in enumerate(crashes.calls):
        if call in ("publish", "schedule", "send"):
            assert "save" in crashes.calls[:index]
    assert crashes.calls.index("publish") > crashes.calls.index("save")


class _Recorder:
    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = tasks

    def schedule(self, task: Task) -> None:
        self._tasks.append(task)
