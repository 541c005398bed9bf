"""What a message says, ready for the templates: texts sealed, amounts and moments in the customer's way.

Whatever a template only places is sealed, so that messages of the same make-up are equal here: a template is then
rendered once for all of them.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from common.domain.effects import SendMessage
from common.domain.shop import Shop
from common.domain.storefront import Line
from common.domain.values import dataclass
from common.domain.vocabulary import Channel, IncentiveKind, Reason
from functions.send_stimulus import formats, gsm
from functions.send_stimulus.formats import Until
from functions.send_stimulus.sealing import Seals, clean, clean_name, clean_url

if TYPE_CHECKING:
    from babel import Locale

MAX_ITEMS = 5
"""Lines of the cart that a message shows; a sixth is shown too when it is the last one."""


class RenderingFailed(Exception):
    """There is no text that may be sent, so nothing may leave (L48); a retry can't help."""

    def __init__(self, detail: str, reason: Reason = Reason.TEMPLATE_INVALID) -> None:
        super().__init__(detail)
        self.detail = detail
        """For the log; names templates and fields, never a person."""
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the cart."""

    name: str
    initial: str
    """Stands where a picture would."""
    quantity: str
    several: bool
    """Whether the quantity is more than one."""
    unit_price: str
    price: str
    """Of the whole line."""
    url: str | None
    image_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The voucher. `value` is an amount or percentage; free shipping has none."""

    code: str
    kind: str
    value: str | None
    until: Until


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """The shop."""

    name: str
    url: str
    address_lines: tuple[str, ...]
    unsubscribe_url: str | None
    unsubscribe_email: str | None
    accepts_sms_replies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The variables of a template; a field of this class is all that one may name."""

    lang: str
    name: str | None
    """To greet by."""
    items: tuple[Item, ...]
    more: int
    """Lines that aren't shown."""
    total: str
    cart_url: str
    voucher: Offer | None
    shop: From
    plural: Callable[..., str]


def content_of(message: SendMessage, shop: Shop, locale: "Locale", seals: Seals) -> Content:
    """What `message` says. Raises RenderingFailed if what it would say isn't true or isn't known."""
    lines = _available(message)
    count = len(lines) + _unknown(message)
    shown = lines if count <= MAX_ITEMS + 1 else lines[:MAX_ITEMS]
    total_minor = _total_minor(message, lines)
    name = clean_name(message.name)
    return Content(
        lang=str(locale).replace("_", "-"),
        name=name and seals.seal(name),
        items=tuple(_item(line, message.currency, locale, seals) for line in shown),
        more=count - len(shown),
        total=seals.seal(formats.money(total_minor, message.currency, locale)),
        cart_url=seals.seal(clean_url(message.cart_url) or shop.url),
        voucher=_offer(message, total_minor, shop, locale, seals),
        shop=from_shop(message, shop, seals),
        plural=formats.pluralizer(locale),
    )


def _available(message: SendMessage) -> tuple[Line, ...]:
    """The lines that can still be bought (L44)."""
    lines = tuple(line for line in message.lines if line.available)
    if not lines:
        raise RenderingFailed(
            "no line of the cart is left to show", Reason.OUT_OF_STOCK if message.lines else Reason.CART_EMPTY
        )
    return lines


def _unknown(message: SendMessage) -> int:
    """Lines of a huge cart beyond those that the case keeps; they count as available."""
    return max(0, message.line_count - len(message.lines))


def _total_minor(message: SendMessage, lines: tuple[Line, ...]) -> int:
    """The cart's total as the shop stated it; when lines dropped out, what the remaining ones cost."""
    if len(lines) == len(message.lines):
        return message.total_minor
    left = _worth(lines)
    return max(left, message.total_minor - (_worth(message.lines) - left)) if _unknown(message) else left


def _worth(lines: tuple[Line, ...]) -> int:
    return sum(line.quantity * line.unit_price_minor for line in lines)


def _item(line: Line, currency: str, locale: "Locale", seals: Seals) -> Item:
    name = clean(line.name, 120) or clean(line.sku, 60) or "—"
    url, image_url = clean_url(line.url), clean_url(line.image_url)
    return Item(
        name=seals.seal(name),
        initial=seals.seal(next((letter for letter in name if letter.isalnum()), "·").upper()[:1]),
        quantity=seals.seal(str(line.quantity)),
        several=line.quantity > 1,
        unit_price=seals.seal(formats.money(line.unit_price_minor, currency, locale)),
        price=seals.seal(formats.money(line.quantity * line.unit_price_minor, currency, locale)),
        url=url and seals.seal(url),
        image_url=image_url and seals.seal(image_url),
    )


def _offer(
    message: SendMessage, total_minor: int, shop: Shop, locale: "Locale", seals: Seals
) -> Offer | None:
    """The voucher, complete or not at all: half a promise must not leave (L22, L35).

    An amount is what this cart gets of it: the code of an older one may be worth more than all of it (L30).
    """
    if message.voucher_code is None:
        return None
    if message.incentive is None or message.valid_until is None:
        raise RenderingFailed("the voucher has no incentive or no valid_until")
    sms = message.channel is Channel.SMS
    incentive, value = message.incentive, None
    match incentive.kind:
        case IncentiveKind.PERCENT if incentive.percent is not None:
            value = formats.percent(incentive.percent, locale)
        case IncentiveKind.FIXED if incentive.amount is not None:
            write = formats.plain_money if sms else formats.money
            value = write(min(incentive.amount.minor, total_minor), incentive.amount.currency, locale)
        case IncentiveKind.FREE_SHIPPING:
            pass
        case _:
            raise RenderingFailed(f"a voucher of kind {incentive.kind} without its value")
    zone = zone_of(message.time_zone, shop.time_zone)
    return Offer(
        code=seals.seal(clean(message.voucher_code, 64)),
        kind=incentive.kind.value,
        value=value and seals.seal(spelt(value, sms)),
        until=sealed_until(formats.until(message.valid_until, zone, locale, short=sms), seals, sms),
    )


def sealed_until(until: Until, seals: Seals, sms: bool) -> Until:
    """The moment as a template may place it, part by part."""
    parts = ("date", "time", "zone", "offset")
    return Until(**{part: seals.seal(spelt(getattr(until, part), sms)) for part in parts})


def spelt(text: str, sms: bool) -> str:
    """In an SMS, with the letters and blanks that cost the least."""
    return " ".join(gsm.fold(text).split()) if sms else text


def zone_of(wanted: str | None, default: str) -> str:
    """The customer's zone if it is one, or else `default`, which is (L21)."""
    try:
        return ZoneInfo(wanted or default).key
    except (KeyError, ValueError, OSError):
        return default


def from_shop(message: SendMessage, shop: Shop, seals: Seals) -> From:
    """The shop as templates know it."""
    name = clean(shop.name, 60)
    address = tuple(clean(line, 120) for line in shop.postal_address.splitlines())
    link = unsubscribe_link(message, shop)
    email = shop.unsubscribe_email
    return From(
        name=seals.seal(gsm.fold(name) if message.channel is Channel.SMS else name),
        url=seals.seal(shop.url),
        address_lines=tuple(seals.seal(line) for line in address if line),
        unsubscribe_url=link and seals.seal(link),
        unsubscribe_email=email and seals.seal(email),
        accepts_sms_replies=shop.accepts_sms_replies,
    )


def unsubscribe_link(message: SendMessage, shop: Shop) -> str | None:
    """The shop's own unsubscribe page for this customer, or else ours; holds ids, never an address."""
    return message.unsubscribe_url or shop.unsubscribe_link(
        customer_id=message.customer_id,
        case_id=message.case_id,
        claim_id=message.claim_id,
        store=message.store,
        channel=message.channel.value,
    )
