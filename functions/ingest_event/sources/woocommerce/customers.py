"""Who a WooCommerce order, cart or customer is about, what that person agreed to, and which cart it is.

Nothing here refuses an event: what can't be read is left out with a note.
"""

import base64
import binascii
import re
from html import unescape
from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from common.domain.vocabulary import Channel
from functions.ingest_event import reading
from functions.ingest_event.reading import MAX_ID, MAX_NAME, listing, mapping, text_of
from functions.ingest_event.salvage import salvage
from functions.ingest_event.sources.woocommerce.amounts import Payload

Hints = dict[str, Any]
"""What a shop's own few lines of code add for us, by name without `recoup_`, such as cart_id or marketing_email."""

_OURS = re.compile(r"_?recoup_([a-z_]{1,40})")
_TICKED = (
    "mailchimp_woocommerce_is_subscribed",
    "_mc4wp_optin",
    "_mailpoet_subscribed",
    "mailpoet_woocommerce_checkout_optin",
    "ce4wp_checkout_consent",
)
"""Newsletter boxes at the checkout: a tick is a yes. An empty box says nothing, as those who subscribed long ago see
an empty one too (L38)."""
_YES = frozenset({"1", "yes", "true", "on", "subscribed"})
_NO = frozenset({"0", "no", "false", "off", "unsubscribed", "not_subscribed"})
_TAKEN_BACK = frozenset({"unsubscribed", "archived", "cleaned"})
_ACCOUNT = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def meta_of(holder: Payload) -> Payload:
    """`meta_data` by key; of a doubled key the last entry counts."""
    entries = map(mapping, listing(holder.get("meta_data")))
    return {entry["key"]: entry.get("value") for entry in entries if isinstance(entry.get("key"), str)}


def hints_of(meta: Payload) -> Hints:
    """The entries that are ours: `_recoup_cart_id` and `recoup_cart_id` are the hint `cart_id`."""
    return {match[1]: value for key, value in meta.items() if (match := _OURS.fullmatch(key))}


def account_id(value: object) -> str | None:
    """A WordPress user's id; None for a guest, whom WooCommerce calls 0."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = reading.amount_text(value)
    return text if _ACCOUNT.fullmatch(text) else None


def read_person(
    account: object, addresses: tuple[Payload, ...], meta: Payload, hints: Hints, notes: list[str]
) -> Person | None:
    """The person by account, addresses (the first one that states something counts) and opt-ins."""
    if account and account_id(account) is None:
        notes.append("The customer's id was left out: it is not a WordPress user id.")
    person, left_out = contact.describe_person(
        external_id=account_id(account),
        anonymous_id=id_in(hints, "anonymous_id") or guest_session(hints),
        email=_first(addresses, "email"),
        phone=_first(addresses, "phone"),
        name=next(filter(None, map(_name, addresses)), "")[:MAX_NAME],
        locale=text_of(hints, "locale") or text_of(meta, "wpml_language"),
        time_zone=text_of(hints, "time_zone"),
        country=_first(addresses, "country"),
        consent=_consent(meta, hints),
    )
    notes.extend(left_out)
    return person


def _name(address: Payload) -> str:
    return unescape(f"{text_of(address, 'first_name')} {text_of(address, 'last_name')}".strip())


def _first(addresses: tuple[Payload, ...], name: str) -> str:
    return next(filter(None, (text_of(address, name) for address in addresses)), "")


def _consent(meta: Payload, hints: Hints) -> dict[Channel, bool]:
    email = _answer(hints.get("marketing_email"))
    if email is None:
        words = {_word(meta.get(key)) for key in _TICKED}
        email = False if words & _TAKEN_BACK else True if words & _YES else None
    answers = {Channel.EMAIL: email, Channel.SMS: _answer(hints.get("marketing_sms"))}
    return {channel: answer for channel, answer in answers.items() if answer is not None}


def _answer(value: object) -> bool | None:
    word = _word(value)
    return True if word in _YES else False if word in _NO else None


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip().lower() if isinstance(value, str) or value in (0, 1) else ""


def stated_cart_id(hints: Hints) -> str | None:
    """The one rule by which carts, checkouts and orders find each other, as far as the shop names its carts.

    A cart token changes with every answer, but the session in it doesn't.
    """
    if cart_id := id_in(hints, "cart_id"):
        return cart_id
    if session := _session(hints):
        return f"session:{session}"[:MAX_ID]
    visitor = id_in(hints, "anonymous_id")
    return f"visitor:{visitor}"[:MAX_ID] if visitor else None


def id_in(holder: Payload, name: str) -> str | None:
    """The named id, if it is one."""
    try:
        return reading.read_id(holder[name], name) if holder.get(name) else None
    except Refused:
        return None


def guest_session(hints: Hints) -> str | None:
    """The session of a guest, by which the browser is known; an account's session is the account."""
    session = _session(hints)
    return session if session and not _ACCOUNT.fullmatch(session) else None


def session_account(hints: Hints) -> str | None:
    """The account whose session it is, if it isn't a guest's."""
    session = _session(hints)
    return session if session and _ACCOUNT.fullmatch(session) else None


def _session(hints: Hints) -> str | None:
    """The session named by itself, or as `user_id` in a cart token, which is a JSON Web Token.

    Its signature is the shop's own business: who may send messages is checked before they come here.
    """
    if session := id_in(hints, "session_id"):
        return session
    token = hints.get("cart_token")
    if not isinstance(token, str) or token.count(".") != 2 or len(token) > reading.MAX_URL:
        return None
    claims = token.split(".")[1]
    try:
        decoded = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
    except (binascii.Error, ValueError):
        return None
    return id_in(salvage(decoded), "user_id")
