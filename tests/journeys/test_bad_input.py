"""What can't be understood is refused, stored and told; nothing valid is lost beside it."""

import json
from typing import Any

import pytest

from common.application.intake import raw_data
from common.application.ports import PubSubMessage
from tests.builders import ANNA, BOOTS, SOCKS, line, when, written
from tests.stories import Story

ATTRIBUTES = {"source": "recoup", "store": "socks"}


def raw(story: Story, data: bytes, **attributes: str) -> None:
    """A message with this very data, at ten o'clock."""
    story.deliver(PubSubMessage("m-raw", when("10:00"), ATTRIBUTES | attributes, data))


def cart_event(**changes: Any) -> dict[str, Any]:
    """A valid cart event of nine o'clock, but for the changes."""
    cart = {"id": "k1", "currency": "PLN", "lines": written(SOCKS)}
    return {"id": "e", "type": "cart.updated", "occurred_at": "2026-03-02T09:00:00Z", "cart": cart | changes}


def refused(story: Story) -> list[tuple[str, str | None]]:
    """Reason and field of everything that was refused."""
    return [(line["reason"], line.get("field")) for line in story.said("intake.refused")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{not json", "json_invalid"),
        (b"\xff\xfe", "json_invalid"),
        (b"[1, 2]", "json_invalid"),
        (b'{"amount": NaN}', "json_invalid"),
        (b'"' + b"x" * 10_000_000 + b'"', "payload_too_large"),
        (json.dumps(cart_event(currency="XYZ")).encode(), "currency_unknown"),
        (json.dumps(cart_event(lines=[line("S", 1, "-5.00")])).encode(), "amount_invalid"),
        (json.dumps(cart_event(lines=[line("S", 1, "NaN")])).encode(), "amount_invalid"),
        (
            json.dumps(cart_event() | {"occurred_at": "2100-01-01T00:00:00Z"}).encode(),
            "occurred_at_in_future",
        ),
        (json.dumps(cart_event() | {"occurred_at": "1970-01-01T00:00:00Z"}).encode(), "occurred_at_too_old"),
        (json.dumps(cart_event() | {"type": "cart.exploded"}).encode(), "type_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nonsense_is_refused_once_and_kept_byte_for_byte(data: bytes, reason: str) -> None:
    """Acknowledged, stored whole, told with a reason; the same message again is stored once."""
    story = Story()
    raw(story, data)
    raw(story, data)
    assert [found for found, _ in refused(story)] == [reason]
    (failure,) = story.documents("intake_failures")
    parts = story.documents("intake_parts")
    by_number = sorted(parts, key=lambda part: int(part.id.rpartition(".")[2]))
    assert raw_data(failure, tuple(by_number)) == data
    assert failure.detail.endswith(".")
    assert story.counters()[f"intake_refused_{reason}"] == 1


def test_an_unknown_platform_is_refused() -> None:
    """Nobody guesses whose message it is."""
    story = Story()
    raw(story, b"{}", source="carrier-pigeon")
    assert refused(story) == [("source_unknown", "attributes.source")]


def test_the_money_at_stake_is_told() -> None:
    """A broken cart of 100.00 says so, wherever it can be read."""
    story = Story()
    raw(story, json.dumps(cart_event() | {"occurred_at": "yesterday"}).encode())
    (said,) = story.said("intake.refused")
    assert (said["amount"], said["currency"], said["field"]) == ("100.00", "PLN", "occurred_at")


@pytest.mark.parametrize("known", ["same state", "newer state"])
def test_an_id_used_twice_with_other_content_is_refused(known: str) -> None:
    """The first event counts; the second is kept for a person to look at, whatever happened in between."""
    story = Story()
    story.cart("k1", "10:00", ANNA, event_id="once")
    if known == "newer state":
        story.cart("k1", "10:05", ANNA, BOOTS)
    story.cart("k1", "10:06", ANNA, ("LAMP", 1, "1.00"), event_id="once")
    assert refused(story) == [("id_reused", "id")]
    assert "LAMP" not in {item.sku for item in story.case("k1").lines}
    (failure,) = story.documents("intake_failures")
    assert b"LAMP" in raw_data(failure)
    story.run_until("11:10")
    assert len(story.sent()) == 1


def test_an_order_id_used_twice_is_refused_too() -> None:
    """Orders remember their events as carts do."""
    story = Story()
    story.order("o1", "10:00", ANNA, total="10.00", event_id="once")
    story.order("o1", "10:01", ANNA, total="99.00", event_id="once")
    assert refused(story) == [("id_reused", "id")]


@pytest.mark.parametrize("more", [{"lines": [{"name": "Gift wrap"}]}, {"cart_id": ""}, {"discount": "free"}])
def test_a_buyer_is_not_reminded_over_a_part_of_the_order_that_does_not_matter(more: dict[str, Any]) -> None:
    """The order closes the case all the same (L1)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.tell(
        "order.placed", "10:40", ANNA, order={"id": "o1", "currency": "PLN", "total": "100.00", **more}
    )
    story.run_until("+9d 00:00")
    assert (story.sent(), refused(story)) == ([], [])
    assert len(story.said("case.ordered")) == 1


def test_ten_thousand_lines_are_a_cart_and_one_more_is_not() -> None:
    """The bound is told; the largest cart there may be is taken and its total is exact."""
    story = Story()
    story.cart("k1", "10:00", ANNA, *[("S", 1, "0.01")] * 10_000)
    assert story.case("k1").total_minor == 10_000
    story.cart("k2", "10:01", ANNA, *[("S", 1, "0.01")] * 10_001)
    assert len(refused(story)) == 1


def test_control_characters_and_emoji_do_no_harm() -> None:
    """Control characters are dropped, emoji stay."""
    story = Story()
    story.cart("k1", "10:00", ANNA, line("S", name="Zażółć \x00\x1b🧦\u202e"))
    assert story.case("k1").lines[0].name == "Zażółć 🧦"
