"""From a question to what became of it: the service, the circuit breaker, and the catalogue looked at once more."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import PricingReply, PricingUnreachable
from common.domain.catalogue import Product
from common.domain.triggers import NotPriced, Priced
from common.domain.vocabulary import Reason
from functions.generate_offer.asking import ask
from functions.generate_offer.breaker import CircuitBreaker
from tests.unit.functions.generate_offer.builders import (
    Scripted,
    a_product,
    a_question,
    an_answer,
    an_engine,
    busy,
    later,
    ok,
    silent,
)

FOX = a_product("fox-64")


@pytest.fixture
def engine() -> Engine:
    return an_engine(FOX, a_product("fox-32"))


def outcome(engine: Engine, service: Scripted, **changes: Any) -> Priced | NotPriced:
    return ask(engine, service, a_question(**changes), "look-1").outcome


def reason(engine: Engine, service: Scripted, **changes: Any) -> Reason:
    result = outcome(engine, service, **changes)
    assert isinstance(result, NotPriced)
    return result.reason


def offering(sku: str, price: int = 79_900) -> PricingReply:
    return ok(an_answer(alternative={"sku": sku, "unit_price_minor": price}))


def test_a_price(engine: Engine) -> None:
    """The proposal with its record, the product as it is now, and the answer as it came."""
    answered = ask(engine, Scripted(ok()), a_question(), "look-1")
    assert (answered.id, answered.case_id, answered.customer_id, answered.offer_id) == (
        "look-1",
        "case",
        "customer",
        "case-1",
    )
    assert answered.outcome == Priced(
        sku="fox-64",
        unit_price_minor=79_900,
        product=FOX,
        answer=json.dumps(an_answer()),
        decision_id="d-1",
        model_version="2026-01",
        model_sha256="ab12",
        mode="model",
        chosen_arm="fox-64@79900",
        chosen_propensity_ppm=950_000,
        personalized=True,
    )


@pytest.mark.parametrize(
    ("price", "said", "disclosed"),
    [(89_999, False, True), (90_000, False, False), (90_000, True, True), (79_900, True, True)],
)
def test_a_price_below_the_regular_one_is_disclosed_whatever_the_service_says(
    engine: Engine, price: int, said: bool, disclosed: bool
) -> None:
    """A merchant's own algorithm may forget it; what it does disclose stays disclosed."""
    answer = an_answer(
        alternative={"sku": "fox-64", "unit_price_minor": price}, disclosures={"personalized_price": said}
    )
    result = outcome(engine, Scripted(ok(answer)))
    assert isinstance(result, Priced)
    assert result.personalized is disclosed


@pytest.mark.parametrize("price", [1, 10**12])
def test_prices_are_not_judged_here(engine: Engine, price: int) -> None:
    """The frozen limits do that, and they are the domain's."""
    result = outcome(engine, Scripted(offering("fox-64", price)))
    assert isinstance(result, Priced)
    assert result.unit_price_minor == price


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (busy(), Reason.PRICING_UNAVAILABLE),
        (busy(429), Reason.PRICING_UNAVAILABLE),
        (busy(408), Reason.PRICING_UNAVAILABLE),
        (silent(), Reason.PRICING_UNAVAILABLE),
        (silent(for_good=True), Reason.PRICING_INVALID),
        (ok(status=400), Reason.PRICING_REFUSED),
        (ok(status=404), Reason.PRICING_REFUSED),
        (ok(status=302), Reason.PRICING_INVALID),
        (ok(b"<html>"), Reason.PRICING_INVALID),
        (ok(an_answer(request_id="case-2")), Reason.PRICING_INVALID),
        (ok(an_answer(currency="EUR")), Reason.PRICING_INVALID),
        (ok(an_answer(action="incentive")), Reason.PRICING_INVALID),
        (ok(an_answer(fallback={"reason": "limits_stale"})), Reason.PRICING_REFUSED),
        (ok(an_answer(action="none")), Reason.NO_ALTERNATIVE),
        (offering("unknown"), Reason.PRICING_INVALID),
    ],
    ids=repr,
)
def test_whatever_goes_wrong_has_its_reason(
    engine: Engine, answer: PricingReply | PricingUnreachable, expected: Reason
) -> None:
    """Each kind of failure has one, so that an outage is never taken for "no alternative" (L51)."""
    assert reason(engine, Scripted(answer)) is expected


def test_the_last_answer_of_an_outage_is_kept(engine: Engine) -> None:
    """As evidence; where nothing came, nothing is kept."""
    spoken, unspoken = outcome(engine, Scripted(busy())), outcome(engine, Scripted(silent()))
    assert spoken == NotPriced(
        reason=Reason.PRICING_UNAVAILABLE, detail="status 503, after 3 attempts", answer="busy"
    )
    assert unspoken == NotPriced(
        reason=Reason.PRICING_UNAVAILABLE, detail="no answer, after 3 attempts", answer=None
    )


def test_without_a_service_nothing_is_priced(engine: Engine) -> None:
    """Said as what it is, with the setting to make."""
    result = ask(engine, None, a_question(), "look-1").outcome
    assert isinstance(result, NotPriced)
    assert result.reason is Reason.PRICING_UNAVAILABLE
    assert "RECOUP_PRICING_URL" in result.detail


@pytest.mark.parametrize("changes", [{"active": False}, {"stock": 0}, {"stock": 2}], ids=repr)
def test_a_product_that_was_sold_meanwhile_is_out_of_stock(changes: dict[str, Any]) -> None:
    """The catalogue is looked at after the answer, for the quantity that was wanted."""
    engine = an_engine(a_product("fox-64", stock=3))
    service = Scripted(ok())
    assert isinstance(outcome(engine, service, quantity=3), Priced)
    assert engine.catalogue is not None
    service.meanwhile = lambda: engine.catalogue.put_many([a_product("fox-64", **changes)])  # type: ignore[union-attr]
    assert reason(engine, service, quantity=3) is Reason.OUT_OF_STOCK


def test_uncounted_stock_is_enough() -> None:
    """A product whose pieces nobody counts can always be bought."""
    engine = an_engine(a_product("fox-64", stock=None))
    assert isinstance(outcome(engine, Scripted(ok()), quantity=1_000), Priced)


def test_a_product_that_left_the_catalogue_comes_back_without_it() -> None:
    """It was asked about, so the answer is in order; the domain decides what that is worth."""
    result = outcome(an_engine(), Scripted(ok()))
    assert isinstance(result, Priced)
    assert result.product is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Reason.PRICING_INVALID),
        ({"stock": 1}, Reason.PRICING_INVALID),
        ({"stock": 0}, Reason.OUT_OF_STOCK),
        ({"active": False}, Reason.OUT_OF_STOCK),
    ],
    ids=repr,
)
def test_a_product_that_was_not_asked_about(changes: dict[str, Any], expected: Reason) -> None:
    """Sold out it is a service with an old catalogue; else it is not the answer to the question."""
    engine = an_engine(FOX, a_product("other", **changes))
    assert reason(engine, Scripted(offering("other")), quantity=2) is expected


def test_an_unreachable_catalogue_is_no_reason_to_cancel(engine: Engine) -> None:
    """The task is delivered again, and asks again (L51)."""
    with pytest.raises(Unavailable):
        outcome(replace(engine, catalogue=_Down()), Scripted(ok()))  # type: ignore[arg-type]


class _Down:
    def products(self, store: str, skus: object) -> dict[str, Product]:
        raise Unavailable("catalogue: UNAVAILABLE")


def test_without_an_answer_the_catalogue_is_not_read(engine: Engine) -> None:
    """Only a proposal is worth a round trip."""
    assert reason(replace(engine, catalogue=_Down()), Scripted(busy())) is Reason.PRICING_UNAVAILABLE  # type: ignore[arg-type]


def test_after_five_failed_calls_the_service_is_left_alone(engine: Engine) -> None:
    """The sixth offer isn't kept waiting, and says why."""
    service = Scripted(silent())
    for _ in range(5):
        assert reason(engine, service) is Reason.PRICING_UNAVAILABLE
    assert len(service.requests) == 15
    result = outcome(engine, service)
    assert isinstance(result, NotPriced)
    assert result.reason is Reason.PRICING_UNAVAILABLE
    assert "left alone" in result.detail
    assert len(service.requests) == 15


def test_half_a_minute_later_it_is_tried_again(engine: Engine) -> None:
    """By the engine's clock; a success lets everybody in again."""
    service = Scripted(*[silent()] * 15, ok())
    for _ in range(6):
        outcome(engine, service)
    later(engine, "10:00:29")
    assert reason(engine, service) is Reason.PRICING_UNAVAILABLE
    later(engine, "10:00:30")
    assert isinstance(outcome(engine, service), Priced)
    assert isinstance(outcome(engine, service), Priced)


@pytest.mark.parametrize(
    "answer", [ok(status=400), ok(b"nonsense"), ok(an_answer(action="none")), silent(for_good=True)], ids=repr
)
def test_a_service_that_answers_is_there(engine: Engine, answer: PricingReply | PricingUnreachable) -> None:
    """However little use the answers are, they come; and they end a row of failures."""
    service = Scripted(*[silent()] * 12, answer, *[silent()] * 12, ok())
    for _ in range(4):
        outcome(engine, service)
    outcome(engine, service)
    for _ in range(4):
        outcome(engine, service)
    assert isinstance(outcome(engine, service), Priced)


def test_one_service_going_down_leaves_another_alone(engine: Engine) -> None:
    """A breaker belongs to its service, unless the caller brings one."""
    broken, shared = Scripted(silent()), CircuitBreaker(failures=1)
    for _ in range(5):
        outcome(engine, broken)
    assert isinstance(outcome(engine, Scripted(ok())), Priced)
    ask(engine, Scripted(silent()), a_question(), "look-1", shared)
    refused = ask(engine, Scripted(ok()), a_question(), "look-1", shared).outcome
    assert isinstance(refused, NotPriced)


def test_the_same_question_repeats_itself(engine: Engine) -> None:
    """Rests included: a replay is the same to the byte."""
    runs = [Scripted(busy(), silent(1.0), ok()) for _ in range(2)]
    results = [outcome(engine, service) for service in runs]
    assert results[0] == results[1]
    assert runs[0].rests == runs[1].rests
    assert runs[0].timeouts == runs[1].timeouts


_STATUSES = st.sampled_from([200, 200, 200, 204, 302, 400, 408, 429, 503])


@given(_STATUSES, st.binary(max_size=100) | st.sampled_from([offering("fox-64").body, offering("x").body]))
def test_whatever_is_answered_there_is_an_outcome(status: int, body: bytes) -> None:
    """Priced or NotPriced, never an exception."""
    service = Scripted(PricingReply(status=status, body=body))
    assert isinstance(outcome(SHARED, service), Priced | NotPriced)


SHARED = an_engine(FOX)
