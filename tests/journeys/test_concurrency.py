"""Several workers at once: one send, one redemption, one application of a message."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier, local
from typing import Any, TypeVar

import pytest

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import PubSubMessage, Store
from common.application.shell import advance
from common.domain import ids
from common.domain.triggers import Look
from common.domain.vocabulary import LookKind, Stage
from functions.send_stimulus.delivery import deliver
from tests.builders import ANNA, BOOTS, STORE, when
from tests.stories import Story

R = TypeVar("R")


class ReadTogether:
    """A store in which every worker's first reads happen before anybody's first save."""

    def __init__(self, store: Store, workers: int) -> None:
        self._store, self._barrier, self._seen = store, Barrier(workers), local()

    def save(self, *arguments: Any) -> Any:
        """Wait for the others, once per worker."""
        if not getattr(self._seen, "waited", False):
            self._seen.waited = True
            self._barrier.wait(timeout=10)
        return self._store.save(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def together(story: Story, works: Sequence[Callable[[Engine], R]]) -> list[R]:
    """All of the works at once, each in a thread of its own, each having read before any has written."""
    engine = replace(story.machine.engine, store=ReadTogether(story.machine.store, len(works)))
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work, engine) for work in works]]


def looks(story: Story, names: Sequence[str]) -> list[Callable[[Engine], str]]:
    """Timers of these names, all of which find the case's step due."""
    case_id = ids.case_id(STORE, "k1")
    triggers = [Look(id=name, case_id=case_id, kind=LookKind.STEP) for name in names]
    return [partial(outcome_of, look) for look in triggers]


def outcome_of(look: Look, engine: Engine) -> str:
    """Look, with the function's own hand-over."""
    return advance(engine, look, deliver).outcome


@pytest.mark.parametrize("names", [("one", "other"), ("same", "same"), tuple("abcdef")])
def test_workers_on_one_due_step_send_once(names: tuple[str, ...]) -> None:
    """All see the step due; one claim is saved, the others find it taken (L2)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:59")
    story.clock.set(when("11:00"))
    together(story, looks(story, names))
    assert len(story.provider.offered) == 1
    assert story.types().count("stimulus.sent") == 1
    story.run_until("12:00")
    assert len(story.provider.offered) == 1


def test_an_order_recorded_while_the_step_is_decided_stops_it() -> None:
    """The worker had read everything before the order was saved: its claim fails and it decides anew (L1)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:59")
    story.clock.set(when("11:00"))
    engine = story.machine.engine

    class OrderedMeanwhile(ReadTogether):
        def save(self, *arguments: Any) -> Any:
            if not getattr(self._seen, "waited", False):
                self._seen.waited = True
                story.order("o1", "11:00", ANNA)
            return self._store.save(*arguments)

    slow = replace(engine, store=OrderedMeanwhile(engine.store, 1))
    (work,) = looks(story, ["late"])
    work(slow)
    assert story.provider.offered == []
    assert story.case("k1").stage is Stage.ORDERED


def deliveries(story: Story, messages: Sequence[PubSubMessage]) -> None:
    """Every message in a thread of its own, again and again until it is taken."""
    barrier = Barrier(len(messages))

    def take(message: PubSubMessage) -> None:
        barrier.wait(timeout=10)
        for _ in range(50):
            try:
                return story.machine.receive(message)
            except Unavailable:
                pass
        raise AssertionError("never taken")

    with ThreadPoolExecutor(len(messages)) as pool:
        for future in [pool.submit(take, message) for message in messages]:
            future.result()


def order_with(story: Story, number: int, code: str) -> PubSubMessage:
    """An order of some stranger that carries the code."""
    order = {"id": f"o{number}", "currency": "PLN", "total": "90.00", "voucher_codes": [code]}
    event = {
        "id": f"order-{number}",
        "type": "order.placed",
        "occurred_at": "2026-03-02T12:00:00Z",
        "order": order,
    }
    return replace(story.message(event, when("12:00")), id=f"m-order-{number}")


def test_parallel_orders_redeem_a_code_once() -> None:
    """Twelve orders with one code at the same moment: exactly one redemption, one recovery (L24)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    code = story.code()
    deliveries(story, [order_with(story, number, code) for number in range(12)])
    (redeemed,) = story.said("voucher.redeemed")
    (recovered,) = story.said("case.recovered")
    assert redeemed["order_id"] == recovered["order_id"]
    assert story.counters()["recovered_minor_PLN"] == 9_000
    assert len(story.person(ANNA).redemptions) == 1
    assert len(story.documents("orders")) == 12


def test_one_message_delivered_in_parallel_is_applied_once() -> None:
    """Eight simultaneous deliveries of one order (L13)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    deliveries(story, [order_with(story, 1, story.code())] * 8)
    assert story.types()[-2:] == ["voucher.redeemed", "case.recovered"]
    assert story.counters()["case_recovered"] == 1


def test_two_carts_abandoned_at_once_leave_one_open_case() -> None:
    """Both become the customer's open case; one of them is superseded (L11)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:00", ANNA, BOOTS)
    story.clock.set(when("10:30"))
    cases = [ids.case_id(STORE, cart) for cart in ("k1", "k2")]
    triggers = [Look(id=f"quiet-{id}", case_id=id, kind=LookKind.QUIET) for id in cases]
    together(story, [partial(outcome_of, look) for look in triggers])
    superseded = [case for case in story.documents("cases") if case.superseded_by]
    assert len(superseded) == 1
    assert story.person(ANNA).open_case_id == superseded[0].superseded_by
    story.run_until("+9d 00:00")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]
