"""What the invented shop sells, and what lies in a cart."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from common.domain.money import parse_minor

CURRENCIES = ("PLN", "EUR", "GBP", "USD", "JPY")


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


def _article(sku: str, english: str, polish: str, *prices: str) -> Article:
    return Article(sku, {"en": english, "pl": polish}, dict(zip(CURRENCIES, prices, strict=True)))


ARTICLES = (
    _article("LL-DUVET-SAND", "Linen duvet cover, sand", "Lniana poszwa, piaskowa", "599.00", "139.00", "119.00", "149.00", "22000"),
    _article("LL-SHEET-WHITE", "Washed linen sheet, white", "Prześcieradło z pranego lnu, białe", "389.00", "89.00", "77.00", "98.00", "14300"),
    _article("LL-PILLOW-MOSS", "Pillowcase, moss green", "Poszewka, zieleń mchu", "119.00", "27.00", "23.50", "29.00", "4300"),
    _article("LL-TABLE-OAT", "Tablecloth 150 × 250 cm, oat", "Obrus 150 × 250 cm, owsiany", "329.00", "76.00", "65.00", "82.00", "12100"),
    _article("LL-NAPKIN-6", "Napkins, set of six", "Serwetki, zestaw sześciu", "149.00", "34.00", "29.00", "37.00", "5400"),
    _article("LL-APRON-INK", "Kitchen apron, ink blue", "Fartuch kuchenny, atramentowy", "169.00", "39.00", "33.00", "42.00", "6200"),
    _article("LL-ROBE-CLAY", "Waffle bathrobe, clay", "Szlafrok waflowy, glina", "449.00", "104.00", "89.00", "112.00", "16500"),
    _article("LL-TOWEL-FOG", "Bath towel, fog", "Ręcznik kąpielowy, mgła", "139.00", "32.00", "27.50", "35.00", "5100"),
    _article("LL-THROW-RYE", "Wool throw, rye", "Wełniany pled, żytni", "519.00", "119.00", "102.00", "129.00", "19000"),
    _article("LL-CURTAIN-2", "Curtains, pair, undyed", "Zasłony, para, niebarwione", "689.00", "159.00", "136.00", "172.00", "25300"),
    _article("LL-LAMP-LIPA", "Lime-wood table lamp", "Lampa stołowa z drewna lipowego", "759.00", "175.00", "149.00", "189.00", "27900"),
    _article("LL-BOWL-LIPA", "Lime-wood bowl", "Miska z drewna lipowego", "189.00", "43.50", "37.00", "47.00", "6900"),
    _article("LL-CUSHION-4", "Cushion 45 × 45 cm, “Four Seasons”", "Poduszka 45 × 45 cm „Cztery pory”", "159.00", "37.00", "31.50", "39.50", "5800"),
    _article("LL-CANDLE", "Beeswax candle", "Świeca z wosku pszczelego", "49.00", "11.50", "9.50", "12.50", "1800"),
    _article("LL-SOAP", "Linseed soap", "Mydło lniane", "29.00", "6.90", "5.90", "7.50", "1100"),
)  # fmt: skip
SMALL = tuple(article for article in ARTICLES if article.sku in ("LL-CANDLE", "LL-SOAP"))
"""Alone in a cart they are not worth a message."""
WORTHWHILE = tuple(article for article in ARTICLES if article not in SMALL)
