"""The generated day that replay is measured with."""

import json
from collections import Counter, defaultdict
from itertools import islice
from typing import Any

from tests.bench import shop_day

EVENTS = 20_000


def day() -> list[dict[str, Any]]:
    return [json.loads(line) for line in shop_day.lines(EVENTS)]


def test_the_same_number_gives_the_same_day() -> None:
    """Figures of two runs are about the same events."""
    assert list(shop_day.lines(500)) == list(shop_day.lines(500))


def test_a_day_is_in_time_order_and_as_long_as_asked() -> None:
    """Lines come as they were published, and there are as many as asked for, give or take a few per cent."""
    moments = [line["publish_time"] for line in day()]
    assert moments == sorted(moments)
    assert abs(len(moments) - EVENTS) < EVENTS * 0.03


def test_a_day_has_the_shop_s_proportions() -> None:
    """8 to 12 events a cart, half of the carts identified, two in five bought."""
    events: Counter[str] = Counter()
    kinds: dict[str, set[str]] = defaultdict(set)
    for data in (line["data"] for line in day()):
        cart = data.get("cart_id") or data.get("cart", {}).get("id") or data["order"]["cart_id"]
        events[cart] += 1
        kinds[cart] |= {data["type"]} | ({"customer"} if "customer" in data else set())
    assert set(events.values()) == {8, 9, 10, 11, 12}
    assert abs(sum("customer" in kind for kind in kinds.values()) / len(kinds) - shop_day.IDENTIFIED) < 0.04
    assert abs(sum("order.placed" in kind for kind in kinds.values()) / len(kinds) - shop_day.BUYING) < 0.04


def test_a_day_is_streamed() -> None:
    """The first lines of a huge day come at once."""
    assert len(list(islice(shop_day.lines(10**9), 10))) == 10
