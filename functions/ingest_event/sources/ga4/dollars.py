"""Rows of the BigQuery export that name no currency: beside each amount stands what Google converted it to."""

from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.tracking import NOTHING, Facts, Stated, facts_in, has_currency

ROW_AMOUNTS = {"tax_value": "tax", "shipping_value": "shipping"}
"""Amounts of a row's `ecommerce`, by the names that parameters have."""
_AMOUNTS = frozenset(("value", "total", "tax", "shipping", "discount", "purchase_revenue", "refund_value"))
_IN_USD = "_in_usd"


def in_dollars(stated: dict[str, Stated], row: Facts) -> dict[str, Stated]:
    """The facts as Google converted them; empty if a currency is stated, or nothing was converted."""
    items = stated.get("items", NOTHING)
    lines = [mapping(item) for item in listing(items.value)]
    if any(has_currency(facts) for facts in (stated, *(facts_in(line, "").stated for line in lines))):
        return {}
    names = {name: name.removesuffix(_IN_USD) for name in stated if name.endswith(_IN_USD)}
    converted = {
        ROW_AMOUNTS.get(plain, plain): stated[name]
        for name, plain in names.items()
        if stated[name].value is not None
    }
    if value := row.first("event_value_in_usd"):
        converted["value"] = value
    if any(line.get("price_in_usd") is not None for line in lines):
        priced = [{**line, "price": line.get("price_in_usd"), "discount": None} for line in lines]
        converted["items"] = items._replace(value=priced)
    if not converted:
        return {}
    kept = {name: fact for name, fact in stated.items() if name not in _AMOUNTS}
    return {**kept, **converted, "currency": Stated("USD", row.prefix)}
