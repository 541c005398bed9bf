"""Amounts, moments and plurals in the customer's language."""

from datetime import UTC, datetime

import pytest

from functions.send_stimulus import formats


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (49900, "PLN", "pl-PL", "499,00 zł"),
        (49900, "PLN", "en", "PLN 499.00"),
        (123456, "USD", "en-US", "$1,234.56"),
        (123456, "USD", "en-GB", "US$1,234.56"),
        (123456, "GBP", "en-GB", "£1,234.56"),
        (500, "JPY", "en", "¥500"),
        (500, "JPY", "pl", "500 JPY"),
        (1234500, "KWD", "en", "KWD 1,234.500"),
        (49950, "RSD", "en", "RSD 499.50"),
        (49950, "HUF", "pl", "499,50 HUF"),
        (0, "EUR", "pl", "0,00 €"),
    ],
)
def test_money_has_its_own_symbol_and_decimals(minor: int, currency: str, locale: str, text: str) -> None:
    """Decimals are the currency's ISO 4217 ones, not those that the locale's data would round to (L34)."""
    written = formats.locale_of(locale)
    assert written is not None
    assert formats.money(minor, currency, written).replace("\u00a0", " ") == text


def test_plain_money_names_its_currency_by_code() -> None:
    """An SMS writes the code, which every alphabet has."""
    polish = formats.locale_of("pl")
    assert polish is not None
    assert formats.plain_money(123456, "PLN", polish).replace("\u00a0", " ") == "1 234,56 PLN"


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("pl-PL", "pl_PL"), ("pl_pl", "pl_PL"), ("EN-gb", "en_GB"), ("pl-XX", "pl"),
     ("en-US-x-private", "en_US"), ("zh-Hant-XX", "zh"), ("es-419", "es_419"), ("xx", None),
     ("", None), (None, None), ("💥", None), ("-", None)],
)  # fmt: skip
def test_a_language_tag_is_read_as_exactly_as_it_can_be(tag: str | None, locale: str | None) -> None:
    """What isn't known falls back to the language, then to nothing; no tag raises."""
    found = formats.locale_of(tag)
    assert (found and str(found)) == locale


@pytest.mark.parametrize(
    ("at", "zone", "tag", "text"),
    [
        ((2026, 3, 14, 15, 30), "Europe/Warsaw", "en", "14 March 2026, 16:30 (Europe/Warsaw, UTC+1)"),
        ((2026, 3, 14, 15, 30), "Europe/Warsaw", "pl", "14 marca 2026, 16:30 (Europe/Warsaw, UTC+1)"),
        ((2026, 3, 14, 15, 30), "UTC", "en-GB", "14 March 2026, 15:30 (UTC)"),
        ((2026, 3, 14, 15, 30), "America/New_York", "en-US",
         "March 14, 2026, 11:30 AM (America/New_York, UTC-4)"),
        ((2026, 3, 14, 15, 30), "Asia/Kolkata", "en", "14 March 2026, 21:00 (Asia/Kolkata, UTC+5:30)"),
        ((2026, 3, 14, 15, 30), "Pacific/Apia", "en", "15 March 2026, 04:30 (Pacific/Apia, UTC+13)"),
        ((2026, 3, 14, 11, 30), "Etc/GMT+12", "en", "13 March 2026, 23:30 (Etc/GMT+12, UTC-12)"),
        ((2026, 3, 29, 0, 59), "Europe/Warsaw", "en", "29 March 2026, 01:59 (Europe/Warsaw, UTC+1)"),
        ((2026, 3, 29, 1, 0), "Europe/Warsaw", "en", "29 March 2026, 03:00 (Europe/Warsaw, UTC+2)"),
        ((2026, 10, 25, 0, 30), "Europe/Warsaw", "en", "25 October 2026, 02:30 (Europe/Warsaw, UTC+2)"),
        ((2026, 10, 25, 1, 30), "Europe/Warsaw", "en", "25 October 2026, 02:30 (Europe/Warsaw, UTC+1)"),
        ((2026, 3, 14, 15, 30, 59), "UTC", "en", "14 March 2026, 15:30 (UTC)"),
    ],
)  # fmt: skip
def test_a_moment_states_its_zone(at: tuple[int, ...], zone: str, tag: str, text: str) -> None:
    """The expiry is never without its zone and offset, across clock changes and the date line (L21, L22)."""
    locale = formats.locale_of(tag)
    assert locale is not None
    moment = formats.until(datetime(*at, tzinfo=UTC), zone, locale)  # type: ignore[arg-type, misc]
    assert str(moment).replace("\u202f", " ") == text


@pytest.mark.parametrize(("count", "form"), [(1, "1 produkt"), (2, "2 produkty"), (5, "5 produktów"),
                                             (12, "12 produktów"), (22, "22 produkty")])  # fmt: skip
def test_polish_has_three_plurals(count: int, form: str) -> None:
    """The language's own rule picks the form."""
    polish = formats.locale_of("pl")
    assert polish is not None
    plural = formats.pluralizer(polish)
    assert plural(count, one="# produkt", few="# produkty", many="# produktów", other="# produktu") == form
