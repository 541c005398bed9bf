"""Who an analytics call is about: a browser or device, perhaps an account, and what the person agreed to."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from common.application.failures import Refused
from common.domain.values import dataclass
from common.domain.vocabulary import Channel
from functions.ingest_event import reading
from functions.ingest_event.tracking import Facts, Stated

_AGREED = ("subscribed", "optin", "optedin", "consent", "marketing", "marketingconsent")
_GENERAL = frozenset({"marketingoptin", "marketingconsent", "acceptsmarketing", "subscribedtomarketing"})
_REFUSED = frozenset({"unsubscribed", "optout", "marketingoptout"})
_WORDS = {
    **dict.fromkeys(("true", "yes", "1", "subscribed", "optedin", "granted"), True),
    **dict.fromkeys(("false", "no", "0", "unsubscribed", "optedout", "denied", "didnotsubscribe"), False),
}
_COUNTRY_NAMES = {"usa": "US", "united states of america": "US", "czech republic": "CZ", "turkey": "TR"}


@dataclass(frozen=True, slots=True)
class Visitor:
    """How a call names whom it is about. `broken` is why an id could not be read."""

    anonymous_id: str | None
    user_id: str | None
    broken: Refused | None = None


def visitor(anonymous: Stated | None, user: Stated | None, notes: list[str]) -> Visitor:
    """Both ids, where they can be read; an unreadable one is left out with a note."""
    broken: Refused | None = None
    ids: list[str | None] = []
    for stated in (anonymous, user):
        try:
            ids.append(reading.read_id(stated.value, stated.field) if stated else None)
        except Refused as refused:
            notes.append(f"{refused.field} was left out: it is not an id.")
            broken = broken or refused
            ids.append(None)
    return Visitor(ids[0], ids[1], broken)


def cart_id(facts: Facts, whose: Visitor, anonymous_as: str, missing: str) -> str:
    """The cart that a call is about, the same one in carts, checkouts and orders. Raises Refused for nobody's.

    A call without a cart's id is about the visitor's cart: by the browser, else the account; where nobody is named,
    by the checkout or order. `anonymous_as` is the prefix for browsers, `missing` the field to ask for.
    """
    if found := known_cart_id(facts, whose, anonymous_as):
        return found
    why = f"{missing} is missing; send it, so that the calls of one visitor can be told apart."
    raise whose.broken or Refused("field_missing", why, missing)


def known_cart_id(facts: Facts, whose: Visitor, anonymous_as: str) -> str | None:
    """As `cart_id`; None for nobody's. Raises Refused if the cart's own id can't be read."""
    stated = facts.first("cart_id", "cartId", "cart_token")
    if stated:
        return reading.read_id(stated.value, stated.field)
    if whose.anonymous_id:
        return f"{anonymous_as}:{whose.anonymous_id}"
    if whose.user_id:
        return f"user:{whose.user_id}"
    if checkout := facts.text("checkout_id", "checkoutId"):
        return f"checkout:{checkout}"
    order = facts.text("order_id", "orderId", "transaction_id")
    return f"order:{order}" if order else None


def consent_in(traits: Mapping[str, object]) -> dict[Channel, bool]:
    """Marketing consent under the names that shops use, ignoring case, spaces, underscores and hyphens.

    `email_subscribed`, `sms_opt_in`, ... speak of one channel. `marketing_opt_in` and its like mean e-mail when
    true and every channel when false; one channel's own answer outweighs that. `unsubscribed` is a no for all of them.
    """
    stated = {
        plain(name): answer for name, value in traits.items() if (answer := answer_of(value)) is not None
    }
    if any(answer for name, answer in stated.items() if name in _REFUSED):
        return dict.fromkeys(Channel, False)
    general = [answer for name, answer in stated.items() if name in _GENERAL]
    agreed = {Channel.EMAIL: True} if general else {}
    if not all(general):
        agreed = dict.fromkeys(Channel, False)
    for channel in Channel:
        answers = [stated[name] for ending in _AGREED if (name := channel.value + ending) in stated]
        answers += [False for ending in _REFUSED if stated.get(channel.value + ending)]
        if answers:
            agreed[channel] = all(answers)
    return agreed


def answer_of(value: object) -> bool | None:
    """A yes or no as shops write it; None if it is neither."""
    if isinstance(value, bool):
        return value
    return _WORDS.get(plain(value)) if isinstance(value, str) else None


def plain(text: str) -> str:
    """The letters and digits alone, in lower case: "Order Completed" and order_completed are one name."""
    return "".join(filter(str.isalnum, text[: reading.MAX_ID])).lower()


def first_text(values: Iterable[object]) -> str:
    """The first text, be it alone or the first of a list; else empty."""
    for value in values:
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, str) and (text := reading.clean_text(inner, reading.MAX_NAME)):
            return text
    return ""


def country_code(text: str) -> str:
    """The code of a country that may be written out in English; what isn't known stays as it is."""
    if len(text) <= len("PL"):
        return text
    return _codes_by_name().get(text.strip().casefold(), text)


@lru_cache(maxsize=1)
def _codes_by_name() -> Mapping[str, str]:
    from babel import Locale

    names = Locale("en").territories.items()
    return {name.casefold(): code for code, name in names if len(code) == len("PL")} | _COUNTRY_NAMES
