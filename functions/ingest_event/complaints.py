"""What the models object to, as one refusal: the first problem in a sentence, and how many more there are."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from common.application.failures import Refused

_AMOUNTS = frozenset({"total", "unit_price", "discount", "approved_amount"})
_AMOUNT = 'a decimal string of at least 0 such as "499.00"'
_ID = "a text of 1 to 200 characters"
_EXPECTED = {
    "type": "one of the types in docs/storefront-events.schema.json",
    "occurred_at": "RFC 3339 with an offset such as 2026-05-01T12:00:00+02:00",
    "channel": "web, app, pos, social or marketplace",
    "currency": "an ISO 4217 code such as EUR",
    "quantity": "a whole number from 0 to 1,000,000",
    "lines": "a list of at most 10,000 lines, [] if there are none",
    "voucher_codes": "a list of texts",
    "created_by": "customer or shop",
    "name": "a text",
    **dict.fromkeys(_AMOUNTS, _AMOUNT),
    "reason": "identity, credit, fraud or other",
    **dict.fromkeys(("id", "anonymous_id", "cart_id", "order_id", "sku", "code"), _ID),
    **dict.fromkeys(
        ("cart", "order", "return", "voucher", "customer", "consent", "verification", "item"), "an object"
    ),
    **dict.fromkeys(
        ("email", "phone", "locale", "time_zone", "country", "url", "image_url"), "a text, or leave it out"
    ),
    **dict.fromkeys(("sms", "whatsapp", "push", "available"), "true or false, or leave it out"),
}
_PROBLEMS = {
    "missing": "is missing",
    "union_tag_not_found": "is missing",
    "union_tag_invalid": "is not a known type",
    "string_type": "is not a string",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "is not an amount",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "greater_than_equal": "is negative",
    "less_than_equal": "is too large",
    "bool_type": "is neither true nor false",
    "list_type": "is not a list",
    "model_type": "is not an object",
    "literal_error": "is not one of the known values",
}


def refusal(error: ValidationError) -> Refused:
    """The first problem as a refusal; the sentence never repeats what was sent."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kind, field = problems[0]["type"], path(problems[0]["loc"]) or "type"
    name = field.rpartition(".")[2].partition("[")[0]
    if kind == "too_long" and name == "lines":
        return Refused("too_many_lines", f"{field} has more than 10,000 lines; send at most 10,000.", field)
    problem = _PROBLEMS.get(kind, "can't be used")
    expected = "true or false" if ".consent." in field else _EXPECTED.get(name, "what the schema asks for")
    return Refused(
        _reason(kind, name), f"{field} {problem}; send {expected}{_more(len(problems) - 1)}.", field
    )


def path(location: Sequence[Any]) -> str:
    """cart.lines[2].unit_price of a location, whose first part is the event's type."""
    text = ""
    for part in location[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _reason(kind: str, name: str) -> str:
    if kind in ("missing", "union_tag_not_found"):
        return "currency_missing" if name == "currency" else "field_missing"
    if kind == "union_tag_invalid":
        return "type_unknown"
    if name in _AMOUNTS:
        return "amount_invalid"
    named = {
        "occurred_at": "occurred_at_invalid",
        "currency": "currency_unknown",
        "quantity": "quantity_invalid",
    }
    return named.get(name, "field_invalid")


def _more(count: int) -> str:
    if not count:
        return ""
    return f" ({count:,} more problem{'s' if count > 1 else ''})"
