"""Our own CSV and JSON Lines, well-made and not."""

import json

import pytest

from common.domain.money import Money
from infra.catalog.formats import Format
from infra.catalog.opening import MAX_LINE
from infra.catalog.statements import Unreadable
from tests.unit.infra.catalog.reading import found, told

FULL = (
    "sku,name,price,cost,currency,category,brand,group,stock,active,tax_class,url,image_urls,attribute:Colour,ignored\n"
    "L-1,Lamp,499.00,200,EUR,Home > Lighting > Lamps,Lumo,lamps,3,yes,23,"
    "https://shop.test/l1,https://shop.test/1.jpg|https://shop.test/2.jpg,red,x\n"
)


def test_a_row_is_a_product() -> None:
    """Every documented column is read."""
    [product], problems = found(FULL)
    assert problems == []
    assert (product.store, product.sku, product.name) == ("shop", "L-1", "Lamp")
    assert (product.price, product.cost) == (Money(49_900, "EUR"), Money(20_000, "EUR"))
    assert product.category == ("Home", "Lighting", "Lamps")
    assert (product.brand, product.group, product.stock, product.active) == ("Lumo", "lamps", 3, True)
    assert product.tax_class == "23"
    assert product.url == "https://shop.test/l1"
    assert product.image_urls == ("https://shop.test/1.jpg", "https://shop.test/2.jpg")
    assert product.attributes == {"colour": "red"}
    assert len(product.shelves) == 3


def test_little_is_enough() -> None:
    """A SKU, a name and a price make a product: active, its stock not counted, its cost unknown."""
    [product], problems = found("sku,name,price\n007,Socks,10\n")
    assert problems == []
    assert (product.sku, product.price) == ("007", Money(1_000, "PLN"))
    assert (product.cost, product.stock, product.active, product.category) == (None, None, True, ())


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffsku;name;price\r\nA;Lamp;1,50\r\n",
        "sep=;\nsku;name;price\nA;Lamp;1,50\n",
        "Product SKU\tTitle\tUnit price\nA\tLamp\t1.50\n",
        "SKU|NAME|PRICE\rA|Lamp|1.50\r",
        '\n\n"sku","name","price",,\n"A","Lamp","1.50",,\n,,,,\n',
        "sku,name,price\nA,Lamp,1.50",
    ],
)
def test_spreadsheets_write_csv_in_many_ways(content: str) -> None:
    """Marks, separators, line ends, aliases, empty columns and rows make no difference."""
    [product], problems = found(content)
    assert problems == []
    assert (product.sku, product.name, product.price) == ("A", "Lamp", Money(150, "PLN"))


def test_utf16_is_recognised_and_other_encodings_can_be_named() -> None:
    """What Excel calls Unicode text, and what it calls CSV in Poland."""
    text = "sku\tname\tprice\nA\tŻarówka\t1\n"
    assert found(text.encode("utf-16"))[0][0].name == "Żarówka"
    assert found(text.encode("windows-1250"), encoding="windows-1250")[0][0].name == "Żarówka"


def test_wrong_bytes_cost_their_own_row_only() -> None:
    """The others of the file are taken, and the sentence says what to do."""
    content = b"sku,name,price\nA,Lamp,1\nB,\xaf\xb3wka,2\nC,Lamp,3\n"
    products, problems = found(content)
    assert [product.sku for product in products] == ["A", "C"]
    assert told(problems) == [(3, "encoding_invalid", None)]
    assert "--encoding" in problems[0].detail


def test_quotes_separators_and_line_ends_within_fields() -> None:
    """A quoted field holds anything; the next row's line is counted right."""
    content = 'sku,name,price\nA,"Lamp ""Nova"", the\nsecond",1\nB,19" screen,2\nC,,3\n'
    products, problems = found(content)
    assert [(one.sku, one.name) for one in products] == [
        ("A", 'Lamp "Nova", the second'),
        ("B", '19" screen'),
    ]
    assert told(problems) == [(5, "field_missing", "name")]


def test_an_unclosed_quote_costs_its_own_row_only() -> None:
    """The rows that it would swallow are read again."""
    content = 'sku,name,price\nA,"Lamp,1\nB,Lamp,2\nC,"Lamp",3\nD,Lamp,4\n'
    products, problems = found(content)
    assert [one.sku for one in products] == ["B", "C", "D"]
    assert told(problems) == [(2, "row_invalid", None)]


def test_an_unclosed_quote_before_a_long_file_is_noticed_early() -> None:
    """It is given up after as many characters as a field may have, not at the file's end."""
    rows = "".join(f"S-{number},Lamp,{number}\n" for number in range(30_000))
    products, problems = found('sku,name,price\nA,"Lamp,1\n' + rows)
    assert len(products) == 30_000
    assert told(problems) == [(2, "row_invalid", None)]


def test_a_field_of_ten_megabytes_costs_its_own_row_only() -> None:
    """In quotes or not, on a line of its own or among others."""
    huge = "x" * 10_000_000
    assert len(huge) > MAX_LINE
    for field in (huge, f'"{huge}"', "y" * 1_000_000):
        products, problems = found(f"sku,name,price\nA,Lamp,1\nB,{field},2\nC,Lamp,3\n")
        assert [one.sku for one in products] == ["A", "C"]
        assert [problem.line for problem in problems] == [3]


def test_too_many_fields_are_refused_and_too_few_are_empty() -> None:
    """A separator that isn't quoted shifts prices into other columns, which nobody may guess."""
    products, problems = found("sku,name,price,stock\nA,Lamp,1\nB,Lamp, big,2,5\nC,Lamp,3,4,,\n")
    assert [(one.sku, one.stock) for one in products] == [("A", None), ("C", 4)]
    assert told(problems) == [(3, "row_invalid", None)]


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        (",Lamp,1,,,,", "field_missing", "Article number"),
        ("A,,1,,,,", "field_missing", "Title"),
        ("A,Lamp,,,,,", "field_missing", "price"),
        ("A,Lamp,-1,,,,", "amount_invalid", "price"),
        ("A,Lamp,1,XXX,,,", "currency_unknown", "currency"),
        ("A,Lamp,1 EUR,PLN,,,", "currency_mixed", "price"),
        ("A,Lamp,1,,many,,", "field_invalid", "qty"),
        ("A,Lamp,1,,,perhaps,", "field_invalid", "status"),
        ("A,Lamp,1,,,,other", "store_other", "store"),
        (f"{'A' * 201},Lamp,1,,,,", "field_invalid", "Article number"),
    ],
)
def test_what_is_wrong_is_named_as_the_file_names_it(row: str, reason: str, field: str) -> None:
    """Line, reason and column; the next row is taken."""
    header = "Article number,Title,price,currency,qty,status,store"
    products, problems = found(f"{header}\n{row}\nB,Lamp,1,,,,shop\n")
    assert [one.sku for one in products] == ["B"]
    assert told(problems) == [(2, reason, field)]


def test_what_is_wrong_beside_the_point_is_left_out() -> None:
    """An unreadable cost, page or picture doesn't cost the product; a note says so."""
    content = (
        "sku,name,price,cost,url,image_url\n"
        "A,Lamp,1,n/a,javascript:alert(1),ftp://x\n"
        "B,Lamp,1,5 EUR,,https://shop.test/ok.jpg no\n"
    )
    products, problems = found(content)
    assert [(one.cost, one.url) for one in products] == [(None, None)] * 2
    assert products[1].image_urls == ("https://shop.test/ok.jpg",)
    assert all(problem.note and "left out" in problem.detail for problem in problems)
    assert [problem.field for problem in problems] == ["cost", "url", "image_url", "cost", "image_url"]


def test_strange_words_are_cleaned_and_cut() -> None:
    """Control characters don't reach a message, and nothing is longer than its field."""
    content = f"sku,name,price,brand,category,attributes\nA,La\x1bmp\x00\u202e,1,{'b' * 999},{'x>' * 99},a=1; b=2;c\n"
    [product], _ = found(content)
    assert product.name == "Lamp"
    assert len(product.brand or "") == 300
    assert len(product.category) == 8
    assert product.attributes == {"a": "1", "b": "2"}


def test_lists_of_a_product_are_bounded() -> None:
    """However many attributes and pictures a line has."""
    line = {
        "sku": "A",
        "name": "n",
        "price": "1",
        "attributes": {f"k{number}": "v" for number in range(1_000)},
        "image_urls": [f"https://shop.test/{number}.jpg" for number in range(1_000)],
        "category": ["c"] * 1_000,
    }
    [product], _ = found(json.dumps(line))
    assert (len(product.attributes), len(product.image_urls), len(product.category)) == (40, 10, 8)


def test_a_line_of_json_is_a_product() -> None:
    """With the fields that replays know, in JSON's own types."""
    line = {
        "store": "shop",
        "sku": 42,
        "name": "Lamp",
        "price": 499.0,
        "cost": "200.00",
        "currency": "EUR",
        "category": ["Home", "Lamps"],
        "attributes": {"Colour": "red", "watts": 12, "dimmable": True, "sizes": ["S", "M"], "odd": None},
        "stock": 3,
        "active": False,
        "url": "https://shop.test/l1",
        "image_url": "https://shop.test/1.jpg",
    }
    [product], problems = found(json.dumps(line) + "\n")
    assert problems == []
    assert (product.sku, product.price, product.cost) == ("42", Money(49_900, "EUR"), Money(20_000, "EUR"))
    assert product.attributes == {"colour": "red", "watts": "12", "dimmable": "true", "sizes": "S, M"}
    assert (product.stock, product.active, product.shelves) == (3, False, ())
    assert product.image_urls == ("https://shop.test/1.jpg",)


@pytest.mark.parametrize(
    ("price", "currency", "minor"),
    [("300.000", "KWD", 300_000), ("1.299", "EUR", 130), (1.299, "EUR", 130), ("1.000", "JPY", 1)],
)
def test_a_point_in_a_line_of_json_parts_decimals(price: object, currency: str, minor: int) -> None:
    """Whatever the currency has: an amount there is a decimal string, unless --decimal says otherwise."""
    line = json.dumps({"sku": "A", "name": "Lamp", "price": price, "cost": price, "currency": currency})
    [product], problems = found(line)
    assert problems == []
    assert product.price == product.cost == Money(minor, currency)
    [other], _ = found(line, decimal="comma") if isinstance(price, str) else ([product], [])
    assert (other.price == product.price) is not isinstance(price, str)


def test_a_point_in_a_table_may_part_thousands() -> None:
    """What can be read in two ways is refused there as before, but for a currency's own three decimals."""
    products, problems = found("sku,name,price,currency\nA,Lamp,1.299,EUR\nB,Lamp,1.299,KWD\n")
    assert [product.price for product in products] == [Money(1_299, "KWD")]
    assert told(problems) == [(2, "amount_ambiguous", "price")]


@pytest.mark.parametrize(
    "line",
    [
        '{"sku": "B", "name": "Lamp"',
        "[1]",
        "null",
        "not json",
        "[" * 100_000,
        '{"sku": "B", "name": "Lamp", "price": NaN}',
        '{"sku": {"a": 1}, "name": "Lamp", "price": "1"}',
        '{"sku": "B", "name": ["Lamp"], "price": "1"}',
        '{"sku": "B", "name": "Lamp", "price": {"amount": 1}}',
        '{"sku": "B", "name": "Lamp", "price": "1", "stock": [], "active": {}}',
        '{"sku": "B", "name": "Lamp", "price": 1' + "0" * 5_000 + "}",
        '{"sku": "B", "name": "Lamp", "price": "1", "store": 5}',
        '{"sku": "B", "name": "Lamp", "price": "1", "currency": 5}',
        '{"sku": "\\ud800", "name": "Lamp", "price": "1"}',
        "x" * (MAX_LINE + 5),
    ],
)
def test_a_line_that_is_no_product_costs_only_itself(line: str) -> None:
    """The lines around it are taken."""
    good = '{"sku": "%s", "name": "Lamp", "price": "1"}'
    products, problems = found("\n".join([good % "A", line, "", good % "C"]), Format.JSONL)
    assert [one.sku for one in products] == ["A", "C"]
    assert [(problem.line, problem.note) for problem in problems] == [(2, False)]


@pytest.mark.parametrize(
    "content", ["", "\n\n", "hello\n", "a,b,c\n1,2,3\n", b"\x00\x01\x02" * 50, b"PK\x03\x04zip"]
)
def test_what_is_no_file_of_products_is_said_at_once(content: str | bytes) -> None:
    """Before anything is read from it."""
    with pytest.raises(Unreadable):
        found(content)


def test_formats_are_recognised() -> None:
    """By what they begin with."""
    assert len(found('\ufeff {"sku": "A", "name": "n", "price": "1"}')[0]) == 1
    assert len(found(FULL)[0]) == 1


def test_the_sku_may_be_in_another_column() -> None:
    """Where carts name products by what the file calls otherwise."""
    [product], _ = found("id,sku,name,price,EAN code\n1,A,Lamp,1,590\n", sku="ean_code")
    assert product.sku == "590"
