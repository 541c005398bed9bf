"""A field that can't be read is refused by its path; what nobody asked for is ignored."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.price_offer.contract import PriceRequest
from functions.price_offer.parsing import MAX_ALTERNATIVES, MAX_BYTES, parse
from functions.price_offer.reading import InvalidRequest
from tests.unit.functions.price_offer.asking import Json, alternative, cart, instead, line, raw
from tests.unit.functions.price_offer.test_invariants import ANYTHING, REQUESTS, paths, replaced


def refused(request: Json | bytes) -> tuple[str | None, str]:
    """The field and the message of the refusal."""
    with pytest.raises(InvalidRequest) as refusal:
        parse(request if isinstance(request, bytes) else json.dumps(request).encode())
    return refusal.value.field, refusal.value.message


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}"],
)
def test_a_body_that_is_no_object(body: bytes) -> None:
    """Whatever it is instead."""
    assert refused(body) == (None, "the body must be a JSON object in UTF-8")


def test_a_body_that_is_too_large() -> None:
    """Refused before it is read."""
    assert refused(b" " * (MAX_BYTES + 1))[0] is None


CASES: list[tuple[Json, tuple[Any, ...], Any, str]] = [
    (cart(), ("request_id",), "", "request_id"),
    (cart(), ("request_id",), "x" * 201, "request_id"),
    (cart(), ("request_id",), "\ud800", "request_id"),
    (cart(), ("tenant_id",), 7, "tenant_id"),
    (cart(), ("decision_type",), "lost_order", "decision_type"),
    (cart(), ("requested_at",), "2026-03-01T12:00:07", "requested_at"),
    (cart(), ("requested_at",), "2026-02-30T12:00:00Z", "requested_at"),
    (cart(), ("requested_at",), "1999-12-31T12:00:00Z", "requested_at"),
    (cart(), ("requested_at",), 1_772_366_400, "requested_at"),
    (cart(), ("currency",), "zł", "currency"),
    (cart(), ("currency",), "eur", "currency"),
    (cart(), ("market",), "pl", "market"),
    (cart(), ("customer",), None, "customer"),
    (cart(), ("customer", "id_hash"), None, "customer.id_hash"),
    (cart(), ("customer", "personalization_consent"), "yes", "customer.personalization_consent"),
    (cart(), ("customer", "personalization_consent"), None, "customer.personalization_consent"),
    (cart(), ("customer", "returns_90d"), -1, "customer.returns_90d"),
    (cart(), ("customer", "returns_90d"), True, "customer.returns_90d"),
    (cart(), ("customer", "coupon_share_365d_bp"), 10_001, "customer.coupon_share_365d_bp"),
    (cart(), ("basket",), None, "basket"),
    (cart(decision_type="payment_failed"), ("basket",), None, "basket"),
    (cart(), ("basket", "lines"), [], "basket.lines"),
    (cart(), ("basket", "lines"), [line()] * 2, "basket.lines"),
    (cart(), ("basket", "lines", 0), 3, "basket.lines[0]"),
    (cart(), ("basket", "lines", 0, "qty"), 0, "basket.lines[0].qty"),
    (cart(), ("basket", "lines", 0, "unit_price_minor"), 19.99, "basket.lines[0].unit_price_minor"),
    (cart(), ("basket", "lines", 0, "unit_price_minor"), "1999", "basket.lines[0].unit_price_minor"),
    (cart(), ("basket", "shipping_fee_minor"), -1, "basket.shipping_fee_minor"),
    (cart(), ("basket", "abandoned_at"), "yesterday", "basket.abandoned_at"),
    (cart(), ("rule",), {"kind": "gift"}, "rule.kind"),
    (cart(), ("rule",), {"kind": "percent"}, "rule.percent_bp"),
    (cart(), ("rule",), {"kind": "fixed", "amount_minor": 0}, "rule.amount_minor"),
    (cart(), ("experiment",), {"salt": "a", "holdout_bp": 10_001}, "experiment.holdout_bp"),
    (cart(), ("experiment",), {}, "experiment.salt"),
    (instead(), ("wanted",), None, "wanted"),
    (instead(), ("wanted", "qty"), 1.0, "wanted.qty"),
    (instead(), ("wanted", "amount_minor"), 0, "wanted.amount_minor"),
    (instead(), ("wanted", "category"), 5, "wanted.category"),
    (instead(), ("wanted", "attributes"), {"gb": None}, "wanted.attributes"),
    (instead(), ("wanted", "attributes"), {"gb": 10**400}, "wanted.attributes"),
    (instead(), ("alternatives",), None, "alternatives"),
    (instead(), ("alternatives",), [{}] * (MAX_ALTERNATIVES + 1), "alternatives"),
    (instead(), ("alternatives", 0, "sku"), None, "alternatives[0].sku"),
    (instead(), ("alternatives", 0, "stock_qty"), None, "alternatives[0].stock_qty"),
    (instead(), ("alternatives", 0, "similarity_bp"), 10_001, "alternatives[0].similarity_bp"),
    (instead(), ("alternatives", 0, "unit_cost_minor"), "free", "alternatives[0].unit_cost_minor"),
    (instead(), ("alternatives",), [alternative(), alternative()], "alternatives"),
]


@pytest.mark.parametrize(("request_", "path", "value", "field"), CASES)
def test_every_field_is_refused_by_its_path(
    request_: Json, path: tuple[Any, ...], value: Any, field: str
) -> None:
    """The sentence begins with the field or names it, and never repeats the value."""
    said_field, message = refused(replaced(request_, path, value))
    assert said_field == field
    assert field in message
    assert not isinstance(value, str) or len(value) < 4 or value not in message


def test_unknown_fields_are_ignored() -> None:
    """At every depth."""
    request = instead()
    before = raw(request)
    for owner in (
        request,
        request["customer"],
        request["wanted"],
        request["alternatives"][0],
        request["limits"],
    ):
        owner["from_the_future"] = {"a": [1]}
    assert raw(request) == before


@given(request=REQUESTS, value=ANYTHING, choice=st.randoms(use_true_random=False))
def test_whatever_stands_anywhere_is_read_or_refused(request: Json, value: Any, choice: Any) -> None:
    """No other exception than the refusal, and then a field's path."""
    path = choice.choice(paths(request)[1:])
    try:
        outcome: object = parse(json.dumps(replaced(request, path, value)).encode())
    except InvalidRequest as refusal:
        outcome = refusal.field
    assert isinstance(outcome, PriceRequest | str)
