"""What the invented shop sells, and what lies in a cart."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import yaml

from common.domain.money import format_minor, parse_minor

_CATALOGUE = Path(__file__).with_name("catalogue.yaml")
_SMALL = ("LL-CANDLE", "LL-SOAP")


@dataclass(frozen=True, slots=True)
class Article:
    """One article with a price list of its own per currency, in major units."""

    sku: str
    names: Mapping[str, str]
    prices: Mapping[str, str]

    def name(self, language: str) -> str:
        """In the language of the shop window."""
        return self.names.get(language, self.names["en"])

    def price_minor(self, currency: str) -> int:
        """Of one."""
        return parse_minor(self.prices[currency], currency)

    def at(self, currency: str, minor: int) -> "Article":
        """The same article at another price."""
        return replace(self, prices={currency: format_minor(minor, currency)})


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """So many of one article."""

    article: Article
    quantity: int = 1
    available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A cart as the shop holds it."""

    id: str
    currency: str
    language: str
    lines: tuple[BasketLine, ...] = field(default=())

    @property
    def total_minor(self) -> int:
        """What all of it costs."""
        return sum(line.quantity * line.article.price_minor(self.currency) for line in self.lines)

    def with_lines(self, *lines: BasketLine) -> "Basket":
        """The same cart with other contents."""
        return replace(self, lines=lines)


@cache
def articles() -> tuple[Article, ...]:
    """Everything that is for sale, as catalogue.yaml lists it."""
    listed = yaml.safe_load(_CATALOGUE.read_text("utf-8"))
    return tuple(Article(sku, article["names"], article["prices"]) for sku, article in listed.items())


def small() -> tuple[Article, ...]:
    """What alone in a cart is not worth a message."""
    return tuple(article for article in articles() if article.sku in _SMALL)


def worthwhile() -> tuple[Article, ...]:
    """The rest."""
    return tuple(article for article in articles() if article.sku not in _SMALL)
