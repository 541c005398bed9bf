"""What a browser may tell. Its key is public, so whatever it says anybody may have said."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from common.domain.browsers import BrowserAccess
from common.domain.values import dataclass

MOST_EVENTS = 100
PERMITTED = ("cart.updated", "page.viewed", "checkout.started")
"""What somebody does with their own cart. Orders, returns, redeemed vouchers and changed contacts are facts, which
the shop's server or platform states: believed from a browser, they would end cases, open caps or redirect messages.
"""
_LINKS = ("url", "image_url")


class Unreadable(ValueError):
    """The body can't be taken; the sentence says what to send."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An event without what only a server may say; `notes` says what was left out, and why."""

    event: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def read(body: bytes) -> list[Any]:
    """The events: one, a JSON array, or {"events": [...]}. Raises Unreadable."""
    try:
        whole = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Unreadable(
            'the body is not JSON in UTF-8; send an event, an array, or {"events": [...]}'
        ) from None
    if isinstance(whole, dict) and "events" in whole and "type" not in whole:
        whole = whole["events"]
    events = whole if isinstance(whole, list) else [whole]
    if not 0 < len(events) <= MOST_EVENTS:
        raise Unreadable(f"there are {len(events)} events; send 1 to {MOST_EVENTS} at once")
    return events


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def check(event: Any, access: BrowserAccess) -> Checked | str:
    """The event as it may be published, or a sentence that says why it may not.

    Whether the engine can use it is not judged here: what it refuses is kept as an intake failure, for all to see.
    """
    if not isinstance(event, dict):
        return "the event is not a JSON object; see docs/storefront-events.schema.json"
    type = event.get("type")
    if type not in PERMITTED:
        return f"type must be one of {', '.join(PERMITTED)} from a browser; send all others from your server"
    if "specversion" in event:
        return "specversion makes this a CloudEvent; send the event itself, as in docs/storefront-events.schema.json"
    checked = _without_foreign_links(event, access)
    return checked if access.trust_identity else _without_claims(checked)


def written(event: Mapping[str, Any]) -> bytes:
    """The event as its message's data."""
    return json.dumps(event, separators=(",", ":"), allow_nan=False).encode()


def _without_foreign_links(event: Mapping[str, Any], access: BrowserAccess) -> Checked:
    """Messages print these links, so a stranger's would turn the shop's own letter into bait."""
    cart = event.get("cart")
    if not isinstance(cart, dict):
        return Checked(event)
    lines = cart.get("lines")
    kept = {name: value for name, value in cart.items() if not _leads_away(name, value, access)}
    if isinstance(lines, list):
        kept["lines"] = [
            {name: value for name, value in line.items() if not _leads_away(name, value, access)}
            if isinstance(line, dict)
            else line
            for line in lines
        ]
    if kept == cart:
        return Checked(event)
    note = "links in the cart that lead to other hosts were left out; list the hosts in link_hosts"
    return Checked({**event, "cart": kept}, (note,))


def _leads_away(name: str, value: Any, access: BrowserAccess) -> bool:
    return name in _LINKS and isinstance(value, str) and not access.may_link_to(value)


def _without_claims(checked: Checked) -> Checked:
    """Without a given consent (a withdrawn one stays), and without an account's id beside an address.

    Together they would let a stranger have an account's messages sent to an address of theirs.
    """
    customer = checked.event.get("customer")
    if not isinstance(customer, dict):
        return checked
    notes, kept = [], dict(customer)
    consent = customer.get("consent")
    if isinstance(consent, dict) and any(answer is not False for answer in consent.values()):
        kept["consent"] = {name: answer for name, answer in consent.items() if answer is False}
        notes.append("customer.consent was left out where it is given; state it from your server")
    if customer.get("id") and (customer.get("email") or customer.get("phone")):
        del kept["id"]
        notes.append("customer.id was left out beside an address; state from your server whose it is")
    if not notes:
        return checked
    event = {**checked.event, "customer": kept}
    return replace(checked, event=event, notes=(*checked.notes, *notes))
