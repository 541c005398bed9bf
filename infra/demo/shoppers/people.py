"""The customers: invented people at example addresses, with telephone numbers that are nobody's.

The numbers come from ranges set aside for fiction: Sweden 070-174 06 05 to 99, Germany 0171 39200-00 to -99,
USA and Canada 555-0100 to -0199, and London 020 7946 0000 to 0999, which are landlines. Poland has none, so
Polish-speaking customers with a telephone live abroad.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.demo.shoppers.luck import Luck

_PLAIN = str.maketrans("łŁøØ", "lLoO")
_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as the shop knows them; `account` is None for a guest."""

    number: int
    first: str
    last: str
    locale: str
    country: str
    currency: str
    time_zone: str
    email: str | None
    phone: str | None
    account: str | None
    agrees: Mapping[str, bool] = field(default_factory=dict)
    """By channel; a channel that isn't named was never asked about."""

    @property
    def name(self) -> str:
        """First and last."""
        return f"{self.first} {self.last}"

    @property
    def language(self) -> str:
        """Of the locale: pl or en."""
        return self.locale[:2]


@dataclass(frozen=True, slots=True)
class Market:
    """Where customers come from: their country, how many of a hundred they are, and how to reach them."""

    country: str
    share: int
    locale: str
    currency: str
    time_zone: str
    names: str
    phones: tuple[str, int, int] | None
    """A prefix, and the range of what follows it."""


_POLISH, _ENGLISH = "polish", "english"
MARKETS = (
    Market("PL", 38, "pl-PL", "PLN", "Europe/Warsaw", _POLISH, None),
    Market("GB", 20, "en-GB", "GBP", "Europe/London", _ENGLISH, None),
    Market("DE", 10, "pl-PL", "EUR", "Europe/Berlin", _POLISH, ("+49171392", 0, 99)),
    Market("SE", 7, "pl-PL", "EUR", "Europe/Stockholm", _POLISH, ("+467017406", 5, 98)),
    Market("IE", 8, "en-IE", "EUR", "Europe/Dublin", _ENGLISH, None),
    Market("US", 13, "en-US", "USD", "America/New_York", _ENGLISH, ("+1212555", 100, 199)),
    Market("JP", 4, "en-GB", "JPY", "Asia/Tokyo", _ENGLISH, None),
)
BY_COUNTRY = {market.country: market for market in MARKETS}
_US_AREAS = ("+1212555", "+1503555", "+1617555", "+1312555")
_FIRST = {
    _POLISH: """
        Agata Bartosz Celina Dawid Eliza Filip Grażyna Hubert Iga Jakub Kinga Lech Łucja Marek Natalia Oskar
        Patrycja Radosław Sławomira Tymon Urszula Wacław Żaneta Zbigniew Bożena Cyprian Dorota Eryk Felicja
        Gustaw Hanna Igor Jagoda Krystian Lidia Mieszko
    """.split(),
    _ENGLISH: """
        Abigail Barnaby Clara Desmond Edith Fergus Georgia Harvey Imogen Jasper Keira Leonard Maeve Niall Orla
        Percy Quinn Rosalind Stanley Tabitha Ursula Vernon Winifred Alistair Beatrix Conrad Delia Edmund Flora
        Gilbert Harriet Isaac Juniper Kit Lorna Mabel
    """.split(),
}
_LAST = {
    _POLISH: """
        Lnianka Modrzewik Słoneczko Pieguski Wierzbanek Chabrowicz Olszynek Makowczyk Jaskółczyk Brzozanek
        Kminkowicz Rumiankowicz Żytniczek Dębczak Sosnowiczak Wrzosik
    """.split(),
    _ENGLISH: """
        Thistledown Merriwick Oatfield Fernwhistle Larkspurton Brackenby Hollowell Quillfeather Saltmarsh
        Applegarthy Windlesham Tumbleby Rookhaven Mossgrove Pennywort Drizzleton
    """.split(),
}


class Population:
    """Everybody who shops here; no two share a name, an address or a telephone."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        self._count = 0
        self._names: set[str] = set()
        self._phones: dict[str, int] = {}

    def newcomer(self, country: str | None = None, *, phone: bool = False) -> Person:
        """Somebody new, with an account, who agreed to e-mail and, having a telephone, to SMS.

        `phone` asks for somebody with a telephone; of the others some have one.
        """
        market = BY_COUNTRY[country] if country else self._market(with_phones=phone)
        first, last = self._name(market.names)
        number = self._phone(market) if phone or self._luck.chance(0.35) else None
        self._count += 1
        return Person(
            number=self._count,
            first=first,
            last=last,
            locale=market.locale,
            country=market.country,
            currency=market.currency,
            time_zone=market.time_zone,
            email=f"{_letters(first)}.{_letters(last)}@{self._luck.pick(_DOMAINS)}",
            phone=number,
            account=f"{7_400_000_000_000 + self._count * 7_919}",
            agrees={"email": True} | ({"sms": True} if number else {}),
        )

    def landline(self) -> str:
        """A telephone in London that can't take a text message."""
        return f"+442079460{self._next('landline', 100, 999):03}"

    def _market(self, *, with_phones: bool) -> Market:
        markets = [market for market in MARKETS if market.phones or not with_phones]
        return self._luck.pick([market for market in markets for _ in range(market.share)])

    def _name(self, names: str) -> tuple[str, str]:
        while True:
            first, last = self._luck.pick(_FIRST[names]), self._luck.pick(_LAST[names])
            if f"{first} {last}" not in self._names:
                self._names.add(f"{first} {last}")
                return first, last

    def _phone(self, market: Market) -> str | None:
        if market.phones is None:
            return None
        prefix, lowest, highest = market.phones
        if market.country == "US":
            prefix = self._luck.pick(_US_AREAS)
            return f"{prefix}0{self._next(prefix, lowest, highest)}"
        if market.country == "DE":
            return f"{prefix}00{self._next(prefix, lowest, highest):02}"
        return f"{prefix}{self._next(prefix, lowest, highest):02}"

    def _next(self, prefix: str, lowest: int, highest: int) -> int:
        number = self._phones.get(prefix, lowest - 1) + 1
        if number > highest:
            raise ValueError(f"no invented telephone numbers are left behind {prefix}")
        self._phones[prefix] = number
        return number


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.translate(_PLAIN).lower())
    return "".join(letter for letter in folded if letter.isascii() and letter.isalpha())
