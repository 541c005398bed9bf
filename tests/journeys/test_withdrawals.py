"""What a shop takes back by itself: a code that it honours no more, or the engine as a whole."""

from typing import Any

import pytest

from common.application.shell import advance
from common.domain.storefront import StoreLeft, VoucherWithdrawn
from tests.builders import ANNA, BEN, STORE, rules
from tests.stories import Story


def withdrawal(story: Story, code: str, id: str = "w-1") -> VoucherWithdrawn:
    """The shop's word about one code."""
    return VoucherWithdrawn(id=id, store=STORE, source="shop", occurred_at=story.clock.now(), code=code)


def reminded(story: Story) -> str:
    """Anna's cart is abandoned and she has had its first message; the code in it."""
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    return str(story.said("voucher.issued")[0]["code"])


@pytest.mark.parametrize("spelling", [str, str.lower, lambda code: code.replace("-", "")])
def test_a_withdrawn_code_is_promised_no_more(spelling: Any) -> None:
    """The last call goes out without it, and nobody else is promised it; said again, nothing changes."""
    story = Story()
    code = reminded(story)
    told = withdrawal(story, spelling(code))
    assert advance(story.machine.engine, told).outcome == "voucher_withdrawn"
    assert advance(story.machine.engine, told).outcome == "repeated"
    story.run_until("+9d 00:00")
    assert [(line["code"], line["reason"]) for line in story.said("voucher.revoked")] == [(code, "withdrawn")]
    assert [message.voucher_code for message in story.provider.delivered] == [code, None]
    assert story.said("voucher.expired") == []


def test_a_code_that_nobody_holds_is_nobodys() -> None:
    """A campaign code of the shop's own."""
    story = Story()
    assert advance(story.machine.engine, withdrawal(story, "SUMMER")).outcome == "nobodys_voucher"


def test_a_redeemed_code_stays_redeemed() -> None:
    """The shop tidies up after the order: nothing is taken back from the customer."""
    story = Story()
    code = reminded(story)
    story.order("o1", "11:20", ANNA, cart="k1", codes=[code])
    advance(story.machine.engine, withdrawal(story, code))
    assert story.said("voucher.revoked") == []
    assert story.types()[-1] == "case.recovered"


def test_nobody_of_a_store_that_left_is_contacted() -> None:
    """Running sequences end step by step with the reason; the customers of other stores are theirs."""
    story = Story()
    reminded(story)
    left = StoreLeft(id="gone", store=STORE, source="shop", occurred_at=story.clock.now())
    for _ in range(2):
        advance(story.machine.engine, left)
    story.cart("k2", "12:00", BEN)
    story.run_until("+9d 00:00")
    assert len(story.said("stimulus.sent")) == 1
    assert {line["reason"] for line in story.said("stimulus.skipped")} == {"store_left"}
    assert len(story.said("voucher.issued")) == 1


def test_a_robots_cart_is_left_alone() -> None:
    """More touches in an hour than any person makes: abandoned, and suppressed with its reason (L42)."""
    story = Story(rules(intake={"max_cart_events_per_hour": 20}))
    story.cart("k1", "10:00", ANNA)
    for minute in range(1, 22):
        story.visit("k1", f"10:{minute:02}", ANNA)
    story.cart("k2", "10:00", BEN)
    story.run_until("+9d 00:00")
    assert {recipient for _, _, recipient in story.sent()} == {BEN.email}
    assert [line["reason"] for line in story.said("case.suppressed")] == ["bot"]


def test_touching_a_cart_often_over_days_is_no_robot() -> None:
    """Each hour counts by itself."""
    story = Story(rules(intake={"max_cart_events_per_hour": 20}))
    for hour in range(10, 14):
        for minute in range(0, 45, 3):
            story.cart("k1", f"{hour}:{minute:02}", ANNA)
    assert not story.case("k1").automated
