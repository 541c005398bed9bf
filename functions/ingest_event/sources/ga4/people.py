"""Who an event is about, as far as GA4 says: ids, user-provided data, user properties, language and country."""

import re
from typing import Any

from common.application import contact
from common.domain.storefront import Person
from common.domain.vocabulary import SalesChannel
from functions.ingest_event.reading import MAX_NAME, mapping, text_of
from functions.ingest_event.sources.ga4.shapes import Hit, exported
from functions.ingest_event.visitors import consent_in, country_code, first_text

_HASH = re.compile(r"[0-9a-fA-F]{64}")
_HASHED = "Hashed contact details were left out: they can't be written to; send user_data.email_address in the clear."


def person_of(hit: Hit) -> Person | None:
    """The visitor; what can't be read is left out with a note."""
    data, properties = _object(hit, "user_data"), _properties(hit)
    address = data.get("address")
    address = mapping(address[0] if isinstance(address, list) and address else address)
    person, left_out = contact.describe_person(
        external_id=hit.visitor.user_id,
        anonymous_id=hit.visitor.anonymous_id,
        email=_clear(hit, data, "email_address", "email") or _clear(hit, properties, "email"),
        phone=_clear(hit, data, "phone_number", "phone") or _clear(hit, properties, "phone"),
        name=f"{_clear(hit, address, 'first_name')} {_clear(hit, address, 'last_name')}".strip()[:MAX_NAME],
        locale=_locale(hit),
        country=_country(hit, address),
        consent=consent_in(properties),
    )
    if any(name.startswith("sha256_") for name in (*data, *address)):
        hit.notes.append(_HASHED)
    hit.notes.extend(left_out)
    return person


def channel_of(hit: Hit) -> SalesChannel | None:
    """App where Firebase names the device or the export says so, web for browsers' clients."""
    platform = hit.about.text("platform").upper()
    if platform in ("ANDROID", "IOS") or hit.about.first("app_instance_id", "appInstanceId"):
        return SalesChannel.APP
    return SalesChannel.WEB if platform in ("", "WEB") and hit.visitor.anonymous_id else None


def user_agent_of(hit: Hit) -> str | None:
    """The browser's own name, which server containers and some calls pass on."""
    return hit.about.text("user_agent") or text_of(_object(hit, "device"), "user_agent") or None


def _object(hit: Hit, name: str) -> dict[str, Any]:
    fact = hit.about.first(name)
    return mapping(fact.value) if fact else {}


def _properties(hit: Hit) -> dict[str, Any]:
    """User properties by name: of an exported row, of the Measurement Protocol, or plain ones."""
    fact = hit.about.first("user_properties")
    stated = exported(fact.value, "") if fact else {}
    return {
        name: one.value["value"] if isinstance(one.value, dict) and "value" in one.value else one.value
        for name, one in stated.items()
    }


def _clear(hit: Hit, holder: dict[str, Any], *names: str) -> str:
    """The first of the named texts; empty, with a note, for a hash."""
    text = first_text(holder.get(name) for name in names)
    if _HASH.fullmatch(text):
        hit.notes.append(_HASHED)
        return ""
    return text


def _locale(hit: Hit) -> str:
    device = _object(hit, "device")
    web = mapping(device.get("web_info"))
    return hit.about.text("language") or text_of(device, "language") or text_of(web, "language")


def _country(hit: Hit, address: dict[str, Any]) -> str:
    """A code; the export writes the country's English name. Where the device was counts only if nothing else does."""
    place = text_of(_object(hit, "user_location"), "country_id") or text_of(_object(hit, "geo"), "country")
    return country_code(text_of(address, "country")) or country_code("" if place == "(not set)" else place)
