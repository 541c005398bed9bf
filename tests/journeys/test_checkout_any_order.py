"""Calls and events about the same orders, in any order, doubled or cut short by crashes: one use at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.domain.vocabulary import VoucherState
from tests.builders import ANNA, DAY
from tests.crashing import Crashes
from tests.journeys.deeds import moment
from tests.journeys.test_any_order import assert_everything_ends, assert_vouchers_redeemed_in_turn
from tests.journeys.test_concurrency import together
from tests.providers.scripted import Crash
from tests.shop_backend import ShopBackend
from tests.stories import Story

CALLS = ("validate", "lock", "redeem", "release")
EVENTS = ("placed", "paid", "payment_failed", "cancelled", "redeemed")


@dataclass(frozen=True)
class Deed:
    """A call of the shop's backend, or an event that is heard of `delay` minutes later."""

    kind: str
    order: str
    minute: int
    delay: int


DEEDS = st.lists(
    st.builds(
        Deed,
        kind=st.sampled_from((*CALLS, *EVENTS)),
        order=st.sampled_from(("o1", "o2")),
        minute=st.one_of(st.integers(690, 760), st.integers(690 + 7 * 1440 - 90, 690 + 7 * 1440 + 60)),
        delay=st.sampled_from((0, 0, 0, 5, 45)),
    ),
    min_size=2,
    max_size=12,
    unique_by=lambda deed: deed.minute,
)


def reminded(crashes: Crashes | None = None) -> tuple[Story, str]:
    """Anna has a code from 11:00 on."""
    story = Story(wrapped=crashes.wrap if crashes else None)
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:29")
    return story, story.code()


def do(story: Story, deed: Deed, code: str) -> str | None:
    """Carry it out; what the shop was told if it was a call."""
    if deed.kind in CALLS:
        story.run_until(moment(deed.minute))
        return ShopBackend(story.machine.engine).told(deed.kind, code, deed.order)
    times: dict[str, Any] = {"at": moment(deed.minute), "arrives": moment(deed.minute + deed.delay)}
    if deed.kind == "redeemed":
        story.redeemed(code, order=deed.order, **times)
    else:
        story.order(deed.order, customer=ANNA, type=deed.kind, codes=[code], **times)
    return None


def heard(deeds: Sequence[Deed]) -> list[Deed]:
    """In the order in which they reach the engine."""
    calls_at_once = {deed: deed.minute + (0 if deed.kind in CALLS else deed.delay) for deed in deeds}
    return sorted(deeds, key=lambda deed: (calls_at_once[deed], deed.minute))


@given(DEEDS)
@settings(max_examples=100, deadline=None)
def test_one_order_at_a_time_holds_or_uses_a_code(deeds: list[Deed]) -> None:
    """Whoever is told that a call succeeded has what was asked for, until it is given back or an event says more."""
    story, code = reminded()
    for deed in heard(deeds):
        told = do(story, deed, code)
        voucher = story.case("k1").voucher
        assert voucher is not None
        if told == "valid" and deed.kind == "redeem":
            assert (voucher.state, voucher.order_id) == (VoucherState.REDEEMED, deed.order)
            assert story.order_document(deed.order).redeemed_code == code
        if told == "valid" and deed.kind == "release":
            assert voucher.order_id != deed.order
    story.run_to(DAY + timedelta(days=20))
    assert_vouchers_redeemed_in_turn(story)
    assert_everything_ends(story)
    redemptions = [entry.order_id for entry in story.person(ANNA).redemptions]
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert redemptions == ([voucher.order_id] if voucher.state is VoucherState.REDEEMED else [])


@given(DEEDS)
@settings(max_examples=40, deadline=None)
def test_every_call_said_twice_is_answered_alike(deeds: list[Deed]) -> None:
    """And tells the world nothing more."""
    story, code = reminded()
    for deed in heard(deeds):
        told = do(story, deed, code)
        if told is not None:
            story.run_until(moment(deed.minute))  # what has become due by the call itself
            lines = story.lines()
            assert do(story, deed, code) == told
            assert story.lines() == lines


def _checkout(shop: Callable[[str, str], str]) -> list[str]:
    return [
        shop("lock", "o1"),
        shop("redeem", "o1"),
        shop("release", "o1"),
        shop("lock", "o2"),
        shop("release", "o2"),
        shop("redeem", "o3"),
    ]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_call_to_the_outside_is_repaired_by_asking_again(after: bool) -> None:
    """Whether nothing was saved yet, or saved but not told: the shop's retry brings about the same end."""
    calls = 1
    expected: list[object] = []
    for doomed in range(-1, 200):
        story, code = reminded()
        crashes = Crashes([doomed] if doomed >= 0 else [], after=after)
        shop = ShopBackend(crashes.wrap(story.machine.engine))

        def ask(action: str, order: str, shop: ShopBackend = shop, code: str = code) -> str:
            try:
                return shop.told(action, code, order)
            except Crash:
                return shop.told(action, code, order)

        told = _checkout(ask)
        story.run_to(DAY + timedelta(days=20))
        ended = [told, story.lines(), story.case("k1").stage, story.counters()]
        if doomed < 0:
            expected, calls = ended, len(crashes.calls)
            assert told == ["valid"] * 6
        assert ended == expected, f"after a crash at call {doomed}"
        if doomed >= calls:
            return


def test_workers_at_once_redeem_for_one_order() -> None:
    """Each has read the code as open before anybody has written: one wins, the others are told why not (L24)."""
    story, code = reminded()

    def redeem(order: str, engine: object) -> str:
        return ShopBackend(engine).told("redeem", code, order)  # type: ignore[arg-type]

    told = together(story, [partial(redeem, f"o{number}") for number in range(8)])
    assert sorted(told) == ["already_redeemed"] * 7 + ["valid"]
    assert story.types().count("voucher.redeemed") == 1
