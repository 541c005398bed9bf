"""Reading what a pricing service answers, whatever that is."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.application.ports import PricingReply
from common.domain.triggers import NotPriced
from common.domain.vocabulary import Reason
from functions.generate_offer.answers import MAX_ANSWER_BYTES, MAX_EVIDENCE_BYTES, Proposed, evidence, read
from functions.price_offer.contract import Code
from tests.unit.functions.generate_offer.builders import a_question, an_answer, ok


class _Delete:
    def __repr__(self) -> str:
        return "left out"


DELETE = _Delete()


def answered(*path: str, to: Any) -> bytes:
    """The complete answer with the field at the path changed, or left out."""
    said = an_answer()
    place = said
    for name in path[:-1]:
        place = place[name]
    if to is DELETE:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(said).encode()


def refusal(body: bytes, status: int = 200) -> NotPriced:
    outcome = read(PricingReply(status=status, body=body), a_question())
    assert isinstance(outcome, NotPriced)
    return outcome


def proposal(body: bytes) -> Proposed:
    outcome = read(PricingReply(status=200, body=body), a_question())
    assert isinstance(outcome, Proposed)
    return outcome


def test_a_complete_answer_is_a_proposal() -> None:
    """Everything that the record of the decision keeps is read."""
    assert read(ok(), a_question()) == Proposed(
        sku="fox-64",
        unit_price_minor=79_900,
        decision_id="d-1",
        model_version="2026-01",
        model_sha256="ab12",
        mode="model",
        chosen_arm="fox-64@79900",
        chosen_propensity_ppm=950_000,
        personalized=True,
    )


def test_the_least_answer_is_a_proposal_too() -> None:
    """A request id and the alternative; what is not said of the price's making counts as made for the customer."""
    said = {"request_id": "case-1", "action": "alternative", "alternative": an_answer()["alternative"]}
    assert read(ok(said), a_question()) == Proposed(
        sku="fox-64",
        unit_price_minor=79_900,
        decision_id=None,
        model_version=None,
        model_sha256=None,
        mode=None,
        chosen_arm=None,
        chosen_propensity_ppm=None,
        personalized=True,
    )


@pytest.mark.parametrize(
    ("said", "personalized"), [(True, True), (False, False), (None, True), ("no", True), (DELETE, True)]
)
def test_only_a_clear_no_does_without_the_disclosure(said: Any, personalized: bool) -> None:
    """Law asks for it (EU 2019/2161), so in doubt it is made."""
    assert proposal(answered("disclosures", "personalized_price", to=said)).personalized is personalized


def test_a_byte_order_mark_is_no_obstacle() -> None:
    """Some frameworks write one (RFC 8259, 8.1: it may be ignored)."""
    assert proposal(b"\xef\xbb\xbf" + json.dumps(an_answer()).encode()).sku == "fox-64"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422, 451, 499])
def test_a_refused_request_is_refused(status: int) -> None:
    """The service doesn't want it, and said so; a proposal in such an answer counts for nothing."""
    outcome = refusal(json.dumps(an_answer()).encode(), status)
    assert (outcome.reason, outcome.detail) == (Reason.PRICING_REFUSED, f"status {status}")
    assert outcome.answer == json.dumps(an_answer())


@pytest.mark.parametrize("status", [100, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308])
def test_any_other_status_is_no_answer(status: int) -> None:
    """Redirects are not followed, and only 200 is a decision."""
    assert refusal(json.dumps(an_answer()).encode(), status).reason is Reason.PRICING_INVALID


NOT_OBJECTS = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"1",
    b"NaN",
    b"{",
    b"{'request_id': 1}",
    b"<html>busy</html>",
    b"\xff\xfe{\x00}\x00",
    b"\x00",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"alternative": {"unit_price_minor": ' + b"9" * 10_000 + b"}}",
    answered("decision_id", to=float("nan")),
]


@pytest.mark.parametrize("body", NOT_OBJECTS, ids=lambda body: repr(body[:20]))
def test_what_is_no_json_object_is_invalid(body: bytes) -> None:
    """Not JSON, not an object, not UTF-8, nested without end, numbers that aren't any."""
    assert refusal(body).reason is Reason.PRICING_INVALID


def test_an_answer_that_is_too_long_is_invalid() -> None:
    """At the limit it is read, a byte over it isn't, and what is kept of it is its beginning."""
    padding = MAX_ANSWER_BYTES - len(json.dumps(an_answer()))
    body = json.dumps(an_answer()).encode() + b" " * padding
    assert proposal(body).sku == "fox-64"
    outcome = refusal(body + b" ")
    assert outcome.reason is Reason.PRICING_INVALID
    assert outcome.answer is not None
    assert len(outcome.answer) == MAX_EVIDENCE_BYTES
    assert outcome.answer.startswith(json.dumps(an_answer()))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("request_id",), "case-2"),
        (("request_id",), DELETE),
        (("request_id",), None),
        (("request_id",), ["case-1"]),
        (("action",), "incentive"),
        (("action",), "ALTERNATIVE"),
        (("action",), None),
        (("action",), {}),
        (("action",), DELETE),
        (("alternative",), None),
        (("alternative",), DELETE),
        (("alternative",), "fox-64"),
        (("alternative",), ["fox-64", 79_900]),
        (("alternative", "sku"), DELETE),
        (("alternative", "sku"), ""),
        (("alternative", "sku"), 64),
        (("alternative", "sku"), None),
        (("alternative", "sku"), "x" * 201),
        (("alternative", "sku"), "fox\ud800"),
        (("alternative", "unit_price_minor"), DELETE),
        (("alternative", "unit_price_minor"), 0),
        (("alternative", "unit_price_minor"), -1),
        (("alternative", "unit_price_minor"), 799.0),
        (("alternative", "unit_price_minor"), "79900"),
        (("alternative", "unit_price_minor"), True),
        (("alternative", "unit_price_minor"), None),
        (("alternative", "unit_price_minor"), 10**12 + 1),
        (("currency",), "EUR"),
        (("currency",), "pln"),
        (("currency",), 985),
        (("alternative", "currency"), "EUR"),
    ],
    ids=repr,
)
def test_what_the_contract_does_not_allow_is_invalid(path: tuple[str, ...], to: Any) -> None:
    """Each field that counts, wrong in each way; what was answered is kept."""
    body = answered(*path, to=to)
    outcome = refusal(body)
    assert outcome.reason is Reason.PRICING_INVALID
    assert outcome.answer == body.decode()


@pytest.mark.parametrize("path", [("currency",), ("alternative", "currency")])
@pytest.mark.parametrize("to", ["PLN", None])
def test_the_right_currency_may_be_said(path: tuple[str, ...], to: str | None) -> None:
    """Nobody has to."""
    assert proposal(answered(*path, to=to)).unit_price_minor == 79_900


@pytest.mark.parametrize("code", ["limits_missing", "limits_stale", "limits_hash_mismatch", "input_invalid"])
@pytest.mark.parametrize("action", ["none", "alternative", "incentive"])
def test_a_fallback_is_a_refusal_with_its_code(code: str, action: str) -> None:
    """The service could not do its work, so nothing that it proposes beside that counts."""
    said = an_answer(action=action, fallback={"reason": code, "field": None, "message": "Jan Kowalski"})
    outcome = refusal(json.dumps(said).encode())
    assert (outcome.reason, outcome.detail) == (Reason.PRICING_REFUSED, code)


@pytest.mark.parametrize(
    "fallback", [{}, [], "", 0, False, "stale", {"reason": "Jan Kowalski"}, {"reason": 7}]
)
def test_a_fallback_without_a_code_is_a_refusal_too(fallback: Any) -> None:
    """Whatever stands there, and none of it is repeated."""
    outcome = refusal(answered("fallback", to=fallback))
    assert outcome.reason is Reason.PRICING_REFUSED
    assert outcome.detail in ("fallback", "unknown_code")


def test_nothing_to_offer_says_why() -> None:
    """The reason codes are the detail; the alternative is not looked at."""
    said = an_answer(
        action="none", alternative=None, reason_codes=["no_offer_margin", "cost_unknown_assumed"]
    )
    outcome = refusal(json.dumps(said).encode())
    assert (outcome.reason, outcome.detail) == (
        Reason.NO_ALTERNATIVE,
        "no_offer_margin, cost_unknown_assumed",
    )


@pytest.mark.parametrize("codes", [None, [], "holdout", {"a": 1}, DELETE])
def test_nothing_to_offer_needs_no_codes(codes: Any) -> None:
    """There is nothing to offer, with or without them."""
    said = an_answer(action="none", alternative=None)
    said = {name: value for name, value in said.items() if name != "reason_codes"}
    outcome = refusal(json.dumps(said if codes is DELETE else said | {"reason_codes": codes}).encode())
    assert (outcome.reason, outcome.detail) == (Reason.NO_ALTERNATIVE, "the service offers nothing")


def test_every_code_of_the_contract_can_be_a_detail() -> None:
    """None of them is mistaken for something else."""
    for code in Code:
        said = an_answer(action="none", alternative=None, reason_codes=[code.value])
        assert refusal(json.dumps(said).encode()).detail == code.value


@pytest.mark.parametrize(
    "path", [(), ("reason_codes",), ("fallback",), ("action",), ("currency",), ("request_id",)]
)
def test_no_detail_repeats_what_was_answered(path: tuple[str, ...]) -> None:
    """An answer could hold anything, and details go into logs."""
    secret = "Jan Kowalski, jan@example.com"
    told: dict[str, Any] = {"fallback": {"reason": secret}, "reason_codes": [secret]}
    body = answered(*path, to=told.get(path[0], secret)) if path else secret.encode()
    if path == ("reason_codes",):
        body = json.dumps(an_answer(action="none", reason_codes=[secret])).encode()
    assert "Jan" not in refusal(body).detail


@pytest.mark.parametrize(
    "name", ["decision_id", "chosen_arm", "chosen_propensity_ppm", "policy", "disclosures"]
)
@pytest.mark.parametrize("to", [None, 3.5, [], {}, "x" * 1_000, "\ud800", -1, 10**7, True])
def test_a_record_that_cannot_be_read_is_left_out(name: str, to: Any) -> None:
    """The offer stands without it."""
    assert proposal(answered(name, to=to)).unit_price_minor == 79_900


@given(st.binary(max_size=200))
@example(b"\xff" * (MAX_EVIDENCE_BYTES + 1))
@example("ż".encode() * MAX_EVIDENCE_BYTES)
@example(b"a" + "🛒".encode() * MAX_EVIDENCE_BYTES)
def test_evidence_can_always_be_kept(body: bytes) -> None:
    """Text that UTF-8 can hold, within its length; whole where the answer was short and in UTF-8."""
    kept = evidence(body)
    assert len(kept.encode()) <= MAX_EVIDENCE_BYTES
    assert len(body) > MAX_EVIDENCE_BYTES or kept == body.decode(errors="replace")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["PLN", "case-1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(an_answer())), inner),
    max_leaves=12,
)


@given(st.integers(100, 599), st.binary() | _JSON.map(lambda said: json.dumps(said).encode()))
def test_any_bytes_have_an_outcome(status: int, body: bytes) -> None:
    """Never an exception, and never a price out of nothing."""
    outcome = read(PricingReply(status=status, body=body), a_question())
    assert isinstance(outcome, NotPriced)


@given(st.dictionaries(st.sampled_from([*an_answer(), "currency"]), _JSON, max_size=3))
def test_a_garbled_answer_has_an_outcome(garbled: dict[str, Any]) -> None:
    """A proposal only if all that counts is as it was."""
    outcome = read(ok(an_answer(**garbled)), a_question())
    if isinstance(outcome, Proposed):
        assert outcome.unit_price_minor > 0
        assert garbled.get("fallback") is None
        assert garbled.get("action", "alternative") == "alternative"
        assert garbled.get("request_id", "case-1") == "case-1"
        assert garbled.get("currency") in (None, "PLN")


@given(st.data())
def test_an_answer_cut_off_anywhere_has_an_outcome(data: st.DataObject) -> None:
    """And so has one in which bytes were changed."""
    body = bytearray(json.dumps(an_answer()).encode())
    end = data.draw(st.integers(0, len(body)))
    for _ in range(data.draw(st.integers(0, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    outcome = read(PricingReply(status=200, body=bytes(body[:end])), a_question())
    assert isinstance(outcome, NotPriced | Proposed)
