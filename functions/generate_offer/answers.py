"""What the pricing service's answer says, whatever it sends: a proposal, or why there is none."""

import json
import re
from typing import Any, NoReturn

from common.application.ports import PricingReply
from common.domain.effects import AskPrice
from common.domain.triggers import NotPriced
from common.domain.values import dataclass
from common.domain.vocabulary import Reason

MAX_ANSWER_BYTES = 256 * 1024
MAX_EVIDENCE_BYTES = 64 * 1024
MAX_PRICE_MINOR = 10**12
MAX_TEXT = 200
_WHOLE_PPM = 1_000_000
_MAX_CODES = 5
_CODE = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """An answer that proposes an alternative; the price is per piece. The rest is for the record of the decision."""

    sku: str
    unit_price_minor: int
    decision_id: str | None
    model_version: str | None
    model_sha256: str | None
    mode: str | None
    chosen_arm: str | None
    chosen_propensity_ppm: int | None
    personalized: bool


class Invalid(Exception):
    """The answer isn't what the contract says; the sentence repeats nothing of it."""


class Refused(Exception):
    """The service says that it could not do its work."""


def read(reply: PricingReply, effect: AskPrice) -> Proposed | NotPriced:
    """What an answer comes to that is no passing trouble. Never raises, whatever it is.

    `docs/pricing.openapi.yaml` has its form. Nothing of it is repeated in a detail but codes, so that no answer can
    bring anything personal into a log.
    """
    answer = evidence(reply.body)
    if 400 <= reply.status < 500:
        return NotPriced(reason=Reason.PRICING_REFUSED, detail=f"status {reply.status}", answer=answer)
    try:
        said = object_of(reply)
        _check_about(said, effect)
        if said["action"] == "none":
            return NotPriced(reason=Reason.NO_ALTERNATIVE, detail=_reason_codes(said), answer=answer)
        return _proposed(said)
    except Refused as refused:
        return NotPriced(reason=Reason.PRICING_REFUSED, detail=str(refused), answer=answer)
    except Invalid as invalid:
        return NotPriced(reason=Reason.PRICING_INVALID, detail=str(invalid), answer=answer)


def evidence(body: bytes) -> str:
    """The answer as text to keep, cut to MAX_EVIDENCE_BYTES of UTF-8."""
    text = body[:MAX_EVIDENCE_BYTES].decode(errors="replace")  # a replacement is longer than what it replaces
    return text.encode()[:MAX_EVIDENCE_BYTES].decode(errors="ignore")


def object_of(reply: PricingReply) -> dict[str, Any]:
    """The JSON object that was answered with 200. Raises Invalid."""
    if reply.status != 200:
        raise Invalid(f"status {reply.status} is neither an answer nor an error")
    if len(reply.body) > MAX_ANSWER_BYTES:
        raise Invalid(f"the answer has more than {MAX_ANSWER_BYTES} bytes")
    try:
        said = json.loads(reply.body.decode("utf-8-sig"), parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise Invalid("the answer is not JSON in UTF-8") from None
    if type(said) is not dict:
        raise Invalid("the answer is not a JSON object")
    return said


def _not_json(name: str) -> NoReturn:
    raise ValueError(name)


def _check_about(said: dict[str, Any], effect: AskPrice) -> None:
    """That it answers this question, in this currency, with something that was asked for."""
    if said.get("request_id") != json.loads(effect.request)["request_id"]:
        raise Invalid("request_id is not that of the request")
    for place in (said, said.get("alternative")):
        if isinstance(place, dict) and place.get("currency") not in (None, effect.currency):
            raise Invalid("currency is not that of the request")
    if said.get("fallback") is not None:
        fallback = said["fallback"]
        raise Refused(_code(fallback.get("reason")) if isinstance(fallback, dict) else "fallback")
    if said.get("action") not in ("none", "alternative"):
        raise Invalid("action must be none or alternative")


def _proposed(said: dict[str, Any]) -> Proposed:
    alternative, policy = said.get("alternative"), _section(said, "policy")
    if not isinstance(alternative, dict):
        raise Invalid("alternative must be an object when action is alternative")
    sku, price = text_of(alternative.get("sku")), alternative.get("unit_price_minor")
    if sku is None:
        raise Invalid(f"alternative.sku must be a text of 1 to {MAX_TEXT} characters")
    if type(price) is not int or not 1 <= price <= MAX_PRICE_MINOR:
        raise Invalid("alternative.unit_price_minor must be a whole number above 0")
    propensity = said.get("chosen_propensity_ppm")
    known = type(propensity) is int and 1 <= propensity <= _WHOLE_PPM
    return Proposed(
        sku=sku,
        unit_price_minor=price,
        decision_id=text_of(said.get("decision_id")),
        model_version=text_of(policy.get("model_version")),
        model_sha256=text_of(policy.get("model_sha256")),
        mode=text_of(policy.get("mode")),
        chosen_arm=text_of(said.get("chosen_arm")),
        chosen_propensity_ppm=propensity if known else None,
        # Law asks for the disclosure, so only a clear no makes do without it.
        personalized=_section(said, "disclosures").get("personalized_price") is not False,
    )


def _section(said: dict[str, Any], name: str) -> dict[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str | None:
    """The text, if it is one as the contract has them and can be stored; half of a surrogate pair can't."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        return None
    return None if any("\ud800" <= character <= "\udfff" for character in value) else value


def _reason_codes(said: dict[str, Any]) -> str:
    codes = said.get("reason_codes")
    named = [_code(code) for code in codes[:_MAX_CODES]] if isinstance(codes, list) else []
    return ", ".join(named) or "the service offers nothing"


def _code(value: object) -> str:
    """A code as the contract has them; anything else is not repeated."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else "unknown_code"
