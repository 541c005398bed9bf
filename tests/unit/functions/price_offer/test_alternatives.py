"""Which alternative at which price, against nothing."""

from dataclasses import replace
from math import isclose

import pytest

from functions.price_offer.model import Model, deployed_model
from tests.unit.functions.price_offer.asking import Json, alternative, ask, instead, limits


def shipped() -> Model:
    """The model that is deployed."""
    model = deployed_model()
    assert model is not None
    return model


def without_customs() -> Model:
    """The deployed model in a world where any amount is a price."""
    return replace(shipped(), endings={})


def test_the_optimum_worked_out_by_hand() -> None:
    """Slope 3/120000 + 2/90000; at the price chosen, the margin is 1 / (slope x (1 - chance))."""
    answer = ask(instead(alternative(unit_cost_minor=66_000)), without_customs())
    price, taken = answer["alternative"]["unit_price_minor"], answer["expected"]["p_buy_chosen_bp"] / 10_000
    slope = 3 / 120_000 + 2 / 90_000
    assert 50_000 < price < 90_000
    assert isclose(price - 66_000, 1 / (slope * (1 - taken)), rel_tol=1e-4)


def test_a_close_substitute_at_a_customary_price() -> None:
    """Not the base price, not the floor; 9 zlotys at the end, as dear things in Poland have."""
    answer = ask(instead(alternative(unit_cost_minor=60_000)))
    assert answer["action"] == "alternative"
    assert answer["alternative"]["unit_price_minor"] % 1_000 == 900
    assert answer["reason_codes"] == ["model_gain"]
    assert answer["disclosures"] == {"personalized_price": True}
    assert answer["valid_until"] == "2026-03-04T12:00:00Z"


def test_sku_and_price_are_chosen_together() -> None:
    """The most alike article has hardly a margin; a slightly less alike one earns more."""
    twin = alternative("twin", base=110_000, unit_cost_minor=107_000, floor=107_000, similarity_bp=9_500)
    other = alternative("other", base=100_000, unit_cost_minor=60_000, similarity_bp=8_500)
    answer = ask(instead(twin, other))
    assert answer["alternative"]["sku"] == "other"
    assert [one["sku"] for one in answer["considered"]] == ["other", "twin"]


def test_the_floor_stops_the_price() -> None:
    """The model would go lower; the answer says so."""
    answer = ask(instead(alternative(floor=89_500, unit_cost_minor=20_000)), without_customs())
    assert answer["alternative"]["unit_price_minor"] == 89_500
    assert answer["reason_codes"] == ["model_gain", "floor_clamp"]
    assert answer["clamps"][0]["from_minor"] < answer["clamps"][0]["to_minor"] == 89_500


def test_the_base_price_stops_the_price() -> None:
    """The model would ask for more than the shop does: no discount, and no personalised price."""
    answer = ask(instead(alternative(base=80_000, unit_cost_minor=74_000)))
    assert answer["alternative"]["unit_price_minor"] == 80_000
    assert answer["reason_codes"] == ["model_gain", "base_clamp"]
    assert answer["disclosures"] == {"personalized_price": False}
    assert answer["max_cost_minor"] == 0


@pytest.mark.parametrize(
    ("qty", "amount", "dearest"), [(1, 90_000, 89_900), (3, 270_001, 90_000), (3, 270_000, 89_900)]
)
def test_an_alternative_is_cheaper_than_the_wanted_article(qty: int, amount: int, dearest: int) -> None:
    """At the same price it is none; what counts is what all pieces come to."""
    request = instead(
        alternative(unit_cost_minor=85_000), wanted={"sku": "fox-128", "qty": qty, "amount_minor": amount}
    )
    assert ask(request)["alternative"]["unit_price_minor"] == dearest


@pytest.mark.parametrize(
    ("currency", "floor", "price"),
    [("JPY", 89_991, 89_999), ("KWD", 89_950, 89_999), ("EUR", 89_999, 89_999)],
)
def test_where_no_customary_price_is_cheaper_the_smallest_unit_less_is(
    currency: str, floor: int, price: int
) -> None:
    """One yen, one fils, one cent."""
    article = alternative(base=90_000, floor=floor, unit_cost_minor=85_000)
    request = instead(article, currency=currency, wanted={"sku": "fox-128", "qty": 1, "amount_minor": 90_000})
    assert ask(request)["alternative"]["unit_price_minor"] == price


@pytest.mark.parametrize("floor", [0, 90_000])
def test_nothing_is_cheaper_than_the_cheapest(floor: int) -> None:
    """An article whose floor is the wanted price, or a wanted one of a single minor unit, has no alternative."""
    amount = floor or 1
    answer = ask(
        instead(
            alternative(floor=floor, unit_cost_minor=0),
            wanted={"sku": "fox-128", "qty": 1, "amount_minor": amount},
        )
    )
    assert answer["action"] == "none"


@pytest.mark.parametrize(
    ("capped", "price", "disclosed"),
    [(90_000, 90_000, False), (89_999, 89_900, True), (80_000, 79_900, True)],
)
def test_a_price_below_the_regular_one_is_disclosed(capped: int, price: int, disclosed: bool) -> None:
    """A limit that was capped for the customer, as by what a credit check approved, makes a personal price too."""
    request = instead(alternative(base=90_000, unit_cost_minor=75_000))
    request["wanted"]["amount_minor"] = 120_000
    request["limits"] = limits({"fox-64": (capped, 75_000)})
    model = shipped()
    flat = replace(model, acceptance=replace(model.acceptance, relative_price=0.0, discount_depth=0.0))
    answer = ask(request, flat)
    assert answer["alternative"]["unit_price_minor"] == price
    assert answer["disclosures"] == {"personalized_price": disclosed}
    assert answer["max_cost_minor"] == 90_000 - price


def test_a_slope_of_the_wrong_sign_means_the_base_price() -> None:
    """A model that believes in dearer articles is not followed."""
    model = shipped()
    wrong = replace(model, acceptance=replace(model.acceptance, relative_price=9.0, discount_depth=0.0))
    assert ask(instead(), wrong)["alternative"]["unit_price_minor"] == 90_000


@pytest.mark.parametrize(
    ("changes", "blocked_by"),
    [
        ({"stock_qty": 0}, "stock"),
        ({"similarity_bp": 2_999}, "similarity"),
        ({"sku": "fox-128"}, "wanted"),
        ({"floor": 90_001}, "floor"),
        ({"unit_cost_minor": 90_001}, "margin"),
        ({"base": 0, "floor": 0}, "base"),
        ({"base": 130_000, "floor": 125_000}, "floor"),
    ],
)
def test_what_can_not_be_offered_says_why(changes: Json, blocked_by: str) -> None:
    """One alternative, one reason."""
    answer = ask(instead(alternative(**changes)))
    assert answer["action"] == "none"
    assert [one["blocked_by"] for one in answer["considered"]] == [blocked_by]


def test_a_sku_without_limits_is_not_offered() -> None:
    """The limits are the authority on what may be offered."""
    request = instead(alternative())
    request["alternatives"].append(alternative("unlisted", similarity_bp=9_900))
    answer = ask(request)
    assert answer["alternative"]["sku"] == "fox-64"
    assert {"unlisted": "limits_missing"}.items() <= {
        one["sku"]: one["blocked_by"] for one in answer["considered"]
    }.items()


def test_an_unknown_cost_is_assumed() -> None:
    """70 % of the base price, and the answer says so."""
    unknown = ask(instead(alternative(unit_cost_minor=None)))
    known = ask(instead(alternative(unit_cost_minor=63_000)))
    assert unknown["alternative"] == known["alternative"]
    assert "cost_unknown_assumed" in unknown["reason_codes"]


@pytest.mark.parametrize("margin_bp", [0, 500, 5_000])
def test_without_a_known_cost_the_regular_price_can_be_offered(margin_bp: int) -> None:
    """A floor at the base price leaves no other; the least margin is none that a guess could fall short of."""
    article = alternative(unit_cost_minor=None, floor=90_000)
    answer = ask(instead(article, limited={"min_margin_bp": margin_bp}))
    assert answer["alternative"] == {"sku": "fox-64", "unit_price_minor": 90_000}
    assert "cost_unknown_assumed" in answer["reason_codes"]
    assert answer["disclosures"] == {"personalized_price": False}


def test_the_least_margin_bounds_the_discount_of_an_unknown_cost() -> None:
    """On the assumed one: half of 63,000 on top of it is beyond the base price, a fourth is not."""
    prices = [
        ask(instead(alternative(unit_cost_minor=None), limited={"min_margin_bp": margin_bp}))["alternative"]
        for margin_bp in (5_000, 2_500)
    ]
    assert prices[0]["unit_price_minor"] == 90_000
    assert 78_750 <= prices[1]["unit_price_minor"] < 90_000


def test_similarity_is_computed_where_it_is_not_sent() -> None:
    """From category, attributes and brand."""
    likeness: Json = {"category": "phones/smartphones", "brand": "Fox", "attributes": {"memory_gb": 128}}
    twin = alternative("twin", similarity_bp=None, **likeness)
    other = alternative("other", similarity_bp=None, category="garden/rakes", brand="Hen")
    request = instead(twin, other)
    request["wanted"] |= likeness
    answer = ask(request)
    assert answer["alternative"]["sku"] == "twin"
    assert answer["considered"][1]["blocked_by"] == "similarity"


def test_a_budget_bounds_the_discount() -> None:
    """What remains is the most that may be given away; without any, the base price is still a good offer."""
    ends = {"period_ends_at": "2026-03-31T00:00:00Z"}
    little = ask(instead(budget={"remaining_minor": 1_500, **ends}))
    assert 0 < little["max_cost_minor"] <= 1_500
    spent = ask(instead(budget={"remaining_minor": 0, **ends}))
    assert spent["alternative"]["unit_price_minor"] == 90_000
    over = ask(instead(budget={"remaining_minor": 9_000, "period_ends_at": "2026-03-01T12:00:00Z"}))
    assert over["max_cost_minor"] == 0


def test_no_offer_when_the_budget_leaves_no_price() -> None:
    """An alternative dearer than the wanted article would have to be discounted."""
    budget = {"remaining_minor": 0, "period_ends_at": "2026-03-31T00:00:00Z"}
    answer = ask(instead(alternative(base=130_000, unit_cost_minor=80_000), budget=budget))
    assert answer["reason_codes"] == ["no_offer_budget"]


def test_spending_ahead_of_time_makes_discounts_dearer() -> None:
    """Half the period gone and all but a tenth of the money: shallower than on the path."""
    period = {"period_starts_at": "2026-02-27T12:00:00Z", "period_ends_at": "2026-03-03T12:00:00Z"}
    article = alternative(unit_cost_minor=55_000)
    ahead = ask(instead(article, budget={"remaining_minor": 10_000, "total_minor": 100_000, **period}))
    on_path = ask(instead(article, budget={"remaining_minor": 50_000, "total_minor": 100_000, **period}))
    assert ahead["max_cost_minor"] < on_path["max_cost_minor"]


def test_the_list_of_what_was_considered_is_bounded() -> None:
    """Of 60 alternatives the best 20, and the chosen one among them."""
    answer = ask(instead(*[alternative(f"sku-{at:02}", base=90_000 - at) for at in range(60)]))
    assert len(answer["considered"]) == 20
    assert answer["alternative"]["sku"] in {one["sku"] for one in answer["considered"]}


def test_a_long_list_is_priced_to_the_most_alike() -> None:
    """Of 401 that could be offered, the least alike is left aside, however much it would earn."""
    bargain = alternative("bargain", similarity_bp=7_000, unit_cost_minor=1_000)
    others = [alternative(f"sku-{at:03}") for at in range(400)]
    assert ask(instead(bargain, *others))["alternative"]["sku"] != "bargain"
    assert ask(instead(bargain, *others[:-1]))["alternative"]["sku"] == "bargain"


@pytest.mark.parametrize(
    ("currency", "scale"), [("JPY", 1), ("TND", 10), ("KWD", 10), ("EUR", 1), ("CZK", 100), ("PLN", 1)]
)
def test_currencies_with_no_two_and_three_decimals(currency: str, scale: int) -> None:
    """Each gets a price of its own custom within the limits."""
    article = alternative(base=90_000 * scale, floor=50_000 * scale, unit_cost_minor=60_000 * scale)
    request = instead(article, currency=currency)
    request["wanted"]["amount_minor"] *= scale
    price = ask(request)["alternative"]["unit_price_minor"]
    endings = {"JPY": 10, "TND": 1, "KWD": 100, "EUR": 1, "CZK": 100, "PLN": 100}
    assert 50_000 * scale <= price < 90_000 * scale
    assert price % endings[currency] == 0


def test_exploration_stays_within_what_was_priced() -> None:
    """Over many requests every arm comes out, each as an offer or as none, none below its own best price."""
    others = [alternative(f"sku-{at}", similarity_bp=8_000 - 100 * at) for at in range(4)]
    experiment = {"salt": "spring", "holdout_bp": 0, "explore_bp": 10_000}
    answers = [
        ask(instead(*others, experiment=experiment, request_id=f"req-{number}")) for number in range(80)
    ]
    arms = {one["arm"] for one in answers[0]["propensities"]}
    assert {answer["chosen_arm"] for answer in answers} == arms
    assert len(arms) == 5
    assert {answer["policy"]["mode"] for answer in answers} == {"explore"}
    offers = [answer for answer in answers if answer["action"] == "alternative"]
    best = {one["sku"]: one["price_minor"] for one in reversed(answers[0]["considered"])}
    assert all(
        answer["alternative"]["unit_price_minor"] >= best[answer["alternative"]["sku"]] for answer in offers
    )
