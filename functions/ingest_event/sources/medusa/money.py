"""Amounts: version 1 writes whole minor units, version 2 writes major units. A factor of 100 is at stake.

So nothing is guessed. The attribute `amounts` (minor or major) decides, else the attribute `medusa_version`, else
fields that only one of the versions has. Where those don't tell, an amount is refused.
"""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from common.application.failures import Refused
from common.domain.money import decimals_of
from common.domain.values import dataclass
from functions.ingest_event import reading

Payload = dict[str, Any]

MINOR, MAJOR = "minor", "major"

_FIRST_VERSION = frozenset(
    """
    allow_discounts amount_refunded claim_order_id context discounts draft_order_id has_shipping idempotency_key
    includes_tax is_return object paid_total payment_authorized_at payment_session payment_sessions payments
    refundable refundable_amount shipping_data should_merge swap_id swaps tax_rate
    """.split()
)
_SECOND_VERSION = frozenset(
    """
    compare_at_unit_price credit_lines is_discountable is_draft_order is_tax_inclusive item_subtotal item_total
    order_version original_item_total payment_collection_id payment_collections payment_session_id product_title
    promotions requires_shipping summary variant_sku variant_title
    """.split()
)
_FIRST_IDS = ("paycol_",)
_SECOND_IDS = ("cali_", "ordli_", "caaddr_", "ordaddr_", "pay_col_", "payses_")
"""How ids begin that only one version gives."""
_COLLECTIONS = frozenset({"payment_collection", "payment_collections"})
"""Version 2 keeps payments and sessions in them; version 1 keeps them in the cart or order itself."""
_FREE_FORM = frozenset({"metadata", "data", "context", "product", "customer"})
"""What shops and providers write into them says nothing."""
_AMOUNT_NAME = re.compile(r"(?:.*_)?(?:total|subtotal|amount|unit_price)")
_FORMATTED = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([A-Za-z]{3})")
"""As plugins of version 1 print amounts for people: "82.00 USD"."""
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0+)?")
_DECIMAL = re.compile(r"[0-9]{1,12}\.[0-9]{1,40}")
_DEEPEST = 4
_SET_IT = "set the attribute amounts=minor for Medusa 1, or amounts=major for Medusa 2."


@dataclass(frozen=True, slots=True)
class Amounts:
    """How one message writes its amounts; `unit` is None where that can't be told, and `why` says why."""

    unit: str | None
    notes: list[str]
    why: str = ""

    def read(self, holder: Payload, name: str, path: str, currency: str) -> int | None:
        """Minor units of the amount of that name; None if it is not stated. Raises Refused."""
        value, field = stated(holder, name, path)
        if value is None:
            return None
        if isinstance(value, str) and (printed := _FORMATTED.fullmatch(value.strip())):
            return _printed(printed, currency, field)
        if self.unit is None:
            raise Refused(
                "amount_invalid", f"{field} can't be taken: {self.why}; {_SET_IT}", "attributes.amounts"
            )
        return _minor(value, field) if self.unit == MINOR else self._major(value, currency, field)

    def _major(self, value: object, currency: str, field: str) -> int:
        text = reading.amount_text(value)
        if _DECIMAL.fullmatch(text):
            rounded = f"{Decimal(text).quantize(Decimal(1).scaleb(-decimals_of(currency)), ROUND_HALF_UP):f}"
            if Decimal(rounded) != Decimal(text):  # version 2 computes taxes and shares exactly
                self.notes.append(f"{field} was rounded to the decimals of {currency}.")
            text = rounded
        return reading.read_minor(text, currency, field)


def amounts_of(chosen: str, version: str, payload: Payload, notes: list[str]) -> Amounts:
    """What a message says of its unit: by the attributes `amounts` and `medusa_version`, else by the payload.

    Raises Refused if the attribute `amounts` says neither minor nor major.
    """
    chosen = chosen.strip().lower()
    if chosen:
        if chosen not in (MINOR, MAJOR):
            field = "attributes.amounts"
            raise Refused("field_invalid", f"{field} is neither minor nor major; {_SET_IT}", field)
        return Amounts(chosen, notes)
    version = version.strip().lower().lstrip("v")[:1]
    if version in ("1", "2"):
        return Amounts(MINOR if version == "1" else MAJOR, notes)
    first, second, fractional = _marks(payload)
    if first and second:
        return Amounts(None, notes, "the payload has fields of Medusa 1 and of Medusa 2")
    if first:
        return Amounts(MINOR, notes)
    if second or fractional:
        return Amounts(MAJOR, notes)
    return Amounts(None, notes, "nothing in the payload tells Medusa 1 from Medusa 2")


def stated(holder: Payload, name: str, path: str) -> tuple[object, str]:
    """The amount as it stands, out of a BigNumber if it is one, and the path of the value itself."""
    value, field = holder.get(name), path + name
    if value is None and isinstance(holder.get(f"raw_{name}"), dict):
        value, field = holder[f"raw_{name}"], f"{path}raw_{name}"
    if isinstance(value, dict):
        if isinstance(value.get("raw_"), dict):
            value, field = value["raw_"], f"{field}.raw_"
        if value.get("value") is not None:
            return value["value"], f"{field}.value"
        if value.get("numeric_") is not None:
            return value["numeric_"], f"{field}.numeric_"
    return value, field


def read_currency(holder: Payload, path: str, *fallbacks: tuple[Payload, str]) -> str:
    """The ISO 4217 code, which Medusa writes in lower case. Raises Refused."""
    for part, way in ((holder, path), *fallbacks):
        if part.get("currency_code"):
            code = part["currency_code"]
            stated = code.strip().upper() if isinstance(code, str) else code
            return reading.read_currency(stated, f"{way}currency_code")
    return reading.read_currency(None, f"{path}currency_code")


def _printed(printed: re.Match[str], currency: str, field: str) -> int:
    if printed[2].upper() != currency:
        why = f"{field} is in another currency than the rest; send all amounts in one."
        raise Refused("currency_mixed", why, field)
    return reading.read_minor(printed[1], currency, field)


def _minor(value: object, field: str) -> int:
    whole = _WHOLE.fullmatch(reading.amount_text(value))
    if whole is None:
        why = f"{field} is not a whole number of minor units as Medusa 1 writes; if it is in major units, "
        raise Refused("amount_invalid", f"{why}set the attribute amounts=major.", field)
    return int(whole[1])


def _marks(payload: Payload) -> tuple[bool, bool, bool]:
    """Whether the payload is written like version 1, like version 2, and whether fractional amounts were seen.

    One field may be the shop's own addition; two are no accident. A BigNumber, or an id that only one version
    gives, is enough.
    """
    first, second = set[str](), set[str]()
    sure_first = sure_second = fractional = False
    start = _begins(payload.get("id"), _FIRST_IDS + _SECOND_IDS)
    for key, value, within in _fields(payload, _DEEPEST, start):
        if key == "id":
            sure_first = sure_first or _begins(value, _FIRST_IDS)
            sure_second = sure_second or _begins(value, _SECOND_IDS)
        elif key in _FIRST_VERSION and not within:
            first.add(key)
        elif key in _SECOND_VERSION:
            second.add(key)
        elif key[:4] == "raw_" and isinstance(value, dict):
            sure_second = True
        elif isinstance(value, float) and not value.is_integer() and _AMOUNT_NAME.fullmatch(key):
            fractional = True
    return sure_first or len(first) > 1, sure_second or len(second) > 1, fractional


def _fields(value: object, levels: int, within: bool) -> Iterator[tuple[str, object, bool]]:
    """The fields of the object and of the objects in it, of a list those of the first two."""
    if isinstance(value, list):
        for item in value[:2]:
            yield from _fields(item, levels, within)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner, within
            if levels and key not in _FREE_FORM:
                yield from _fields(inner, levels - 1, within or key in _COLLECTIONS)


def _begins(value: object, prefixes: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value.startswith(prefixes)
