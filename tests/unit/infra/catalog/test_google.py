"""Google Merchant Center's feeds and tables."""

import io

import pytest

from common.domain.money import Money
from infra.catalog.google_xml import items
from infra.catalog.statements import Unreadable
from tests.unit.infra.catalog.reading import found, told

ITEM = """
<item>
  <g:id>L-1</g:id>
  <title><![CDATA[Lamp & Co]]></title>
  <description>Bright</description>
  <link>https://shop.test/l1</link>
  <g:price>499.00 EUR</g:price>
  <g:sale_price>399.00 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-04-01T00:00+0200/2026-06-01T00:00+0200</g:sale_price_effective_date>
  <g:cost_of_goods_sold>200.00 EUR</g:cost_of_goods_sold>
  <g:availability>in_stock</g:availability>
  <g:google_product_category>594</g:google_product_category>
  <g:product_type>Home &gt; Lighting &gt; Lamps</g:product_type>
  <g:product_type>Sale</g:product_type>
  <g:image_link>https://shop.test/1.jpg</g:image_link>
  <g:additional_image_link>https://shop.test/2.jpg</g:additional_image_link>
  <g:additional_image_link>https://shop.test/3.jpg</g:additional_image_link>
  <g:brand>Lumo</g:brand>
  <g:gtin>590123</g:gtin>
  <g:item_group_id>lamps</g:item_group_id>
  <g:color>red</g:color>
  <g:shipping><g:country>DE</g:country><g:price>9.99 EUR</g:price></g:shipping>
  <g:product_detail><g:attribute_name>Watts</g:attribute_name><g:attribute_value>12</g:attribute_value></g:product_detail>
</item>"""


def rss(*items: str, head: str = "") -> str:
    """A feed."""
    return (
        f'<?xml version="1.0"?>\n{head}<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>'
        f"<title>Shop</title><link>https://shop.test</link>{''.join(items)}</channel></rss>"
    )


def item(**texts: str) -> str:
    """One small item."""
    known = {"id": "A", "title": "Lamp", "price": "10 EUR"} | texts
    return "<item>" + "".join(f"<g:{name}>{text}</g:{name}>" for name, text in known.items()) + "</item>\n"


def test_an_item_is_a_product() -> None:
    """At the price that it has now; what is within groups, such as shipping, is not the product's."""
    [product], problems = found(rss(ITEM))
    assert problems == []
    assert (product.sku, product.name) == ("L-1", "Lamp & Co")
    assert (product.price, product.cost) == (Money(39_900, "EUR"), Money(20_000, "EUR"))
    assert product.category == ("Home", "Lighting", "Lamps")
    assert (product.brand, product.group, product.stock, product.active) == ("Lumo", "lamps", None, True)
    assert product.attributes == {"watts": "12", "color": "red", "gtin": "590123"}
    assert product.url == "https://shop.test/l1"
    assert product.image_urls == tuple(f"https://shop.test/{number}.jpg" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("period", "minor"),
    [
        ("2026-05-01T12:00+0000/2026-05-02T00:00+0000", 800),
        ("2026-05-02T00:00Z/2026-05-03T00:00Z", 1_000),
        ("2026-04-01T00:00Z/2026-05-01T12:00Z", 1_000),
        ("soon", 1_000),
        ("2026-04-01/2026-06-01", 800),
        ("", 800),
    ],
)
def test_a_sale_price_counts_in_its_time_only(period: str, minor: int) -> None:
    """Its beginning counts in, its end doesn't; a time that can't be read is not now."""
    [product], _ = found(rss(item(sale_price="8 EUR", sale_price_effective_date=period)))
    assert product.price == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("availability", "stock"),
    [
        ("in stock", None),
        ("In_Stock", None),
        ("out of stock", 0),
        ("out_of_stock", 0),
        ("preorder", 0),
        ("backorder", 0),
    ],
)
def test_only_what_is_in_stock_now_can_be_offered(availability: str, stock: int | None) -> None:
    """A feed says yes or no; how many it rarely says."""
    [product], _ = found(rss(item(availability=availability)))
    assert product.stock == stock


def test_a_feed_may_count_its_stock() -> None:
    """And what is out of stock is so whatever the count says."""
    products, _ = found(
        rss(
            item(quantity="7"),
            item(id="B", quantity="7", availability="out of stock"),
            item(id="C", availability="?"),
        )
    )
    assert [one.stock for one in products] == [7, 0]


def test_an_expired_item_is_inactive() -> None:
    """Its date has passed."""
    products, _ = found(
        rss(item(expiration_date="2026-04-30T00:00Z"), item(id="B", expiration_date="2027-01-01T00:00Z"))
    )
    assert [one.active for one in products] == [False, True]


def test_atom_is_read_as_well() -> None:
    """Entries with a link in an attribute."""
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
    <entry><g:id>A</g:id><title>Lamp</title><link rel="alternate" href="https://shop.test/a"/>
    <g:price>10 EUR</g:price></entry>
    </feed>"""
    [product], _ = found(feed)
    assert (product.name, product.url) == ("Lamp", "https://shop.test/a")


def test_tables_are_read_as_well() -> None:
    """Tab-separated with spaces or underscores in the names, or CSV."""
    tsv = (
        "id\ttitle\tlink\timage link\tadditional image link\tprice\tsale price\tavailability\tproduct type\n"
        "A\tLamp\thttps://shop.test/a\thttps://shop.test/1.jpg\thttps://shop.test/2.jpg,https://shop.test/3.jpg\t"
        "15.00 USD\t12.00 USD\tin stock\tHome > Lamps\n"
    )
    csv = 'id,title,image_link,price,availability\nB,"Lamp, big",https://shop.test/1.jpg,15.00 USD,out_of_stock\n'
    [product], problems = found(tsv)
    assert problems == []
    assert (product.price, product.category, len(product.image_urls)) == (
        Money(1_200, "USD"),
        ("Home", "Lamps"),
        3,
    )
    [other], _ = found(csv)
    assert (other.name, other.stock) == ("Lamp, big", 0)


def test_what_is_wrong_is_told_with_its_line() -> None:
    """And the other items are taken."""
    products, problems = found(
        rss(item(), "\n", item(id="B", price="free"), "\n", item(id="C"), item(id="D", price=""))
    )
    assert [one.sku for one in products] == ["A", "C"]
    assert told(problems) == [(4, "amount_invalid", "g:price"), (7, "field_missing", "price")]


def test_the_sku_may_be_another_element() -> None:
    """Feeds often have ids that carts don't know."""
    [product], _ = found(rss(item(mpn="SKU-9")), sku="mpn")
    assert product.sku == "SKU-9"


def test_encodings_are_as_the_file_declares_them() -> None:
    """Not only UTF-8."""
    feed = rss(item(title="Żarówka")).replace('version="1.0"?', 'version="1.0" encoding="windows-1250"?')
    assert found(feed.encode("windows-1250"))[0][0].name == "Żarówka"
    assert found(rss(item(title="Żarówka")).encode("utf-16"))[0][0].name == "Żarówka"


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE, '<!DOCTYPE rss SYSTEM "http://attacker.test/x.dtd">'])
def test_declared_entities_are_refused(head: str) -> None:
    """They expand to gigabytes, or fetch files."""
    with pytest.raises(Unreadable, match="document type"):
        found(rss(item(), head=head))


def test_what_comes_before_the_break_is_taken() -> None:
    """A feed that was cut off says so, with its line."""
    found_items = items(io.BytesIO(rss(item(), item(id="B"))[:-60].encode()))
    assert next(found_items)[1]["id"] == ["A"]
    with pytest.raises(Unreadable, match="from line"):
        next(found_items)


def test_huge_texts_and_endless_elements_are_bounded() -> None:
    """An item of ten megabytes is an item with a long name, cut."""
    huge = item(title="x" * 10_000_000) + item(
        id="B", title="".join(f"<g:e{n}>1</g:e{n}>" for n in range(50_000))
    )
    products, problems = found(rss(huge, item(id="C")))
    assert [one.sku for one in products] == ["A", "C"]
    assert len(products[0].name) == 300
    assert told(problems)[0][1:] == ("field_missing", "price")
