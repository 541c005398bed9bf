"""Contact details: one spelling for one mailbox, one number for one telephone, nothing for nonsense."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application import contact
from common.domain.storefront import Person
from common.domain.vocabulary import Channel


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Anna.Nowak@Example.COM", "anna.nowak@example.com"),
        ("  anna@example.com ", "anna@example.com"),
        ("anna+shop@example.com", "anna+shop@example.com"),
        ("anna@bücher.example.org", "anna@xn--bcher-kva.example.org"),
        ("anna@xn--bcher-kva.example.org", "anna@xn--bcher-kva.example.org"),
        ("anna@BÜCHER.example.org", "anna@xn--bcher-kva.example.org"),
        ("łucja@example.com", "łucja@example.com"),
        ("anna@shop.test", "anna@shop.test"),
    ],
)
def test_one_mailbox_has_one_spelling(text: str, address: str) -> None:
    """Case, spaces and the spelling of the domain don't make two customers of one (L11, L28)."""
    assert contact.normalise_email(text) == address


NO_ADDRESS = """
anna|anna@|@example.com|anna@@example.com|anna@example|anna@localhost|a b@example.com|anna@[127.0.0.1]
Anna <anna@example.com>
"""


@pytest.mark.parametrize(
    "text",
    [
        *re.split(r"[|\n]", NO_ADDRESS.strip()),
        *("", " ", "anna@example.com\nBcc: b@example.com", "x" * 300 + "@example.com"),
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    """Nothing that could break a mail header or can't be delivered passes."""
    assert contact.normalise_email(text) is None


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("600 123 456", "PL", "+48600123456"),
        ("+48 600-123-456", None, "+48600123456"),
        ("0048600123456", None, "+48600123456"),
        ("+48600123456", "US", "+48600123456"),
        ("(212) 555-2368", "US", "+12125552368"),
        ("070-123 45 67", "SE", "+46701234567"),
        ("+44 7700 900123", None, "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("+1 555 123 4567", None, "+15551234567"),
        ("+48 111 222 333", None, "+48111222333"),
    ],
)
def test_one_telephone_has_one_number(text: str, country: str | None, number: str) -> None:
    """However it is written, a number is E.164; the country tells how to read a local one (L28).

    Those that no telephone has (Ofcom's for drama, 555) pass, so that a shop can be tried out without ringing anybody.
    """
    assert contact.normalise_phone(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        *(("600 123 456", None), ("+999123456789", None), ("+48 12", None), ("\x00", None)),
        *(("+1 555 1234", None), ("+48 600 123 456 789", None), ("555-1234", "US")),
        *(("123", "PL"), ("", "PL"), ("anna", "PL"), ("5" * 100, "US"), ("555-555-SHIP", "US")),
    ],
)
def test_what_is_no_number_is_none(text: str, country: str | None) -> None:
    """A number that can't be rung is no identity and no way to reach anybody."""
    assert contact.normalise_phone(text, country) is None


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("pl", "pl"),
        ("pl_PL", "pl-PL"),
        ("PL-pl", "pl-PL"),
        ("pl_PL.UTF-8", "pl-PL"),
        ("de_AT@euro", "de-AT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("en-UK", "en-GB"),
        ("iw-IL", "he-IL"),
        ("en-US-u-ca-gregory", "en-US"),
        ("en-ZZ", "en"),
        ("xx", None),
        ("", None),
        ("C", None),
        ("POSIX", None),
        ("example string", None),
        ("plpl", None),
    ],
)
def test_a_locale_is_canonical_or_unknown(text: str, locale: str | None) -> None:
    """Spellings of POSIX, browsers and shops end as one BCP 47 tag."""
    assert contact.normalise_locale(text) == locale


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "UTC", "Pacific/Apia", "America/Argentina/Ushuaia"])
def test_a_zone_of_the_database_is_kept(zone: str) -> None:
    """IANA zones pass as they are (L21)."""
    assert contact.normalise_time_zone(f" {zone} ") == zone


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "Europe", "../UTC", "/etc/passwd", "localtime", "GMT+2", "x" * 500, "\x00"]
)
def test_what_is_no_zone_is_none(zone: str) -> None:
    """Neither a folder nor a path nor this machine's own zone is one."""
    assert contact.normalise_time_zone(zone) is None


@pytest.mark.parametrize(
    ("text", "code"), [("pl", "PL"), (" PL ", "PL"), ("UK", "GB"), ("XX", None), ("POL", None), ("", None)]
)
def test_a_country_is_two_capital_letters(text: str, code: str | None) -> None:
    """ISO 3166-1 alpha-2, with the one habit that everybody has."""
    assert contact.normalise_country(text) == code


@given(st.text(max_size=60), st.sampled_from([None, "PL", "US"]))
def test_any_text_is_read_or_left_out(text: str, country: str | None) -> None:
    """No text makes a normaliser fail, and what one accepts it accepts again unchanged."""
    for normalise in (
        contact.normalise_email,
        contact.normalise_locale,
        contact.normalise_time_zone,
        contact.normalise_country,
    ):
        value = normalise(text)
        assert value is None or normalise(value) == value
    number = contact.normalise_phone(text, country)
    assert number is None or contact.normalise_phone(number, None) == number


def test_a_person_keeps_what_can_be_used_and_notes_the_rest() -> None:
    """Each unusable detail has one note, which doesn't repeat it."""
    person, notes = contact.describe_person(
        external_id="c-1",
        email="broken",
        phone="600 123 456",
        country="pl",
        locale="xx",
        consent={Channel.EMAIL: True},
    )
    assert person == Person(
        external_id="c-1", phone="+48600123456", country="PL", consent={Channel.EMAIL: True}
    )
    assert notes == (
        "The customer's e-mail address was left out: it is not a valid address.",
        "The customer's locale was left out: it names no known language.",
    )


def test_nobody_is_nobody() -> None:
    """Empty details name no person and need no note."""
    assert contact.describe_person(email="", phone=" ", name="") == (None, ())


def test_no_name_is_looked_up() -> None:
    """Reading an address asks no name server and doesn't load the library that would."""
    code = (
        "import sys; from common.application import contact\n"
        "before = {'phonenumbers', 'email_validator'} & set(sys.modules)\n"
        "assert contact.normalise_email('a@example.com')\n"
        "print(*before, *{'dns'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    ("stated", "country", "number"),
    [
        ({"phone": "601 234 567"}, "PL", "+48601234567"),
        ({"phone": "601"}, "PL", None),
        ({"phone": "+48 601 234 567"}, "SE", "+48601234567"),
        ({"phone": "601 234 567", "country": "PL"}, "SE", "+48601234567"),
        ({"phone": "601 234 567 890", "country": "PL"}, "SE", None),
        ({"email": "anna@example.com"}, "PL", None),
    ],
)
def test_a_number_without_its_country_waits_for_the_customers(
    stated: dict[str, str], country: str, number: str | None
) -> None:
    """It is read once it is known where the customer lives; a number that is told already stays as it is (L28)."""
    person, _ = contact.describe_person(external_id="c1", **stated)
    assert person is not None
    assert person.with_phone_in(country).phone == number
    assert person.with_phone_in(country).phone_in is None


def test_a_number_that_nobody_can_ring_names_nobody() -> None:
    """Nor does it show where a person is written down."""
    assert contact.describe_person(phone="601 234 567")[0] is None
    person, notes = contact.describe_person(external_id="c1", phone="601 234 567")
    assert person == Person(external_id="c1")
    assert "601" not in f"{person!r} {notes}"
