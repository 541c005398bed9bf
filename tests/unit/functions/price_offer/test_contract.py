"""The published contract is valid, and both sides keep to it."""

from typing import Any

import pytest
from hypothesis import given
from openapi_spec_validator import OpenAPIV31SpecValidator

from functions.price_offer.contract import Action, Blocked, Code, DecisionType, Mode
from functions.price_offer.limits_parsing import MAX_ARMS, MAX_SKUS
from functions.price_offer.parsing import MAX_ALTERNATIVES, MAX_BYTES, MAX_LINES
from tests.unit.functions.price_offer.asking import Json, alternative, ask, cart, instead
from tests.unit.functions.price_offer.contract_schema import document, wrong
from tests.unit.functions.price_offer.test_invariants import REQUESTS


def test_the_document_is_valid_openapi() -> None:
    """Version 3.1, checked by the specification's own schema."""
    OpenAPIV31SpecValidator(document()).validate()


@given(request=REQUESTS)
def test_requests_and_answers_fit_their_schemas(request: Json) -> None:
    """Whatever is asked and answered."""
    assert wrong("DecisionRequest", request) == []
    assert wrong("Decision", ask(request)) == []


@pytest.mark.parametrize(
    "request_",
    [
        cart(limits=None),
        cart(limits={"limits_version": 3}),
        instead(alternative(similarity_bp=None, category="phones/small", brand="Fox", attributes={"gb": 64})),
        instead(alternative(stock_qty=0)),
        instead(budget={"remaining_minor": -1}),
    ],
)
def test_answers_without_an_offer_fit_as_well(request_: Json) -> None:
    """Missing and garbled limits, nothing feasible, a broken budget."""
    assert wrong("Decision", ask(request_)) == []


SCHEMAS: dict[str, Any] = document()["components"]["schemas"]


@pytest.mark.parametrize(
    ("published", "ours"),
    [
        (SCHEMAS["ReasonCode"]["enum"], Code),
        (SCHEMAS["Considered"]["properties"]["blocked_by"]["enum"], Blocked),
        (SCHEMAS["Decision"]["properties"]["action"]["enum"], Action),
        (SCHEMAS["Decision"]["properties"]["policy"]["properties"]["mode"]["enum"], Mode),
        (SCHEMAS["DecisionRequest"]["properties"]["decision_type"]["enum"], DecisionType),
    ],
)
def test_every_word_that_can_come_out_is_published(published: list[str], ours: Any) -> None:
    """No answer has a code that the contract doesn't know."""
    assert {one.value for one in ours} <= set(published)


def test_the_published_sizes_are_the_enforced_ones() -> None:
    """Alternatives, lines, incentives, limits, bytes."""
    request = SCHEMAS["DecisionRequest"]["properties"]
    limits = SCHEMAS["Limits"]["properties"]
    assert request["alternatives"]["maxItems"] == MAX_ALTERNATIVES
    assert SCHEMAS["Basket"]["properties"]["lines"]["maxItems"] == MAX_LINES
    assert (limits["allowed_incentives"]["maxItems"], limits["skus"]["maxItems"]) == (MAX_ARMS, MAX_SKUS)
    assert f"{MAX_BYTES:,}" in document()["paths"]["/v1/decisions"]["post"]["requestBody"]["description"]
