"""Carts have the rule's incentive, or none, and a complete log."""

from collections import Counter

import pytest

from tests.unit.functions.price_offer.asking import Json, ask, cart, instead, limits, line

PERCENT_15 = {"kind": "percent", "percent_bp": 1_500}


@pytest.mark.parametrize(
    ("returns", "percent_bp", "code"),
    [
        (1, 1_000, "rule_first_return_10"),
        (0, 500, "rule_other_5"),
        (2, 500, "rule_other_5"),
        (None, 500, "rule_other_5"),
    ],
)
def test_the_rule(returns: int | None, percent_bp: int, code: str) -> None:
    """10 % for whoever returned once, 5 % for everybody else."""
    request = cart()
    request["customer"]["returns_90d"] = returns
    answer = ask(request)
    assert answer["incentive"]["percent_bp"] == percent_bp
    assert answer["reason_codes"] == [code]
    assert answer["policy"]["mode"] == "rules"
    assert answer["explanation"] == [{"feature": code, "contribution": 1.0}]


def test_the_caller_s_own_rule_goes_first() -> None:
    """A tier of the engine's policy comes as it is."""
    answer = ask(cart(rule=PERCENT_15, limited={"allowed_incentives": [PERCENT_15]}))
    assert answer["incentive"]["percent_bp"] == 1_500
    assert answer["reason_codes"] == ["rule_requested"]
    nothing = ask(cart(rule={"kind": "none"}))
    assert (nothing["action"], nothing["reason_codes"]) == ("none", ["rule_requested"])


def test_a_discount_is_shared_by_largest_remainder() -> None:
    """5 % of 100.10 are 5.01, and the lines' shares add up to it."""
    answer = ask(cart(line("a", 3_336), line("b", 3_337), line("c", 3_337)))
    assert answer["max_cost_minor"] == 501
    assert [one["discount_minor"] for one in answer["incentive"]["lines"]] == [167, 167, 167]


@pytest.mark.parametrize(
    ("rule", "cost", "lines"),
    [
        ({"kind": "free_shipping"}, 1_200, [0]),
        ({"kind": "fixed", "amount_minor": 700}, 700, [700]),
        ({"kind": "percent", "percent_bp": 1_000}, 2_000, [2_000]),
    ],
)
def test_every_kind_of_incentive(rule: Json, cost: int, lines: list[int]) -> None:
    """Free shipping takes nothing off the lines (L31)."""
    answer = ask(cart(rule=rule))
    assert answer["incentive"].items() >= rule.items()
    assert answer["max_cost_minor"] == cost
    assert [one["discount_minor"] for one in answer["incentive"]["lines"]] == lines


@pytest.mark.parametrize(
    ("request_", "blocked_by", "code"),
    [
        (cart(rule=PERCENT_15), "not_allowed", "no_offer_not_allowed"),
        (cart(line(unit_cost_minor=19_500)), "margin", "no_offer_margin"),
        (cart(limited={"max_discount_bp": 499}), "max_discount", "no_offer_margin"),
        (
            cart(budget={"remaining_minor": 999, "period_ends_at": "2026-04-01T00:00:00Z"}),
            "budget",
            "no_offer_budget",
        ),
        (
            cart(budget={"remaining_minor": 9_999, "period_ends_at": "2026-03-01T12:00:00Z"}),
            "budget",
            "no_offer_budget",
        ),
    ],
)
def test_what_the_rule_may_not_give_is_not_given(request_: Json, blocked_by: str, code: str) -> None:
    """None instead, never another incentive; the reason is in the list and in the code."""
    answer = ask(request_)
    assert (answer["action"], answer["reason_codes"]) == ("none", [code])
    assert blocked_by in {one["blocked_by"] for one in answer["considered"]}


def test_one_line_at_its_floor_keeps_the_whole_cart_from_a_discount() -> None:
    """All lines, or none."""
    request = cart(line("a"), line("b"))
    request["limits"] = limits({"sku-a": (20_000, 12_000), "sku-b": (20_000, 19_500)})
    answer = ask(request)
    assert answer["action"] == "none"
    assert {one["arm"]: one["blocked_by"] for one in answer["considered"]}["percent_500"] == "floor"


def test_free_shipping_needs_a_fee_and_a_margin() -> None:
    """Nothing to give is no gift, and the basket has to bear it."""
    rule = {"kind": "free_shipping"}
    free = cart(rule=rule)
    free["basket"]["shipping_fee_minor"] = 0
    blocked = {one["arm"]: one["blocked_by"] for one in ask(free)["considered"]}
    assert blocked["free_shipping"] == "nothing_to_give"
    dear = cart(line(price=2_000, unit_cost_minor=900), rule=rule)
    assert ask(dear)["reason_codes"] == ["no_offer_margin"]


def test_a_line_without_limits_means_no_offer() -> None:
    """A part of the cart that nobody bounded."""
    request = cart()
    request["basket"]["lines"].append(line("l2"))
    assert ask(request)["reason_codes"] == ["limits_missing"]


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        ({"personalization_consent": False}, "no_offer_no_consent"),
        ({"offers_received_30d": 4}, "no_offer_frequency"),
    ],
)
def test_whom_to_leave_alone(customer: Json, code: str) -> None:
    """No consent, or offers enough."""
    request = cart()
    request["customer"] |= customer
    answer = ask(request)
    assert (answer["action"], answer["reason_codes"], answer["fallback"]) == ("none", [code], None)


@pytest.mark.parametrize(
    ("limited", "code"),
    [
        ({"frozen_at": "2026-02-22T11:59:59Z"}, "limits_stale"),
        ({"frozen_at": "2026-03-01T12:05:01Z"}, "limits_stale"),
        ({"frozen_at": "2026-02-22T12:00:00Z"}, "rule_other_5"),
        ({"frozen_at": "2026-03-01T12:05:00Z"}, "rule_other_5"),
    ],
)
def test_limits_go_stale_after_a_week(limited: Json, code: str) -> None:
    """And may be ahead by the difference of two clocks."""
    assert ask(cart(limited=limited))["reason_codes"] == [code]


def test_the_fallback_says_what_is_wrong() -> None:
    """Missing, changed after hashing, unreadable: none, with the field."""
    changed = cart()
    changed["limits"]["max_discount_bp"] += 1
    unreadable = cart()
    unreadable["limits"]["skus"][0]["hard_floor_minor"] = "1.00"
    for request, reason, field in (
        (cart(limits=None), "limits_missing", "limits"),
        (changed, "limits_hash_mismatch", "limits.limits_sha256"),
        (unreadable, "input_invalid", "limits.skus[0].hard_floor_minor"),
    ):
        answer = ask(request)
        assert (answer["action"], answer["reason_codes"]) == ("none", [reason])
        assert (answer["fallback"]["reason"], answer["fallback"]["field"]) == (reason, field)


def test_rules_go_on_without_a_model() -> None:
    """They never needed it; the code says that it is missing."""
    answer = ask(cart(), None)
    assert answer["incentive"]["percent_bp"] == 500
    assert answer["reason_codes"] == ["rule_other_5", "model_unavailable"]
    assert answer["policy"]["model_version"] is None


def test_shares_of_holdout_and_exploration_are_as_asked() -> None:
    """2,000 customers: a tenth held out, of the rest a fifth dealt by chance; the log says with which chance."""
    experiment = {"salt": "spring", "holdout_bp": 1_000, "explore_bp": 2_000}
    modes: Counter[str] = Counter()
    arms: Counter[str] = Counter()
    for number in range(2_000):
        request = cart(request_id=f"req-{number}", experiment=experiment)
        request["customer"]["id_hash"] = f"customer-{number}"
        answer = ask(request)
        modes[answer["policy"]["mode"]] += 1
        arms[answer["chosen_arm"]] += 1
    assert 160 <= modes["holdout"] <= 240
    assert 300 <= modes["explore"] <= 420
    logged = {one["arm"]: one["ppm"] for one in answer["propensities"]}
    assert logged == {
        "fixed_700": 36_000,
        "free_shipping": 36_000,
        "none": 136_000,
        "percent_1000": 36_000,
        "percent_500": 756_000,
    }
    assert all(abs(arms[arm] / 2_000 - ppm / 1_000_000) < 0.03 for arm, ppm in logged.items())


def test_the_holdout_sticks_to_the_customer() -> None:
    """Another request of the same customer has the same fate; another salt deals anew."""
    fates = set()
    for salt in "abcdefgh":
        experiment = {"salt": salt, "holdout_bp": 5_000, "explore_bp": 0}
        modes = {
            ask(cart(request_id=f"req-{number}", experiment=experiment))["policy"]["mode"]
            for number in range(5)
        }
        assert len(modes) == 1
        fates |= modes
    assert fates == {"holdout", "rules"}


def test_everybody_may_be_held_out() -> None:
    """Then nothing else can come out."""
    answer = ask(cart(experiment={"salt": "a", "holdout_bp": 10_000, "explore_bp": 10_000}))
    assert answer["reason_codes"] == ["holdout"]
    assert answer["propensities"] == [{"arm": "none", "ppm": 1_000_000}]


def test_a_failed_payment_may_bring_a_basket_or_a_wish() -> None:
    """The cart's rule for a basket; an alternative where something is wanted."""
    assert ask(cart(decision_type="payment_failed"))["action"] == "incentive"
    assert ask(instead(decision_type="payment_failed"))["action"] == "alternative"
