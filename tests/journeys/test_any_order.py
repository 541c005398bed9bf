"""Whatever happens at the shop, in whatever order it is heard of: what must always hold does."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from common.application.documents import to_fields
from common.domain.documents import Case
from common.domain.vocabulary import Reason
from tests.builders import DAY
from tests.journeys.deeds import ANSWERS, DEEDS, Deed, at_once, tell
from tests.journeys.witness import Witness
from tests.stories import Story


@given(DEEDS, st.sampled_from(sorted(ANSWERS)))
@settings(max_examples=300, deadline=None)
def test_what_must_always_hold(deeds: list[Deed], answers: str) -> None:
    """No message after an order or without consent, no step twice, one voucher, money once, every reason."""
    story, _, witness = tell(deeds, answers)
    assert_sent_once(story)
    assert_vouchers_redeemed_in_turn(story)
    assert_money_counted_once(story, witness)
    assert_reasons(story)
    assert_everything_ends(story)


def assert_sent_once(story: Story) -> None:
    """Each step of a case reached a provider's customer at most once (L2, L5)."""
    deliveries = Counter((message.case_id, message.step) for message in story.provider.delivered)
    assert not deliveries or max(deliveries.values()) == 1
    told = Counter((line["case_id"], line["step"]) for line in story.said("stimulus.sent"))
    assert not told or max(told.values()) == 1
    assert len(story.said("stimulus.sent")) <= len(story.provider.delivered)


def assert_vouchers_redeemed_in_turn(story: Story) -> None:
    """A code is redeemed by one order at a time (L24)."""
    for code in {line["code"] for line in story.said("voucher.issued")}:
        turns = [line["type"] for line in story.lines() if line.get("code") == code]
        turns = [type for type in turns if type in ("voucher.redeemed", "voucher.released")]
        assert turns == ["voucher.redeemed", "voucher.released"] * (len(turns) // 2) + turns[-1:] * (
            len(turns) % 2
        )
        assert turns[:1] != ["voucher.released"]


def assert_money_counted_once(story: Story, witness: Witness) -> None:
    """Revenue is that of orders that stand, each once, net of reversals, and never negative (L45)."""
    net: Counter[str] = Counter()
    for line in story.lines():
        if line["type"] in ("case.recovered", "case.reversed"):
            net[line["order_id"]] += 1 if line["type"] == "case.recovered" else -1
            assert net[line["order_id"]] in (0, 1)
    cases: list[Case] = story.documents("cases")
    recovered = [case.recovery.order_id for case in cases if case.recovery]
    assert sorted(recovered) == sorted(order for order, times in net.items() if times)
    assert all(witness.stands(order) for order in recovered)
    revenue = sum(case.recovery.revenue.minor for case in cases if case.recovery)
    assert story.counters().get("recovered_minor_PLN", 0) == revenue
    assert 0 <= story.counters().get("refunded_minor_PLN", 0) <= revenue


def assert_reasons(story: Story) -> None:
    """Whatever was withheld, given up or taken back says why, in the words of the vocabulary."""
    withheld = ("stimulus.skipped", "stimulus.failed", "case.suppressed", "case.held", "case.reversed")
    for line in story.lines():
        if line["type"] in withheld or line["type"] in ("voucher.revoked", "voucher.released"):
            assert line["reason"] in set(Reason)


def assert_everything_ends(story: Story) -> None:
    """Two weeks later nothing is pending, nothing is promised, and ids name one announcement each."""
    assert story.machine.timer.pending() == 0
    assert all(case.next_due_at is None for case in story.documents("cases"))
    people = [one for one in story.documents("customers") if one.merged_into is None]
    assert all(person.open_voucher is None for person in people)
    announced: dict[str, Any] = {}
    for announcement in story.announced:
        assert announced.setdefault(announcement.id, announcement) == announcement


@given(DEEDS, st.sampled_from(sorted(ANSWERS)))
@settings(max_examples=40, deadline=None)
def test_the_same_story_ends_the_same(deeds: list[Deed], answers: str) -> None:
    """Same input, same output, to the last field."""
    (one, *_), (other, *_) = tell(deeds, answers), tell(deeds, answers)
    assert one.lines() == other.lines()
    assert one.documents("cases") == other.documents("cases")


@given(DEEDS, st.sampled_from(sorted(ANSWERS)), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_duplicates_change_nothing(deeds: list[Deed], answers: str, random: Any) -> None:
    """Every message told twice, at once and again later, leaves the same documents and announcements (L13)."""
    once, messages, _ = tell([at_once(deed) for deed in deeds], answers)
    twice = Story()
    twice.provider.always = ANSWERS[answers]
    twice.sweep_regularly(timedelta(hours=6))
    for number, message in enumerate(messages):
        twice.deliver(message)
        twice.deliver(message)
        earlier = messages[random.randint(0, number)]
        twice.redeliver(earlier)
    twice.run_to(DAY + timedelta(days=16))
    assert twice.lines() == once.lines()
    assert decided(twice) == decided(once)
    for collection in ("cases", "customers", "orders", "voucher_codes"):
        assert known_facts(twice, collection) == known_facts(once, collection)


def decided(story: Story) -> dict[str, int]:
    """The counters without what was heard: a cart's next episode doesn't know what the last one had heard."""
    return {name: n for name, n in story.counters().items() if not name.startswith("intake_understood_")}


def known_facts(story: Story, collection: str) -> list[dict[str, Any]]:
    """The documents without their record of messages and timers."""
    bookkeeping = ("inbox", "armed")
    return [
        {name: value for name, value in to_fields(document).items() if name not in bookkeeping}
        for document in story.documents(collection)
    ]
