"""Shopify's product export: CSV with several rows per product, one per variant or further image.

In the columns that the export has had for long ("Variant SKU") and in those of the newer template ("SKU").
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from infra.catalog.csv_rows import Row, rows
from infra.catalog.own import Aliases, choose
from infra.catalog.statements import Problem, Reading, Stated, Statement

MAX_ROWS = 4_000
"""Of one product; Shopify has 2,048 variants at most."""
_OPTIONS = (1, 2, 3)

_OF_PRODUCT: Aliases = (
    ("handle", ("handle", "url handle")),
    ("title", ("title",)),
    ("brand", ("vendor",)),
    ("category", ("product category", "standard product type", "type", "custom product type")),
    ("type", ("type", "custom product type")),
    ("status", ("status",)),
    ("published", ("published", "published on online store")),
    ("gift_card", ("gift card",)),
)
_OF_VARIANT: Aliases = (
    ("sku", ("variant sku", "sku")),
    ("price", ("variant price", "price")),
    ("compare_at", ("variant compare at price", "compare at price")),
    ("cost", ("cost per item",)),
    ("stock", ("variant inventory qty", "inventory quantity")),
    ("tracker", ("variant inventory tracker", "inventory tracker")),
    ("policy", ("variant inventory policy", "continue selling when out of stock")),
    ("barcode", ("variant barcode", "barcode")),
    ("tax_class", ("variant tax code", "tax code")),
    ("image", ("variant image", "variant image url")),
)
_IMAGE = ("image src", "product image url")


def is_shopify(header: list[str]) -> bool:
    """Whether these are the columns of Shopify's export."""
    return ("handle" in header and "variant price" in header) or (
        "url handle" in header and "title" in header
    )


def read(stream: BinaryIO, reading: Reading) -> Stated:
    """One product per variant."""
    product: list[Row] = []
    for row in rows(stream, reading.encoding):
        if isinstance(row, Problem):
            yield row
            continue
        handle = _handle(row)
        if product and (handle not in ("", _handle(product[0])) or len(product) >= MAX_ROWS):
            yield from _variants(product, reading)
            product = []
        product.append(row)
    if product:
        yield from _variants(product, reading)


def _handle(row: Row) -> str:
    return row.cells.get("handle") or row.cells.get("url handle") or ""


def _variants(product: list[Row], reading: Reading) -> Iterator[Statement]:
    first, _ = choose(product[0].cells, _OF_PRODUCT)
    options = [product[0].cells.get(f"option{number} name", "") for number in _OPTIONS]
    images = [url for row in product for name in _IMAGE if (url := row.cells.get(name))]
    for row in product:
        values, columns = choose(row.cells, _OF_VARIANT, reading.sku)
        if "price" in values or "sku" in values:
            stated = _stated(values, first, options, row, reading)
            stated["images"] = [*filter(None, [values.get("image")]), *images]
            names = {field: row.names[column] for field, column in columns.items()}
            yield Statement(row.line, stated, names)


def _stated(
    values: Mapping[str, str], product: Mapping[str, str], options: list[str], row: Row, reading: Reading
) -> dict[str, object]:
    chosen = {
        name.casefold(): value
        for name, number in zip(options, _OPTIONS, strict=True)
        if name and (value := row.cells.get(f"option{number} value", "")) and value != "Default Title"
    }
    handle = product.get("handle", "")
    stated: dict[str, object] = {
        name: values[name] for name in ("price", "cost", "tax_class") if name in values
    }
    stated |= {
        "sku": values.get("sku", "").removeprefix("'"),  # it keeps spreadsheets from reading a number
        "name": " - ".join(filter(None, [product.get("title") or handle, " / ".join(chosen.values())])),
        "brand": product.get("brand"),
        "category": product.get("category"),
        "group": handle,
        "active": _active(product),
        "attributes": _attributes(chosen, values, product),
    }
    if _counted(values):
        stated["stock"] = values.get("stock", "0")
    if reading.url_base and handle:
        stated["url"] = f"{reading.url_base.rstrip('/')}/products/{handle}"
    return stated


def _attributes(
    chosen: Mapping[str, str], values: Mapping[str, str], product: Mapping[str, str]
) -> dict[str, str]:
    barcode = values.get("barcode", "").removeprefix("'")
    stated = {**chosen, "gtin": barcode, "product type": product.get("type", "")}
    return {name: text for name, text in stated.items() if text}


def _active(product: Mapping[str, str]) -> bool:
    """Gift cards are no alternative to anything."""
    on_sale = product.get("status", "active").casefold() == "active"
    published = product.get("published", "true").casefold() != "false"
    return on_sale and published and product.get("gift_card", "").casefold() != "true"


def _counted(values: Mapping[str, str]) -> bool:
    """Whether the stock limits what is sold: somebody counts it, and Shopify stops at zero."""
    sells_on = values.get("policy", "deny").casefold() in ("continue", "true")
    return bool(values.get("tracker")) and not sells_on
