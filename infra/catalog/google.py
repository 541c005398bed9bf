"""Google Merchant Center's product data: XML feeds (RSS 2.0, Atom) and tables (TSV, CSV)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from infra.catalog.csv_rows import rows
from infra.catalog.google_xml import Item, items
from infra.catalog.own import Aliases, choose
from infra.catalog.statements import Problem, Reading, Stated, Statement

_FIELDS: Aliases = (
    ("sku", ("id",)),
    ("name", ("title",)),
    ("price", ("price",)),
    ("cost", ("cost of goods sold",)),
    ("category", ("product type", "google product category")),
    ("brand", ("brand",)),
    ("group", ("item group id",)),
    ("url", ("link",)),
    ("stock", ("quantity", "sell on google quantity")),
)
_ATTRIBUTES = (
    "color", "size", "material", "pattern", "gender", "age group", "condition", "gtin", "mpn",
    "size type", "size system", "energy efficiency class", "multipack",
)  # fmt: skip
_IN_STOCK = {"in stock", "limited availability"}
_NOT_NOW = {"out of stock", "preorder", "backorder", "discontinued"}


def is_google(header: list[str]) -> bool:
    """Whether these are the columns of a table for Merchant Center."""
    return {"id", "title", "price"} <= set(header) and bool({"availability", "image link"} & set(header))


def read_xml(stream: BinaryIO, reading: Reading) -> Stated:
    """One product an item."""
    for line, item in items(stream):
        yield _stated(line, item, {}, reading)


def read_table(stream: BinaryIO, reading: Reading) -> Stated:
    """One product a row."""
    for row in rows(stream, reading.encoding):
        if isinstance(row, Problem):
            yield row
            continue
        item = {name: [text] for name, text in row.cells.items() if text.strip()}
        if more := item.get("additional image link"):
            item["additional image link"] = more[0].split(",")
        yield _stated(row.line, item, row.names, reading)


def _stated(line: int, item: Item, names: Mapping[str, str], reading: Reading) -> Statement:
    texts = {name: found[0] for name, found in item.items()}
    values, columns = choose(texts, _FIELDS, reading.sku)
    if "sale price" in texts and _on_sale(texts.get("sale price effective date", ""), reading.now):
        values["price"], columns["price"] = texts["sale price"], "sale price"
    values["images"] = [*item.get("image link", [])[:1], *item.get("additional image link", [])]
    values["attributes"] = _attributes(texts, item)
    values["active"] = not _ended(texts.get("expiration date", ""), reading.now)
    availability = " ".join(texts.get("availability", "in stock").casefold().replace("_", " ").split())
    if availability in _NOT_NOW:
        values["stock"] = "0"
    elif availability not in _IN_STOCK:
        values["stock"], columns["stock"] = availability, "availability"
    return Statement(line, values, {field: names.get(name, _name(name)) for field, name in columns.items()})


def _name(normal_name: str) -> str:
    return "g:" + normal_name.replace(" ", "_")


def _attributes(texts: Mapping[str, str], item: Item) -> dict[str, Any]:
    details = zip(
        item.get("product detail/attribute name", []),
        item.get("product detail/attribute value", []),
        strict=False,
    )
    return {**dict(details), **{name: texts[name] for name in _ATTRIBUTES if name in texts}}


def _on_sale(period: str, now: datetime) -> bool:
    """Whether `now` is in a period such as 2026-05-01T08:00+0200/2026-05-08T20:00+0200; without one always."""
    if not period:
        return True
    begins, _, ends = period.partition("/")
    begin, end = _moment(begins), _moment(ends)
    return begin is not None and end is not None and begin <= now < end


def _ended(text: str, now: datetime) -> bool:
    end = _moment(text)
    return end is not None and end <= now


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
