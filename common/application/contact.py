"""Contact details as customers and platforms write them, made comparable, or left out with a note.

An unusable detail never refuses its event: an order lost over a typing error would message a buyer. The
libraries are imported on first use; the last few thousand answers are kept, as a cart is edited many times.
"""

import re
from collections.abc import Mapping
from functools import lru_cache, partial

from common.domain.storefront import Person
from common.domain.vocabulary import Channel

_COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK
    YE YT ZA ZM ZW
    """.split()
)
"""ISO 3166-1 alpha-2, and XK, which shops and telephone networks use for Kosovo."""
_COUNTRY_ALIASES = {"UK": "GB", "EL": "GR"}

_LANGUAGES = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io
    is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn
    mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se
    sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo
    wa wo xh yi yo za zh zu ast ceb ckb fil gsw haw hmn hsb kab kok mai mni pcm sah sat scn szl yue
    """.split()
)
"""ISO 639-1, and the three-letter languages that shops are translated into."""
_LANGUAGE_ALIASES = {"iw": "he", "in": "id", "ji": "yi"}

_LOCALE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|[0-9]{3}))?(?:[-_.@].*)?",
    re.ASCII | re.IGNORECASE,
)
_LONGEST_ADDRESS = 254
_LONGEST_NUMBER = 40


@lru_cache(maxsize=4096)
def normalise_email(text: str) -> str | None:
    """The address in lower case with its domain in ASCII, so that spellings of one mailbox compare equal.

    None if it can't be an address. `.test` passes (RFC 2606: nobody has one), other reserved domains don't.
    """
    from email_validator import EmailNotValidError, validate_email

    text = text.strip()
    if len(text) > _LONGEST_ADDRESS:
        return None
    try:
        address = validate_email(text, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError):
        return None
    return f"{address.local_part}@{address.ascii_domain}".lower()


@lru_cache(maxsize=4096)
def normalise_phone(text: str, country: str | None) -> str | None:
    """E.164 of a possible number; `country` (ISO 3166-1 alpha-2) is for one written without its own code.

    Numbers set aside for films and tests pass, as `.test` addresses do; what is too short or too long doesn't.
    """
    from phonenumbers import (
        NumberParseException,
        PhoneNumberFormat,
        ValidationResult,
        format_number,
        is_possible_number_with_reason,
        is_valid_number,
        parse,
    )

    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    if country is None and text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = parse(text, country)
    except NumberParseException:
        return None
    # Letters stand for digits in some numbers that exist, and for a mistake in those that don't.
    is_possible = is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    if not is_valid_number(number) and (not is_possible or any(map(str.isalpha, text))):
        return None
    return format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=512)
def normalise_locale(text: str) -> str | None:
    """BCP 47 language, script and region in their canonical case: pl_PL.UTF-8 is pl-PL. None if unknown."""
    match = _LOCALE.fullmatch(text.strip()[:64])
    if match is None:
        return None
    language = match["language"].lower()
    language = _LANGUAGE_ALIASES.get(language, language)
    if language not in _LANGUAGES:
        return None
    region = match["region"]
    if region and not region.isdigit():
        region = normalise_country(region)
    script = match["script"].title() if match["script"] else None
    return "-".join(part for part in (language, script, region) if part)


@lru_cache(maxsize=512)
def normalise_time_zone(text: str) -> str | None:
    """The zone's name if the time-zone database has it."""
    from zoneinfo import ZoneInfo

    name = text.strip()
    if len(name) > 64 or name.startswith(("posix", "right")) or name in ("localtime", "Factory"):
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
    return name


def normalise_country(text: str) -> str | None:
    """ISO 3166-1 alpha-2 in upper case. None if there is no such country."""
    code = text.strip().upper()
    code = _COUNTRY_ALIASES.get(code, code)
    return code if code in _COUNTRIES else None


def describe_person(
    *,
    external_id: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    name: str | None = None,
    locale: str | None = None,
    time_zone: str | None = None,
    country: str | None = None,
    consent: Mapping[Channel, bool] | None = None,
    anonymous_id: str | None = None,
) -> tuple[Person | None, tuple[str, ...]]:
    """The person whom an event names (None if it names nobody), and a note for each detail that was left out.

    Empty texts count as not stated. A note never repeats the detail itself.
    """
    agreed = tuple(consent.items()) if consent else ()
    return _described(external_id, anonymous_id, email, phone, name, locale, time_zone, country, agreed)


@lru_cache(maxsize=4096)
def _described(
    external_id: str | None,
    anonymous_id: str | None,
    email: str | None,
    phone: str | None,
    name: str | None,
    locale: str | None,
    time_zone: str | None,
    country: str | None,
    consent: tuple[tuple[Channel, bool], ...],
) -> tuple[Person | None, tuple[str, ...]]:
    known_country = normalise_country(country) if country else None
    number = normalise_phone(phone, known_country) if phone else None
    lacks_country = not number and not country
    person = Person(
        external_id=external_id or None,
        anonymous_id=anonymous_id or None,
        email=normalise_email(email) if email else None,
        phone=number,
        name=name or None,
        locale=normalise_locale(locale) if locale else None,
        time_zone=normalise_time_zone(time_zone) if time_zone else None,
        country=known_country,
        consent=dict(consent),
        phone_in=partial(normalise_phone, phone) if phone and lacks_country else None,
    )
    read = (person.email, person.phone, person.locale, person.time_zone, person.country)
    stated = (email, phone, locale, time_zone, country)
    notes = tuple(
        why
        for value, text, why in zip(read, stated, _LEFT_OUT, strict=True)
        if value is None and text and not text.isspace()
    )
    return (None if person == _NOBODY else person), notes


_NOBODY = Person()
_LEFT_OUT = (
    "The customer's e-mail address was left out: it is not a valid address.",
    "The customer's phone number was left out: it is not a possible number, or lacks its country.",
    "The customer's locale was left out: it names no known language.",
    "The customer's time zone was left out: it is not in the time-zone database.",
    "The customer's country was left out: it is not an ISO 3166-1 alpha-2 code.",
)
