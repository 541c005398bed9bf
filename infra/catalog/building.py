"""A statement of a file into a product, or into what is wrong with it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from common.application.catalogue import finished_product
from common.application.failures import Refused
from common.domain.catalogue import MAX_ATTRIBUTES, MAX_DEPTH, MAX_IMAGES, Product, category_path
from common.domain.money import Money
from functions.ingest_event.reading import MAX_NAME, amount_text, clean_text, read_currency, read_id, read_url
from infra.catalog.amounts import AUTO, read_money, read_pieces
from infra.catalog.statements import Problem, Reading, Statement

_MAX_LEVEL = 100
_MAX_ATTRIBUTE_NAME = 60
_MAX_ATTRIBUTE = 200
_YES = {"true", "yes", "y", "1", "active", "enabled", "on", "published", "tak", "ja"}
_NO = {"false", "no", "n", "0", "inactive", "disabled", "off", "draft", "archived", "unlisted", "nie", "nein"}

_Read = TypeVar("_Read")


def sku_of(statement: Statement) -> str | None:
    """The SKU, if that much can be read."""
    try:
        return read_id(statement.values.get("sku"), "sku")
    except Refused:
        return None


def build(statement: Statement, reading: Reading) -> tuple[Product, int, list[Problem]]:
    """The product, about how many bytes it takes, and notes on what was left out. Raises Refused."""
    found = _Fields(statement, reading)
    values = statement.values
    price = found.price()
    product = Product(
        id="",
        store=found.store(),
        sku=read_id(values.get("sku"), found.name("sku")),
        name=found.product_name(),
        price=price,
        cost=found.or_note("cost", lambda: found.cost(price)),
        category=found.category(),
        brand=found.text("brand", MAX_NAME),
        group=found.text("group", MAX_NAME),
        attributes=_attributes(values.get("attributes")),
        stock=read_pieces(values.get("stock"), found.name("stock")),
        active=found.active(),
        tax_class=found.text("tax_class", _MAX_LEVEL),
        url=found.or_note("url", found.url),
        image_urls=found.images(),
    )
    finished, size = finished_product(product)
    return finished, size, found.notes


class _Fields:
    """The values of one statement, read under the names that its file has for them."""

    def __init__(self, statement: Statement, reading: Reading) -> None:
        self._statement = statement
        self._values = statement.values
        self._reading = reading
        self._decimal = statement.decimal if reading.decimal == AUTO else reading.decimal
        self.notes: list[Problem] = []

    def name(self, field: str) -> str:
        """What the file calls a field."""
        return self._statement.columns.get(field, field)

    def or_note(self, field: str, read: Callable[[], _Read]) -> _Read | None:
        """The value; what can't be read is left out with a note, as the product is one without it."""
        try:
            return read()
        except Refused as refused:
            left_out = "" if "left out" in refused.detail else " It was left out."
            self._note(refused.reason, refused.detail + left_out, field)
            return None

    def text(self, field: str, limit: int) -> str | None:
        """A text, cut."""
        value = self._values.get(field)
        return (clean_text(value, limit) or None) if isinstance(value, str) else None

    def store(self) -> str:
        """The store, which a file may repeat but not contradict."""
        stated, expected = self._values.get("store"), self._reading.store
        if expected is None:
            return read_id(stated, self.name("store"))
        if stated is not None and stated != expected:
            raise Refused(
                "store_other",
                f"{self.name('store')} names another store than --store; import each store's products by themselves.",
                self.name("store"),
            )
        return expected

    def product_name(self) -> str:
        """The name, which every product has."""
        name = self.text("name", MAX_NAME)
        if name is None:
            raise Refused(
                "field_missing",
                f"{self.name('name')} is missing; send the product's name.",
                self.name("name"),
            )
        return name

    def price(self) -> Money:
        """The price, in the currency it names or that of its row or of the whole import."""
        if self._values.get("price") is None:
            raise Refused(
                "field_missing",
                f"{self.name('price')} is missing; send one such as 499.00.",
                self.name("price"),
            )
        stated = self._values.get("currency")
        currency = self._reading.currency
        if stated is not None:
            code = stated.strip().upper() if isinstance(stated, str) else stated
            currency = read_currency(code, self.name("currency"))
        price = read_money(self._values["price"], currency, self.name("price"), self._decimal)
        if stated is not None and price.currency != currency:
            raise Refused(
                "currency_mixed",
                f"{self.name('price')} and {self.name('currency')} name different currencies; send one.",
                self.name("price"),
            )
        return price

    def cost(self, price: Money) -> Money | None:
        """What one costs the store, which must be in the price's currency to be of use."""
        if self._values.get("cost") is None:
            return None
        cost = read_money(self._values["cost"], price.currency, self.name("cost"), self._decimal)
        if cost.currency != price.currency:
            raise Refused(
                "currency_mixed",
                f"{self.name('cost')} was left out: it is not in {price.currency} as the price is.",
                self.name("cost"),
            )
        return cost

    def category(self) -> tuple[str, ...]:
        """The path, stated as a list or with > between its levels."""
        stated = self._values.get("category")
        if isinstance(stated, list):
            levels = [level for level in stated if isinstance(level, str)]
        else:
            levels = list(category_path(stated if isinstance(stated, str) else ""))
        cleaned = (clean_text(level, _MAX_LEVEL) for level in levels)
        return tuple(level for level in cleaned if level)[:MAX_DEPTH]

    def active(self) -> bool:
        """Whether it is sold; without a word it is."""
        stated = self._values.get("active")
        if stated is None or isinstance(stated, bool):
            return stated is not False
        word = (
            stated.strip().casefold()
            if isinstance(stated, str)
            else "no"
            if stated == 0
            else "yes"
            if stated == 1
            else ""
        )
        if word in _YES or word in _NO:
            return word in _YES
        raise Refused(
            "field_invalid",
            f"{self.name('active')} is neither true nor false; send one.",
            self.name("active"),
        )

    def url(self) -> str | None:
        """The product's page."""
        stated = self._values.get("url")
        if stated is None:
            return None
        url = read_url(stated) if isinstance(stated, str) else None
        if url is None:
            raise Refused("url_invalid", _left_out(self.name("url")), self.name("url"))
        return url

    def images(self) -> tuple[str, ...]:
        """Addresses of pictures, each once; those that can't be used are left out with a note."""
        stated = self._values.get("images")
        listed = stated if isinstance(stated, list) else str(stated or "").replace("|", " ").split()
        urls: dict[str, None] = {}
        for one in listed:
            url = read_url(one) if isinstance(one, str) else None
            if url is not None:
                urls[url] = None
            elif one:
                self._note("url_invalid", _left_out(self.name("images")), "images")
            if len(urls) == MAX_IMAGES:
                break
        return tuple(urls)

    def _note(self, reason: str, detail: str, field: str) -> None:
        self.notes.append(
            Problem(
                line=self._statement.line,
                reason=reason,
                detail=detail,
                field=self.name(field),
                sku=sku_of(self._statement),
                note=True,
            )
        )


def _left_out(name: str) -> str:
    return f"{name} was left out: only http and https addresses of up to 2,000 characters are used."


def _attributes(stated: object) -> Mapping[str, str]:
    """Texts by name: of an object, or of a text such as "colour=red; size=M"."""
    if isinstance(stated, str):
        pairs: Any = (part.partition("=")[::2] for part in stated.split(";") if "=" in part)
    else:
        pairs = stated.items() if isinstance(stated, dict) else ()
    found: dict[str, str] = {}
    for name, value in pairs:
        text = clean_text(_word(value), _MAX_ATTRIBUTE)
        key = clean_text(str(name), _MAX_ATTRIBUTE_NAME).casefold()
        if key and text and len(found) < MAX_ATTRIBUTES:
            found[key] = text
    return found


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(one for one in value if isinstance(one, str))
    if isinstance(value, float):
        return repr(value)
    return value if isinstance(value, str) else amount_text(value)
