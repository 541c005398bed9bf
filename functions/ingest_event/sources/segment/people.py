"""Who a call is about, where they were, and what they agreed to."""

from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event import reading
from functions.ingest_event.reading import MAX_NAME, mapping, text_of
from functions.ingest_event.sources.segment.calls import Call
from functions.ingest_event.visitors import answer_of, consent_in, country_code, first_text

_APP_LIBRARIES = ("ios", "android", "kotlin", "swift", "react-native", "flutter", "unity", "xamarin")
_WEB_LIBRARIES = ("analytics.js", "analytics-js", "javascript", "ajs")


def person_of(call: Call) -> Person | None:
    """The visitor, with the traits that the call brings; what can't be read is left out with a note."""
    traits, context, properties = _traits(call), call.own("context"), call.own("properties")
    address = mapping(traits.get("address"))
    person, left_out = contact.describe_person(
        external_id=call.visitor.user_id,
        anonymous_id=call.visitor.anonymous_id,
        email=first_text((traits.get("email"), properties.get("email"))),
        phone=first_text((traits.get("phone"), properties.get("phone"))),
        name=_name(traits),
        locale=text_of(traits, "locale", "language") or text_of(context, "locale"),
        time_zone=text_of(traits, "timezone") or text_of(context, "timezone"),
        country=country_code(text_of(address, "country_code", "country") or text_of(traits, "country")),
        consent=_consent(traits, context),
    )
    call.notes.extend(left_out)
    return person


def is_named(person: Person | None) -> bool:
    """Whether somebody can be told from others by it."""
    return person is not None and any((person.external_id, person.anonymous_id, person.email, person.phone))


def alias(call: Call) -> Person:
    """The account and the browser that turn out to be one person. Raises Refused without both ids."""
    previous = call.about.first("previousId", "previous_id")
    field = f"{call.prefix}previousId"
    if previous is None:
        raise Refused("field_missing", f"{field} is missing; send the id that was used before.", field)
    former = reading.read_id(previous.value, previous.field)
    if call.visitor.user_id is None:
        field = f"{call.prefix}userId"
        missing = Refused(
            "field_missing", f"{field} is missing; send the id that is used from now on.", field
        )
        raise call.visitor.broken or missing
    return Person(external_id=call.visitor.user_id, anonymous_id=former)


def channel_of(call: Call) -> SalesChannel | None:
    """Web or app, by the channel or the library; servers don't tell where the customer was."""
    context = call.own("context")
    stated = text_of(call.envelope.payload, "channel") or text_of(context, "channel")
    library = text_of(mapping(context.get("library")), "name").lower()
    device = text_of(mapping(context.get("device")), "type").lower()
    if stated.lower() == "mobile" or call.kind == "screen" or device in ("ios", "android"):
        return SalesChannel.APP
    if any(name in library for name in _APP_LIBRARIES):
        return SalesChannel.APP
    if stated.lower() in ("web", "browser") or any(name in library for name in _WEB_LIBRARIES):
        return SalesChannel.WEB
    return None


def user_agent_of(call: Call) -> str | None:
    """The browser's own name."""
    return text_of(call.own("context"), "userAgent", "user_agent") or None


def _traits(call: Call) -> dict[str, Any]:
    """What is said of the person: an identify call's own traits go first; a group's are the company's."""
    own = call.own("traits") if call.kind == "identify" else {}
    return {**mapping(call.own("context").get("traits")), **own}


def _name(traits: dict[str, Any]) -> str:
    first, last = text_of(traits, "firstName", "first_name"), text_of(traits, "lastName", "last_name")
    return (text_of(traits, "name") or f"{first} {last}".strip())[:MAX_NAME]


def _consent(traits: dict[str, Any], context: dict[str, Any]) -> dict[Channel, bool]:
    """From traits, consent categories that are named for a channel, and Segment's message subscriptions."""
    categories = mapping(mapping(context.get("consent")).get("categoryPreferences"))
    consent = {**consent_in(categories), **consent_in(traits)}
    channels = {channel.value: channel for channel in Channel}
    for entry in map(mapping, reading.listing(context.get("messaging_subscriptions"))):
        channel, answer = channels.get(text_of(entry, "type").lower()), answer_of(entry.get("status"))
        if channel is not None and answer is not None:
            consent[channel] = answer
    return consent
