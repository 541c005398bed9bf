"""A code at the checkout: validated, locked, redeemed and released by calls, whatever events say beside."""

from typing import Any

import pytest

from common.application.policies import build
from common.application.shell import advance
from common.domain.policy import Policy
from common.domain.vocabulary import Stage, VoucherState
from infra.local.machine import LOCAL_KEYS
from tests.builders import ANNA, BEN, rules, when
from tests.journeys.test_withdrawals import withdrawal
from tests.shop_backend import ShopBackend
from tests.stories import Story


def reminded(**policies: Any) -> tuple[Story, ShopBackend, str]:
    """Anna was sent a code at 11:00, good for seven days."""
    story = Story(rules(**policies))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    return story, ShopBackend(story.machine.engine), story.code()


def turns(story: Story) -> list[str]:
    """What was told of the voucher since it was issued."""
    told = [type for type in story.types() if type.startswith("voucher.")]
    return [type.removeprefix("voucher.") for type in told if type != "voucher.issued"]


def test_a_checkout_from_the_first_look_to_the_order() -> None:
    """Shown, validated, locked, redeemed, and then the order's own event: one use, one recovery (L25)."""
    story, shop, code = reminded()
    shown = shop.ask("show", code.lower().replace("-", " ")).body
    assert shown is not None
    assert (shown["code"], shown["state"], shown["valid"]) == (code, "issued", True)
    assert (shown["valid_until"], shown["customer_reference"]) == ("2026-03-09T11:00:00Z", "c-anna")
    assert shop.told("validate", code) == "valid"
    locked = shop.ask("lock", code, "o1").body
    assert locked is not None
    assert (locked["state"], locked["locked_until"]) == ("locked", "2026-03-02T12:00:00Z")
    assert shop.told("redeem", code, "o1") == "valid"
    story.order("o1", "11:35", ANNA, codes=[code])
    story.order("o1", "11:36", ANNA, type="paid", codes=[code])
    assert turns(story) == ["locked", "redeemed"]
    assert [said["order_id"] for said in story.said("case.recovered")] == ["o1"]
    story.run_until("+9d 00:00")
    assert "voucher.expired" not in story.types()
    assert story.machine.timer.pending() == 0


@pytest.mark.parametrize("order_first", [True, False])
def test_a_call_and_an_event_count_one_use_in_either_order(order_first: bool) -> None:
    """The order's event before the call, or after it: redeemed once, recovered once (L24, L25)."""
    story, shop, code = reminded()
    if not order_first:
        assert shop.told("redeem", code, "o1") == "valid"
    story.order("o1", "11:31", ANNA, codes=[code])
    assert shop.told("redeem", code, "o1") == "valid"
    story.redeemed(code, "11:32", "o1")
    assert turns(story) == ["redeemed"]
    assert story.counters()["case_recovered"] == 1


@pytest.mark.parametrize("action", ["lock", "redeem"])
def test_another_orders_attempt_is_refused(action: str) -> None:
    """Held or used, the code is one order's; the shop hears why, its customer does not (L24, L32)."""
    _, shop, code = reminded()
    first = shop.ask(action, code, "o1")
    assert shop.ask(action, code, "o1") == first
    refused = shop.ask("redeem", code, "o2")
    assert (refused.status, refused.body and refused.body["reason"]) == (
        409,
        "locked" if action == "lock" else "already_redeemed",
    )
    expected = "This code can't be used. Check how it is spelt, or go on without it."
    assert refused.body is not None
    assert refused.body["message_for_customer"] == expected
    unknown = shop.ask("lock", "AAAA-CCCC-DDDD", "o2")
    assert (unknown.status, unknown.body and unknown.body["message_for_customer"]) == (404, expected)


def test_a_lock_lapses_by_itself() -> None:
    """After half an hour the code is anybody's again; asked for again meanwhile, the lock is no longer."""
    story, shop, code = reminded()
    shop.ask("lock", code, "o1")
    story.run_until("11:59")
    again = shop.ask("lock", code, "o1").body
    assert again is not None
    assert again["locked_until"] == "2026-03-02T12:00:00Z"
    assert shop.told("lock", code, "o2") == "locked"
    story.run_until("12:00")
    assert shop.told("lock", code, "o2") == "valid"
    assert shop.told("redeem", code, "o1") == "locked"
    assert turns(story) == ["locked", "locked"]


def test_a_code_locked_before_its_expiry_is_honoured_within_the_lock() -> None:
    """The price that a paying customer saw holds to the lock's end, and not a second longer (L23)."""
    story, shop, code = reminded()
    story.run_until("+7d 10:50")
    assert shop.told("lock", code, "o1") == "valid"
    story.run_until("+7d 11:19")
    assert shop.told("validate", code) == "locked"
    assert shop.told("redeem", code, "o1") == "valid"
    assert turns(story) == ["locked", "redeemed"]


def test_a_code_applied_before_its_expiry_and_checked_out_after_it_is_refused() -> None:
    """Without a lock, and with one that has lapsed or would have to be prolonged (L23)."""
    story, shop, code = reminded()
    story.run_until("+7d 10:40")
    assert shop.told("validate", code) == "valid"
    assert shop.told("lock", code, "o1") == "valid"
    story.run_until("+7d 11:10")
    assert shop.told("redeem", code, "o1") == "expired"
    assert shop.told("lock", code, "o1") == "expired"
    assert shop.told("redeem", code, "o2") == "expired"
    assert turns(story) == ["locked", "expired"]


def test_an_order_made_within_the_lock_is_honoured_however_late_it_is_heard() -> None:
    """The lock is remembered after it lapsed, for the order that held it (L13, L23)."""
    story, shop, code = reminded()
    story.run_until("+7d 10:50")
    shop.ask("lock", code, "o1")
    story.order("o1", "+7d 11:05", ANNA, codes=[code], arrives="+7d 15:00")
    assert turns(story) == ["locked", "expired", "redeemed"]


def test_an_order_that_was_made_is_a_fact_that_no_lock_undoes() -> None:
    """Another order's event redeems the code under the first one's lock; the first is refused then: one use (L24)."""
    story, shop, code = reminded()
    shop.ask("lock", code, "o1")
    story.order("o2", "11:40", BEN, codes=[code])
    assert shop.told("redeem", code, "o1") == "already_redeemed"
    assert turns(story) == ["locked", "redeemed"]


def test_a_given_up_checkout_gives_the_code_back() -> None:
    """Released from its lock, open for another order; said twice, it stays so; by a stranger it is refused."""
    story, shop, code = reminded()
    shop.ask("lock", code, "o1")
    assert shop.told("release", code, "o2") == "not_held"
    released = shop.ask("release", code, "o1")
    assert (released.status, released.body and released.body["state"]) == (200, "released")
    assert shop.ask("release", code, "o1") == released
    assert shop.told("redeem", code, "o2") == "valid"
    assert shop.told("release", code, "o1") == "valid"
    assert turns(story) == ["locked", "unlocked", "redeemed"]
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert voucher.order_id == "o2"


def test_a_failed_payment_without_events_gives_everything_back() -> None:
    """Redeemed and released with nothing else heard of the order: the customer is reminded as if it never was (L26)."""
    story, shop, code = reminded()
    shop.ask("redeem", code, "o1")
    assert story.person(ANNA).purchases
    shop.ask("release", code, "o1")
    assert shop.told("release", code, "o1") == "valid"
    assert turns(story) == ["redeemed", "released"]
    assert not story.person(ANNA).purchases
    story.run_until("+1d 12:00")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]
    assert shop.told("redeem", code, "o1") == "valid"
    story.order("o1", "+1d 12:01", ANNA, codes=[code])
    assert turns(story) == ["redeemed", "released", "redeemed"]
    assert story.case("k1").stage is Stage.RECOVERED


def test_an_event_from_before_the_release_does_not_take_the_code_again() -> None:
    """News of the placing that arrives after the release finds the code given back (L13)."""
    story, shop, code = reminded()
    shop.ask("redeem", code, "o1")
    story.run_until("11:40")
    shop.ask("release", code, "o1")
    story.order("o1", "11:35", ANNA, codes=[code], arrives="11:50")
    story.redeemed(code, "11:36", "o1", arrives="11:51")
    assert turns(story) == ["redeemed", "released"]
    story.order("o1", "11:55", ANNA, type="paid", codes=[code])
    assert turns(story) == ["redeemed", "released", "redeemed"]


@pytest.mark.parametrize("event_first", [True, False])
def test_a_cancelled_order_releases_the_code_once(event_first: bool) -> None:
    """The event and the call tell of the same cancellation; the order can't use a code any more (L26)."""
    story, shop, code = reminded()
    story.order("o1", "11:31", ANNA, codes=[code])
    if event_first:
        story.order("o1", "11:40", ANNA, type="cancelled")
    assert shop.told("release", code, "o1", reason="order_cancelled") == "valid"
    if not event_first:
        story.order("o1", "11:40", ANNA, type="cancelled")
    assert turns(story) == ["redeemed", "released"]
    assert shop.told("redeem", code, "o1") == "order_cancelled"
    assert shop.told("redeem", code, "o2") == "valid"


def test_the_second_try_of_a_payment_redeems_again() -> None:
    """Failed by an event, tried again by a call, failed again, paid at last: redeemed in turn (L26)."""
    story, shop, code = reminded()
    story.order("o1", "11:31", ANNA, codes=[code])
    story.order("o1", "11:32", ANNA, type="payment_failed", codes=[code])
    story.run_until("11:33")
    assert shop.told("redeem", code, "o1") == "valid"
    story.order("o1", "11:34", ANNA, type="payment_failed", codes=[code])
    story.run_until("11:35")
    assert shop.told("redeem", code, "o1") == "valid"
    story.order("o1", "11:36", ANNA, type="paid", codes=[code])
    assert turns(story) == ["redeemed", "released"] * 2 + ["redeemed"]
    assert story.case("k1").recovery is not None


def test_one_order_uses_one_of_our_codes() -> None:
    """Recovery vouchers don't stack (L30)."""
    story, shop, code = reminded()
    story.cart("k2", "11:31", BEN)
    story.run_until("12:31")
    other = story.code()
    assert other != code
    shop.ask("redeem", code, "o1")
    assert shop.told("lock", other, "o1") == "order_has_voucher"
    assert shop.told("redeem", other, "o1") == "order_has_voucher"
    assert shop.told("redeem", other, "o2") == "valid"


def test_a_withdrawn_code_is_refused_as_revoked() -> None:
    """Whether it was open or locked when the shop took it back."""
    story, shop, code = reminded()
    shop.ask("lock", code, "o1")
    advance(story.machine.engine, withdrawal(story, code))
    assert shop.told("redeem", code, "o1") == "revoked"
    assert shop.told("show", code) == "revoked"


def test_a_bound_code_is_its_customers_only() -> None:
    """By any identifier that leads to that person; by default whoever has the code may use it."""
    story, shop, code = reminded()
    assert shop.told("validate", code, customer={"email": BEN.email}) == "valid"
    story.cart("k2", "11:31", BEN)
    story.rules.policy = rules_with(binding="bound")
    assert shop.told("validate", code) == "other_customer"
    assert shop.told("lock", code, "o1", customer={"email": BEN.email}) == "other_customer"
    assert shop.told("lock", code, "o1", customer={"email": " Anna@Shop.TEST"}) == "valid"
    assert shop.told("redeem", code, "o1") == "valid"


def rules_with(**vouchers: Any) -> Policy:
    """The default policy, with another document `vouchers`."""
    return build({"recovery": {"holdout_percent": 0}, "vouchers": vouchers}, LOCAL_KEYS)


def test_a_reminder_under_way_leaves_a_lock_alone() -> None:
    """The last call names the code that a checkout holds just then."""
    story, shop, code = reminded()
    story.run_until("+1d 10:59")
    shop.ask("lock", code, "o1")
    story.run_until("+1d 11:01")
    assert [said["voucher_code"] for said in story.said("stimulus.sent")] == [code, code]
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert (voucher.state, voucher.state_at(when("+1d 11:01"))) == (VoucherState.LOCKED, VoucherState.LOCKED)
