"""What holds for every request, whatever is in it."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from functions.price_offer import model as models
from functions.price_offer.acceptance import Curve
from functions.price_offer.endings import table_of
from functions.price_offer.model import deployed_model, model_or_none
from tests.unit.functions.price_offer.asking import Json, ask, cart, hash_of, instead, limits, line, raw

T = TypeVar("T")
U = TypeVar("U")
WHOLE = 1_000_000
MODEL = Path(models.__file__).with_name("model.json").read_text(encoding="utf-8")
CURRENCIES = st.sampled_from(["PLN", "EUR", "CZK", "JPY", "KWD", "TND"])
EXPERIMENTS = st.none() | st.fixed_dictionaries(
    {
        "salt": st.text("abc", min_size=1, max_size=3),
        "holdout_bp": st.integers(0, 10_000),
        "explore_bp": st.integers(0, 10_000),
    }
)
GARBAGE = st.sampled_from(["", "x" * 300, -1, 1.5, 10**30, [], {}, True, [None], "\ud800", {"a": 1}])


def mostly(usual: st.SearchStrategy[T], other: st.SearchStrategy[U]) -> st.SearchStrategy[T | U]:
    """Usual values three times of four, so that most requests lead to an offer."""
    return st.one_of(usual, usual, usual, other)


@st.composite
def alternatives(draw: st.DrawFn) -> Json:
    """Requests with up to six alternatives, of which some can't be offered."""
    offered = []
    for at in range(draw(st.integers(1, 6))):
        base = draw(st.integers(1_000, 200_000) | st.integers(0, 5))
        offered.append(
            {
                "sku": f"sku-{at}",
                "base_price_minor": base,
                "hard_floor_minor": draw(mostly(st.integers(0, base * 7 // 10), st.integers(0, base + 10))),
                "unit_cost_minor": draw(
                    mostly(st.integers(base // 2, base * 8 // 10), st.none() | st.integers(0, base + 10))
                ),
                "similarity_bp": draw(mostly(st.integers(3_000, 10_000), st.integers(0, 10_000))),
                "stock_qty": draw(mostly(st.integers(3, 9), st.integers(0, 3))),
            }
        )
    qty = draw(st.integers(1, 3))
    amounts = mostly(st.integers(80_000, 250_000), st.integers(1, 80_000))
    budget = {"remaining_minor": draw(st.integers(0, 50_000)), "period_ends_at": "2026-03-31T00:00:00Z"}
    if draw(st.booleans()):
        budget |= {"total_minor": draw(st.integers(1, 90_000)), "period_starts_at": "2026-02-27T00:00:00Z"}
    request = instead(
        *offered,
        limited={
            "max_discount_bp": draw(mostly(st.integers(3_000, 10_000), st.integers(0, 10_000))),
            "min_margin_bp": draw(st.integers(0, 3_000)),
        },
        currency=draw(CURRENCIES),
        wanted={"sku": "wanted", "qty": qty, "amount_minor": qty * draw(amounts)},
        budget=draw(st.none() | st.just(budget)),
        experiment=draw(EXPERIMENTS),
        request_id=draw(st.text("xyz", min_size=1, max_size=4)),
    )
    if draw(st.booleans()):
        most = draw(st.integers(0, 200_000))  # what a credit check approved, for example
        for limit in request["limits"]["skus"]:
            limit["base_price_minor"] = min(limit["base_price_minor"], most)
    return rehashed(request)


@st.composite
def carts(draw: st.DrawFn) -> Json:
    """Requests with up to four lines, at prices in or out of their limits."""
    lines, skus = [], {}
    for at in range(draw(st.integers(1, 4))):
        price = draw(mostly(st.integers(2_000, 50_000), st.integers(0, 50_000)))
        cost = draw(mostly(st.integers(0, price * 8 // 10), st.none() | st.integers(0, price)))
        lines.append(line(f"l{at}", price, draw(st.integers(1, 5)), unit_cost_minor=cost))
        skus[f"sku-l{at}"] = (
            price + draw(mostly(st.integers(0, 500), st.integers(-5, 0))),
            draw(mostly(st.integers(0, price * 8 // 10), st.integers(0, price))),
        )
    assume(all(base >= 0 for base, _ in skus.values()))
    request = cart(
        *lines,
        currency=draw(CURRENCIES),
        experiment=draw(EXPERIMENTS),
        budget=draw(
            st.none()
            | st.fixed_dictionaries(
                {"remaining_minor": st.integers(0, 9_000), "period_ends_at": st.just("2026-03-31T00:00:00Z")}
            )
        ),
        request_id=draw(st.text("xyz", min_size=1, max_size=4)),
    )
    request["customer"]["returns_90d"] = draw(st.none() | st.integers(0, 3))
    request["limits"] = limits(
        skus,
        max_discount_bp=draw(mostly(st.integers(1_000, 10_000), st.integers(0, 1_000))),
        min_margin_bp=draw(st.integers(0, 1_000)),
    )
    return request


REQUESTS = alternatives() | carts()


def bounds(request: Json) -> dict[str, tuple[int, int]]:
    """Floor and base price by SKU, as the limits have them."""
    named = request["limits"]["skus"]
    return {one["sku"]: (one["hard_floor_minor"], one["base_price_minor"]) for one in named}


def rehashed(request: Json) -> Json:
    """The request with the right hash for limits that were changed."""
    request["limits"]["limits_sha256"] = hash_of(request["limits"])
    return request


@given(request=alternatives())
def test_every_price_of_an_alternative_is_legal(request: Json) -> None:
    """The chosen price and all that were considered lie between floor and base, and below the wanted price."""
    answer, legal, wanted = ask(request), bounds(request), request["wanted"]
    prices = [(one["sku"], one["price_minor"]) for one in answer["considered"] if one["feasible"]]
    if answer["action"] == "alternative":
        prices.append((answer["alternative"]["sku"], answer["alternative"]["unit_price_minor"]))
    for sku, price in prices:
        floor, base = legal[sku]
        assert floor <= price <= base
        assert price * wanted["qty"] < wanted["amount_minor"]


@given(request=alternatives())
def test_a_price_is_disclosed_exactly_if_it_is_below_the_regular_one(request: Json) -> None:
    """Whatever lowered it: the algorithm, or a limit that was capped for the customer."""
    answer = ask(request)
    assume(answer["action"] == "alternative")
    [article] = [one for one in request["alternatives"] if one["sku"] == answer["alternative"]["sku"]]
    reduced = article["base_price_minor"] - answer["alternative"]["unit_price_minor"]
    assert answer["disclosures"] == {"personalized_price": reduced > 0}
    assert answer["max_cost_minor"] == reduced * request["wanted"]["qty"]
    if request["budget"]:
        assert answer["max_cost_minor"] <= request["budget"]["remaining_minor"]


@given(request=carts())
def test_every_line_of_a_cart_stays_legal(request: Json) -> None:
    """After rounding, and for the whole quantity; the discounts of the lines are the discount."""
    answer, legal = ask(request), bounds(request)
    if answer["action"] != "incentive":
        return
    shares = {one["line_id"]: one["discount_minor"] for one in answer["incentive"]["lines"]}
    for one in request["basket"]["lines"]:
        floor, base = legal[one["sku"]]
        left = one["unit_price_minor"] * one["qty"] - shares[one["line_id"]]
        assert floor * one["qty"] <= left <= base * one["qty"]
    shipping = answer["incentive"]["kind"] == "free_shipping"
    assert sum(shares.values()) == (0 if shipping else answer["max_cost_minor"])


@given(request=carts())
def test_none_is_always_feasible(request: Json) -> None:
    """Whatever the limits are."""
    answer = ask(request)
    nothing = [one for one in answer["considered"] if one["arm"] == "none"]
    assert answer["action"] == "none" or nothing[0]["feasible"]
    assert all(one["feasible"] for one in nothing)


@given(request=REQUESTS)
def test_propensities_are_a_distribution(request: Json) -> None:
    """Each in (0, 1], together exactly 1, and the chosen arm has one."""
    answer = ask(request)
    weights = {one["arm"]: one["ppm"] for one in answer["propensities"]}
    assert all(0 < weight <= WHOLE for weight in weights.values())
    assert sum(weights.values()) == WHOLE
    assert weights[answer["chosen_arm"]] == answer["chosen_propensity_ppm"]
    assert (answer["action"] == "none") == (answer["chosen_arm"] == "none")


@given(request=alternatives(), at=st.integers(0, 5), by=st.integers(1, 50_000))
def test_raising_a_floor_never_lowers_a_price(request: Json, at: int, by: int) -> None:
    """An article whose floor rises is offered at the same price, at a higher one, or not at all."""
    article = request["alternatives"][at % len(request["alternatives"])]
    before = prices(request, article["sku"])
    for limit in request["limits"]["skus"]:
        limit["hard_floor_minor"] += by * (limit["sku"] == article["sku"])
    after = prices(rehashed(request), article["sku"])
    assert not before or not after or min(after) >= min(before)


@given(request=alternatives(), at=st.integers(0, 5), by=st.integers(1, 50_000))
def test_raising_a_cost_never_deepens_a_discount(request: Json, at: int, by: int) -> None:
    """An article that costs more is offered at the same price, at a higher one, or not at all."""
    article = request["alternatives"][at % len(request["alternatives"])]
    assume(article["unit_cost_minor"] is not None)
    before = prices(request, article["sku"])
    article["unit_cost_minor"] += by
    after = prices(request, article["sku"])
    assert not before or not after or min(after) >= min(before)


def prices(request: Json, sku: str) -> list[int]:
    """What the article is considered at."""
    considered = ask({**request, "experiment": None})["considered"]
    return [one["price_minor"] for one in considered if one["sku"] == sku and one["feasible"]]


@given(request=carts(), at=st.integers(0, 3), by=st.integers(1, 20_000))
def test_raising_a_cost_never_deepens_a_cart_s_discount(request: Json, at: int, by: int) -> None:
    """Explored or not: the same arm, or none."""
    bought = request["basket"]["lines"][at % len(request["basket"]["lines"])]
    assume(bought["unit_cost_minor"] is not None)
    before = ask(request)
    bought["unit_cost_minor"] += by
    after = ask(request)
    assert after["chosen_arm"] in (before["chosen_arm"], "none")
    assert after["max_cost_minor"] <= before["max_cost_minor"]


@given(request=REQUESTS)
def test_the_same_request_has_the_same_bytes(request: Json) -> None:
    """Twice, and after another one in between."""
    first = raw(request)
    raw({**request, "request_id": "another"})
    assert raw(request) == first


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a value can be replaced: everything inside it, and itself."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *[path for name, one in inside for path in paths(one, (*before, name))]]


def replaced(request: Json, path: tuple[Any, ...], value: Any) -> Json:
    """The request with one value replaced."""
    changed = deepcopy(request)
    into: Any = changed
    for name in path[:-1]:
        into = into[name]
    into[path[-1]] = value
    return changed


@given(request=REQUESTS, garbage=GARBAGE, choice=st.randoms(use_true_random=False))
def test_garbled_limits_never_give_anything(request: Json, garbage: Any, choice: Any) -> None:
    """No exception and no offer: unreadable, or not what the hash was made of."""
    path = choice.choice(paths(request["limits"], ("limits",)))
    changed = replaced(request, path, garbage)
    assume(changed["limits"] != request["limits"])
    answer = ask(changed)
    assert answer["action"] == "none"
    assert answer["fallback"]["reason"] in ("input_invalid", "limits_hash_mismatch", "limits_stale")


@given(request=REQUESTS, garbage=GARBAGE, choice=st.randoms(use_true_random=False))
def test_a_garbled_budget_never_gives_anything(request: Json, garbage: Any, choice: Any) -> None:
    """No exception and no offer."""
    assume(request["budget"] is not None)
    path = choice.choice(paths(request["budget"], ("budget",)))
    answer = ask(replaced(request, path, garbage))
    assert (answer["action"], answer["reason_codes"]) == ("none", ["input_invalid"])
    assert answer["fallback"]["field"].startswith("budget")


@given(request=REQUESTS, at=st.integers(0, len(MODEL) - 1), character=st.characters(max_codepoint=127))
def test_a_garbled_model_gives_rules_or_none(request: Json, at: int, character: str) -> None:
    """One wrong character anywhere: the model is the same (white space), or it isn't used at all."""
    model = model_or_none(MODEL[:at] + character + MODEL[at + 1 :])
    assert model in (None, deployed_model())
    answer, rules = ask(request, None), ask({**request, "experiment": None})
    if "basket" not in request:
        assert answer["action"] == "none"
    elif request["experiment"] is None:
        assert answer["chosen_arm"] == rules["chosen_arm"]
    assert answer["policy"]["mode"] != "model"


@given(text=st.text(max_size=40) | st.sampled_from(["[]", "{}", "null", "1", '{"model_sha256": 1}', "NaN"]))
def test_a_model_file_of_anything_is_no_exception(text: str) -> None:
    """Nothing but the right file is a model."""
    assert model_or_none(text) is None


@given(request=REQUESTS, choice=st.randoms(use_true_random=False))
def test_the_order_of_lines_and_skus_changes_nothing(request: Json, choice: Any) -> None:
    """Shuffle every list of the request: the same bytes."""
    before = raw(request)
    for owner, name in (
        (request, "alternatives"),
        (request.get("basket", {}), "lines"),
        (request["limits"], "skus"),
        (request["limits"], "allowed_incentives"),
    ):
        if name in owner:
            choice.shuffle(owner[name])
    assert raw(request) == before


def scaled(value: Any) -> Any:
    """Every amount of money a hundred times as many minor units."""
    if isinstance(value, dict):
        return {
            name: one * 100 if name.endswith("_minor") and isinstance(one, int) else scaled(one)
            for name, one in value.items()
        }
    return [scaled(one) for one in value] if isinstance(value, list) else value


TENS = [{"from": "0", "step": "10", "endings": ["0"]}]


@given(request=REQUESTS)
def test_a_currency_with_two_more_decimals_changes_only_the_scale(request: Json) -> None:
    """The same request in yen and in roubles of a hundred kopeks, in a market that likes tens in both."""
    shipped = deployed_model()
    assert shipped is not None
    model = replace(shipped, endings=table_of({"JPY": TENS, "RUB": TENS}))
    request = in_whole_twenties(request) | {"currency": "JPY"}
    for name in ("min_margin_bp", "max_discount_bp"):  # so that no limit is within ten of the wanted price
        request["limits"][name] -= request["limits"][name] % 500
    rehashed(request)
    small = ask(request, model)
    large = ask(rehashed(scaled(request)) | {"currency": "RUB"}, model)
    assert small["action"] == large["action"]
    assert small["max_cost_minor"] * 100 == large["max_cost_minor"]
    assert scaled(small["alternative"]) == large["alternative"]
    assert [one["ppm"] for one in small["propensities"]] == [one["ppm"] for one in large["propensities"]]


def in_whole_twenties(value: Any) -> Any:
    """Amounts of which 5 and 10 per cent, and 70, are whole: rounding is no question of the scale then."""
    if isinstance(value, dict):
        return {
            name: -(-one // 600) * 600
            if name.endswith("_minor") and isinstance(one, int)
            else in_whole_twenties(one)
            for name, one in value.items()
        }
    return [in_whole_twenties(one) for one in value] if isinstance(value, list) else value


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
FORBIDDEN = st.sampled_from(
    "verification_reason failure_reason credit_score gender age birth_date nationality religion health "
    "ethnicity disability complaint complaints_90d postal_code first_name".split()
)


@given(request=REQUESTS, extra=st.dictionaries(FORBIDDEN, ANYTHING, min_size=1, max_size=4))
def test_forbidden_fields_never_change_the_answer(request: Json, extra: Json) -> None:
    """Why a verification failed, protected attributes, complaints: not read, wherever they stand."""
    before = raw(request)
    request |= extra
    request["customer"] |= extra
    for name in ("wanted", "basket", "limits", "experiment", "budget"):
        if request.get(name):
            request[name] |= extra
    assert raw(request) == before


@given(request=alternatives())
def test_how_the_order_was_lost_changes_no_price(request: Json) -> None:
    """A failed verification and an empty shelf lead to the same offer."""
    assert raw(request | {"decision_type": "out_of_stock"}) == raw(request)


@settings(max_examples=30)
@given(slope=st.floats(1e-9, 1e-3), at_base=st.floats(-20, 20))
def test_a_curve_falls(slope: float, at_base: float) -> None:
    """Dearer is never likelier, at any price."""
    curve = Curve(at_base, 10_000, -slope)
    chances = [curve.probability(price) for price in range(0, 20_000, 500)]
    assert chances == sorted(chances, reverse=True)


def test_the_shipped_model_is_hashed_and_explained() -> None:
    """Its hash fits, and every coefficient has a sentence that says why."""
    fields = json.loads(MODEL)
    model = deployed_model()
    assert model is not None
    assert model.sha256 == models.canonical_sha256(fields)
    entries = [*fields["acceptance"].values(), *fields["similarity_weights"].values()]
    entries += [*fields["thresholds"].values(), fields["budget_price"], fields["price_endings"]]
    assert all(entry["why"].endswith(".") for entry in entries)
