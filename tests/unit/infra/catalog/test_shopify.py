"""Shopify's product export."""

import pytest

from common.domain.money import Money
from infra.catalog.statements import Unreadable
from tests.unit.infra.catalog.reading import found, told

OLD = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,"
    "Option2 Name,Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,"
    "Variant Price,Variant Compare At Price,Variant Taxable,Variant Barcode,Image Src,Image Position,Gift Card,"
    "Variant Image,Variant Tax Code,Cost per item,Status\n"
)
SHIRT = (
    'linen-shirt,Linen shirt,"<p>Cool,\nand ""light""</p>",Weave,Apparel > Clothing > Shirts,Summer,"a, b",true,'
    "Size,M,,Colour,Sand,SH-M,shopify,4,deny,129.00,159.00,true,'0590123,https://cdn.test/1.jpg,1,false,"
    "https://cdn.test/m.jpg,,41.50,active\n"
    "linen-shirt,,,,,,,,,L,,,Sand,SH-L,shopify,0,deny,129.00,,true,,https://cdn.test/2.jpg,2,,,,,\n"
    "linen-shirt,,,,,,,,,XL,,,Sand,SH-XL,shopify,0,continue,139.00,,true,,,,,,,,\n"
    "linen-shirt,,,,,,,,,,,,,,,,,,,,,https://cdn.test/3.jpg,3,,,,,\n"
)


def row(**cells: str) -> str:
    """One row of the old columns."""
    known = {
        "Handle": "mug",
        "Title": "Mug",
        "Published": "true",
        "Variant SKU": "M-1",
        "Variant Price": "30.00",
        "Status": "active",
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
    } | {name.replace("_", " "): value for name, value in cells.items()}
    return ",".join(known.get(name, "") for name in OLD.strip().split(",")) + "\n"


def test_every_variant_is_a_product() -> None:
    """With what the first row says of all of them, their own price and stock, and all the pictures."""
    products, problems = found(OLD + SHIRT + row())
    assert problems == []
    medium, large, extra, mug = products
    assert (medium.sku, medium.name) == ("SH-M", "Linen shirt - M / Sand")
    assert (medium.price, medium.cost) == (Money(12_900, "PLN"), Money(4_150, "PLN"))
    assert medium.category == ("Apparel", "Clothing", "Shirts")
    assert (medium.brand, medium.group, medium.stock) == ("Weave", "linen-shirt", 4)
    assert medium.attributes == {
        "size": "M",
        "colour": "Sand",
        "gtin": "0590123",
        "product type": "Summer",
    }
    pictures = tuple(f"https://cdn.test/{name}.jpg" for name in ("m", "1", "2", "3"))
    assert medium.image_urls == pictures
    assert large.image_urls == pictures[1:]
    assert (large.stock, large.cost, large.buyable) == (0, None, False)
    assert (extra.stock, extra.buyable, extra.price) == (None, True, Money(13_900, "PLN"))
    assert (mug.name, mug.attributes, mug.stock) == ("Mug", {}, None)


@pytest.mark.parametrize(
    "cells",
    [{"Status": "draft"}, {"Status": "archived"}, {"Published": "FALSE"}, {"Gift_Card": "true"}],
)
def test_what_is_not_on_sale_is_inactive(cells: dict[str, str]) -> None:
    """Drafts, archived and unpublished products; and gift cards, which are no alternative to anything."""
    [product], _ = found(OLD + row(**cells))
    assert not product.active


def test_a_variant_without_a_sku_is_refused() -> None:
    """Carts couldn't name it."""
    products, problems = found(OLD + row(Variant_SKU="") + row(Handle="other"))
    assert [one.sku for one in products] == ["M-1"]
    assert told(problems) == [(2, "field_missing", "Variant SKU")]


def test_the_newer_columns_are_read_as_well() -> None:
    """Shopify's template calls the same things by other names."""
    content = (
        "Title,URL handle,Description,Vendor,Product category,Type,Published on online store,Status,SKU,Option1 name,"
        "Option1 value,Price,Compare-at price,Cost per item,Inventory tracker,Inventory quantity,"
        "Continue selling when out of stock,Product image URL,Variant image URL,Gift card\n"
        "Lamp,lamp,,Lumo,Home > Lamps,,TRUE,Active,L-1,Colour,Red,99.00,,40,shopify,5,FALSE,https://cdn.test/1.jpg,,FALSE\n"
        ",lamp,,,,,,,L-2,,Blue,89.00,,40,shopify,5,TRUE,,https://cdn.test/b.jpg,\n"
    )
    [red, blue], problems = found(content, url_base="https://shop.test/")
    assert problems == []
    assert (red.name, red.stock, red.url) == ("Lamp - Red", 5, "https://shop.test/products/lamp")
    assert (blue.name, blue.stock, blue.active) == ("Lamp - Blue", None, True)
    assert blue.image_urls == ("https://cdn.test/b.jpg", "https://cdn.test/1.jpg")


def test_the_currency_must_be_said() -> None:
    """The export doesn't name it."""
    with pytest.raises(Unreadable, match="--currency"):
        found(OLD + row(), currency=None)


def test_a_broken_row_leaves_the_others() -> None:
    """Of the same product and of the next."""
    broken = row(Handle="mug", Variant_SKU="M-2", Variant_Price="abc")
    products, problems = found(OLD + row() + broken + row(Handle="cup", Variant_SKU="C-1"))
    assert [one.sku for one in products] == ["M-1", "C-1"]
    assert told(problems) == [(3, "amount_invalid", "Variant Price")]


def test_a_product_of_endless_rows_is_read_in_parts() -> None:
    """Memory doesn't depend on what a file claims to be one product."""
    rows = "".join(row(Variant_SKU=f"M-{number}") for number in range(9_000))
    assert len(found(OLD + rows)[0]) == 9_000
