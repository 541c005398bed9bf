"""What an abandoned cart is worth, decided by the pricing algorithm; and by the tiers whenever that can't say it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from common.application.ports import PricingReply, PricingUnreachable
from tests.builders import ANNA, rules
from tests.phones import a_phone, with_catalogue
from tests.stories import Story

ALGORITHM = {"mode": "algorithm", "attempts": 1}
DEAR = ("fox-128", 1, "1200.00")
TIER = {"kind": "percent", "percent": 5}


class Says:
    """An algorithm that gives the same answer to every question, and keeps the questions."""

    def __init__(self, answer: Mapping[str, Any] | None, status: int = 200, **wrong: Any) -> None:
        self.answer, self.status, self.wrong = answer, status, wrong
        self.asked: list[dict[str, Any]] = []

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        self.asked.append(json.loads(request))
        if self.answer is None:
            raise PricingUnreachable("no answer", timeout_seconds)
        about = {"request_id": self.asked[-1]["request_id"], **self.answer, **self.wrong}
        return PricingReply(self.status, json.dumps(about).encode())

    def rest(self, seconds: float) -> None:
        pass


def told(service: Any = None, pricing: Mapping[str, Any] | None = None, **policy: Any) -> Story:
    """Anna leaves a cart, and is reminded of it."""
    wrapped = (lambda engine: replace(engine, pricing=service)) if service else None
    story = Story(rules(pricing=ALGORITHM if pricing is None else pricing, **policy), wrapped=wrapped)
    with_catalogue(story, a_phone("fox-128", 120_000, 60_000))
    story.cart("k1", "10:00", ANNA, DEAR)
    story.run_until("11:00")
    return story


def issued(story: Story) -> list[Any]:
    return [said["incentive"] for said in story.said("voucher.issued")]


def test_the_reference_algorithm_keeps_to_the_rule() -> None:
    """It deviates from the tiers on evidence only, and there is none yet."""
    story = told()
    assert issued(story) == [TIER]
    worth = story.case("k1").worth
    assert worth is not None
    assert (worth.mode, worth.chosen_arm, worth.chosen_propensity_ppm) == ("rules", "percent_500", 1_000_000)


def test_the_algorithm_chooses_among_the_tiers() -> None:
    """Another tier than the customer's own."""
    service = Says({"action": "incentive", "incentive": {"kind": "percent", "percent_bp": 1500}})
    assert issued(told(service)) == [{"kind": "percent", "percent": 15}]


def test_the_algorithm_may_offer_nothing() -> None:
    """The reminder leaves without a voucher."""
    story = told(Says({"action": "none"}))
    assert issued(story) == []
    assert len(story.sent()) == 1


def test_rules_ask_nobody() -> None:
    """By default the tiers decide alone."""
    service = Says({"action": "none"})
    assert issued(told(service, pricing={})) == [TIER]
    assert service.asked == []


@pytest.mark.parametrize(
    "service",
    [
        Says(None),
        Says({}, status=503),
        Says({}, status=400),
        Says({"action": "none", "request_id": "another"}),
        Says({"action": "none", "fallback": {"reason": "limits_stale"}}),
        Says({"action": "alternative"}),
        Says({"action": "incentive"}),
        Says({"action": "incentive", "incentive": {"kind": "percent", "percent_bp": 5000}}),
        Says({"action": "incentive", "incentive": {"kind": "free_shipping"}}),
        Says({"action": "incentive", "incentive": [1]}),
    ],
)
def test_whatever_goes_wrong_the_tiers_decide(service: Says) -> None:
    """Nobody waits for a reminder because of an algorithm, and nothing is promised that policy doesn't allow."""
    assert issued(told(service)) == [TIER]


def test_the_ceiling_holds_for_the_algorithm_too() -> None:
    """It may choose among what the tiers come to with their ceiling."""
    service = Says({"action": "incentive", "incentive": {"kind": "fixed", "amount_minor": 4000}})
    story = told(service, incentives={"ceiling": {"PLN": "40.00"}})
    assert issued(story) == [{"kind": "fixed", "amount": "40.00", "currency": "PLN"}]
    (asked,) = service.asked
    assert asked["limits"]["allowed_incentives"] == [{"kind": "fixed", "amount_minor": 4000}]


def test_the_question_says_nothing_personal() -> None:
    """A pseudonym, the cart's lines with their costs, and the limits (L51)."""
    service = Says({"action": "none"})
    told(service)
    (asked,) = service.asked
    text = json.dumps(asked)
    assert not any(word in text for word in ("anna", "Anna", "+48600", "c-anna"))
    assert asked["basket"]["lines"] == [
        {"line_id": "1", "sku": "fox-128", "qty": 1, "unit_price_minor": 120_000, "unit_cost_minor": 60_000}
    ]


def test_a_cart_that_changed_is_judged_anew() -> None:
    """What was chosen for another total doesn't count."""
    service = Says({"action": "incentive", "incentive": {"kind": "percent", "percent_bp": 1500}})
    story = Story(rules(pricing=ALGORITHM), wrapped=lambda engine: replace(engine, pricing=service))
    story.cart("k1", "10:00", ANNA, DEAR)
    story.run_until("10:40")
    service.answer = None
    story.cart("k1", "10:45", ANNA, ("fox-128", 2, "1200.00"))
    story.run_until("12:00")
    assert issued(story) == [TIER]
    assert len(service.asked) == 2
