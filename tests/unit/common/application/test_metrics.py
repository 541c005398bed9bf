"""The day's counters: one number has one definition."""

from typing import Any

from common.application.metrics import SHARDS, STORE_MARKS, counters, heard, heard_name
from common.domain.effects import Announce
from common.domain.storefront import CartVisited
from tests.builders import DAY, when


def said(type: str, **fields: Any) -> Announce:
    """An announcement."""
    return Announce(
        id="i", type=type, at=DAY, store="s", case_id="c", customer_id=None, subject=None, fields=fields
    )


def amounts(*effects: Any, **counts: int) -> dict[str, int]:
    """What would be added."""
    found = counters(effects, counts, DAY, shard_key="00000003")
    return dict(found.amounts) if found else {}


def test_nothing_announced_is_nothing_counted() -> None:
    """No write for a quiet event."""
    assert counters([object()], {}, DAY, shard_key="00000000") is None


def test_every_announcement_is_counted_with_its_reason_or_channel() -> None:
    """Names have no dots, as Firestore's field paths do."""
    found = amounts(
        said("stimulus.sent", channel="email"),
        said("stimulus.sent", channel="sms"),
        said("stimulus.skipped", reason="minimum_gap"),
        said("case.lost"),
    )
    assert found == {
        "stimulus_sent": 2,
        "stimulus_sent_email": 1,
        "stimulus_sent_sms": 1,
        "stimulus_skipped": 1,
        "stimulus_skipped_minimum_gap": 1,
        "case_lost": 1,
    }


def test_recovered_money_is_net_to_the_cent() -> None:
    """What was cancelled or not paid is taken out again, per currency (L45)."""
    recovered = said("case.recovered", revenue="95.01", discount="5.00", currency="PLN")
    other = said("case.recovered", revenue="900", discount="0", currency="JPY")
    reversed_ = said(
        "case.reversed", revenue="95.01", discount="5.00", currency="PLN", reason="order_cancelled"
    )
    assert amounts(recovered, other)["recovered_minor_PLN"] == 9501
    assert amounts(recovered, other)["recovered_minor_JPY"] == 900
    net = amounts(recovered, reversed_)
    assert (net["recovered_minor_PLN"], net["discount_minor_PLN"], net["case_reversed"]) == (0, 0, 1)


def test_further_counts_are_added() -> None:
    """Such as refunds, which nobody announces."""
    assert amounts(refunded_minor_PLN=-5)["refunded_minor_PLN"] == -5


def test_counters_are_spread_over_shards_of_the_day() -> None:
    """The same document always counts in the same shard; all shards are used."""
    shards = set()
    for number in range(200):
        found = counters([said("case.lost")], {}, when("+3d 23:59:59"), shard_key=f"{number:08x}ffff")
        assert found is not None
        assert found.day.isoformat() == "2026-03-05"
        shards.add(found.shard)
    assert shards == set(range(SHARDS))


def test_an_event_is_counted_as_understood_and_its_source_as_heard() -> None:
    """In the same increments as what was decided on it."""
    event = CartVisited(id="e", store="socks", source="shopify", occurred_at=DAY, cart_id="k1")
    found = counters([said("case.lost")], {}, when("10:00"), shard_key="00000003", event=event)
    assert found is not None
    assert dict(found.amounts) == {"intake_understood_shopify": 1, "case_lost": 1}
    second = int(when("10:00").timestamp())
    assert found.latest == {"heard_shopify": second, heard_name("shopify", "socks"): second}


def test_stores_by_the_thousand_dont_fill_the_counters() -> None:
    """However many names are published, a source has a bounded number of marks (a shard is one document)."""
    names = {name for number in range(20_000) for name in heard("shopify", f"store-{number}", DAY)}
    assert len(names) == STORE_MARKS + 1


def test_nobody_is_heard_when_the_source_is_unknown() -> None:
    """A source's name is one of ours, never a stranger's word."""
    assert heard(None, "socks", DAY) == {}
    assert heard_name("shopify") == "heard_shopify"
