"""What may come in: policy document `intake`, with exceptions per source and per store.

Only carts and browsing are held to these rules. An order, a cancellation, a return or a customer's word is never
turned away by policy: whoever bought would be reminded, and whoever said no would be written to.
"""

from collections.abc import Mapping
from dataclasses import field, fields, replace
from datetime import timedelta
from typing import Literal

from common.domain import ids
from common.domain.bounds import Amounts, check_amounts, minor_in, within
from common.domain.money import is_currency
from common.domain.storefront import CartItemsChanged, CartUpdated, CartVisited, Line, Person, StorefrontEvent
from common.domain.values import dataclass

Strictness = Literal["strict", "lenient"]
REQUIRABLE = (
    "channel",
    "customer.id",
    "customer.email",
    "customer.phone",
    "cart.url",
    "cart.lines[].url",
    "cart.lines[].image_url",
)
"""What a shop may ask of its own cart events beyond what the engine needs."""
PASSED_OVER = BOT, NOT_SAMPLED, SHED = "bot", "browse_not_sampled", "browse_shed"
"""Why an event is passed over."""
BOTS = ("bot", "crawl", "spider", "slurp", "headless", "lighthouse", "preview", "uptime", "monitoring")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOverride:
    """What one source or store does differently; what is left out is as for the others."""

    strictness: Strictness | None = None
    required: tuple[str, ...] | None = None
    accepted_currencies: tuple[str, ...] | None = None
    clock_skew_minutes: int | None = None
    max_lines: int | None = None
    max_total: Amounts | None = None
    bot_user_agents: tuple[str, ...] | None = None
    max_cart_events_per_hour: int | None = None
    browse_sampling_percent: int | None = None
    shed_browse_after_minutes: int | None = None

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePolicy:
    """Document `intake`: the rules for everybody, and where they differ. A store's word goes before its source's."""

    strictness: Strictness = "strict"
    """`lenient` repairs what can be repaired safely, and says so on the event."""
    required: tuple[str, ...] = ()
    """Fields of `REQUIRABLE` without which a cart is refused."""
    accepted_currencies: tuple[str, ...] = ()
    """None named = all."""
    clock_skew_minutes: int = 15
    """How far a storefront's clock may be ahead; up to that an event happened just now."""
    max_lines: int = 10_000
    max_total: Amounts = field(default_factory=dict)
    """Per currency; a dearer cart is a mistake."""
    bot_user_agents: tuple[str, ...] = BOTS
    """Parts of a user agent's name, in any case, that give a robot away (L42)."""
    max_cart_events_per_hour: int = 600
    """More than that in one cart is no person's doing: nobody is contacted about it."""
    browse_sampling_percent: int = 100
    """Of page views and checkout steps. Carts and orders always count."""
    shed_browse_after_minutes: int = 15
    """A page view that waited for longer is passed over, unless it says who somebody is. Carts and orders never are."""
    sources: Mapping[str, IntakeOverride] = field(default_factory=dict)
    stores: Mapping[str, IntakeOverride] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self)

    def rules_for(self, source: str, store: str | None) -> "IntakePolicy":
        """The rules that hold for one store's events from one source."""
        if not self.sources and not self.stores:
            return self
        rules = self
        for override in (self.sources.get(source), self.stores.get(store or "")):
            if override is not None:
                stated = {one.name: getattr(override, one.name) for one in fields(override)}
                rules = replace(rules, **{name: value for name, value in stated.items() if value is not None})
        return rules

    @property
    def shed_browse_after(self) -> timedelta:
        """How long a page view may wait between its publication and its intake."""
        return timedelta(minutes=self.shed_browse_after_minutes)


def _check(rules: IntakePolicy | IntakeOverride) -> None:
    for name, highest in (
        ("clock_skew_minutes", 24 * 60),
        ("max_lines", 10_000),
        ("max_cart_events_per_hour", 1_000_000),
        ("browse_sampling_percent", 100),
        ("shed_browse_after_minutes", 7 * 24 * 60),
    ):
        value = getattr(rules, name)
        if value is not None:
            within(name, value, 0 if name.endswith(("minutes", "percent")) else 1, highest)
    for wanted in rules.required or ():
        if wanted not in REQUIRABLE:
            raise ValueError(f"required: {wanted!r} can't be asked for; choose of {', '.join(REQUIRABLE)}")
    for code in rules.accepted_currencies or ():
        if not is_currency(code):
            raise ValueError(f"accepted_currencies: {code!r} is not an ISO 4217 code such as EUR")
    check_amounts("max_total", rules.max_total or {})
    if any(len(part.strip()) < 3 for part in rules.bot_user_agents or ()):
        raise ValueError("bot_user_agents: a part of fewer than 3 letters would take people for robots")


_ABOUT_A_CART = (CartUpdated, CartItemsChanged, CartVisited)


@dataclass(frozen=True, slots=True)
class Violation:
    """Why a cart is turned away, as `Refused` says it."""

    reason: str
    detail: str
    field: str


def violation(event: StorefrontEvent, rules: IntakePolicy) -> Violation | None:
    """The first rule that a filled cart breaks. An emptied one stops what is pending, so it always passes (L9)."""
    match event:
        case CartUpdated(cart=cart) if cart.lines:
            return _in_cart(event, cart.currency, cart.total_minor, cart.lines, cart.url, rules)
        case CartItemsChanged(added=lines) if lines:
            total = sum(line.quantity * line.unit_price_minor for line in lines)
            return _in_cart(event, event.currency, total, lines, event.url, rules)
        case _:
            return None


def _in_cart(
    event: StorefrontEvent,
    currency: str | None,
    total: int,
    lines: tuple[Line, ...],
    url: str | None,
    rules: IntakePolicy,
) -> Violation | None:
    if rules.accepted_currencies and currency not in rules.accepted_currencies:
        accepted = ", ".join(rules.accepted_currencies)
        why = f"cart.currency is {currency}, which isn't accepted here; send {accepted} or change the policy."
        return Violation("currency_not_accepted", why, "cart.currency")
    most = minor_in(rules.max_total, currency or "")
    if most is not None and total > most:
        why = (
            "cart.total is above max_total of the policy; check quantities and prices, or change the policy."
        )
        return Violation("total_too_large", why, "cart.total")
    if len(lines) > rules.max_lines:
        why = f"cart.lines has {len(lines):,} lines; the policy allows {rules.max_lines:,}."
        return Violation("too_many_lines", why, "cart.lines")
    return _missing(event, lines, url, rules)


def _missing(
    event: StorefrontEvent, lines: tuple[Line, ...], url: str | None, rules: IntakePolicy
) -> Violation | None:
    person = event.person
    stated = {
        "channel": bool(event.channel),
        "customer.id": bool(person and person.external_id),
        "customer.email": bool(person and person.email),
        "customer.phone": bool(person and person.phone),
        "cart.url": bool(url),
        "cart.lines[].url": all(line.url for line in lines),
        "cart.lines[].image_url": all(line.image_url for line in lines),
    }
    missing = next((name for name in rules.required if not stated[name]), None)
    if missing is None:
        return None
    why = f"{missing} is missing, and the policy requires it; send it, or change required of intake."
    return Violation("field_missing", why, missing)


def is_passed_over(
    event: StorefrontEvent, rules: IntakePolicy, waited: timedelta = timedelta()
) -> str | None:
    """Why an event of somebody looking around is left out, as the topic it is counted under; None = it counts.

    `waited` is how long its message lay on the topic.
    """
    if not isinstance(event, (CartUpdated, CartItemsChanged, CartVisited)):
        return None
    agent = (event.user_agent or "").lower()
    if agent and any(part.lower() in agent for part in rules.bot_user_agents):
        return BOT
    if not isinstance(event, CartVisited):
        return None
    if rules.browse_sampling_percent < 100:
        share = ids.bucket("browse", event.store, event.id) / 100
        if share >= rules.browse_sampling_percent:
            return NOT_SAMPLED
    return SHED if waited > rules.shed_browse_after and not _says_who(event.person) else None


def _says_who(person: Person | None) -> bool:
    """Whether more is told than what a browser is known by: an address to write to, or a no, is never too late."""
    return person is not None and replace(person, anonymous_id=None) != Person()
