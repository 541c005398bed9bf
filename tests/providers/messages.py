"""Messages and queries for senders; each test names only what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from common.domain.effects import FindMessage, SendMessage
from common.domain.money import Money
from common.domain.shop import Shop
from common.domain.storefront import Line
from common.domain.vocabulary import Channel, IncentiveKind
from common.domain.vouchers import Incentive

CLAIMED_AT = datetime(2026, 3, 7, 15, 30, tzinfo=UTC)
VALID_UNTIL = datetime(2026, 3, 14, 15, 30, tzinfo=UTC)
SHOP = Shop(
    name="Bielik & Sons",
    url="https://bielik.example/",
    from_email="hello@bielik.example",
    reply_to="help@bielik.example",
    postal_address="ul. Piękna 12/4\n00-540 Warszawa",
    time_zone="Europe/Warsaw",
    default_locale="pl",
    sms_sender="+48600100200",
    unsubscribe_url="https://bielik.example/stop/{customer_id}",
)
LINES = (
    Line(
        sku="sweater",
        name="Merino sweater",
        quantity=1,
        unit_price_minor=34900,
        url="https://bielik.example/p/1",
        image_url="https://img.example/1.jpg",
    ),
    Line(sku="socks", name="Wool socks", quantity=3, unit_price_minor=4500),
)
FIVE_PERCENT = Incentive(kind=IncentiveKind.PERCENT, percent=5)
TWENTY_ZLOTY = Incentive(kind=IncentiveKind.FIXED, amount=Money(2000, "PLN"))
FREE_SHIPPING = Incentive(kind=IncentiveKind.FREE_SHIPPING)
NO_VOUCHER: dict[str, Any] = {"voucher_code": None, "incentive": None, "valid_until": None}

_EMAIL = SendMessage(
    claim_id="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    case_id="case-1",
    customer_id="customer-1",
    store="bielik",
    step="first",
    template="first",
    channel=Channel.EMAIL,
    recipient="jan@example.com",
    claimed_at=CLAIMED_AT,
    name="Jan Kowalski",
    locale="en-GB",
    time_zone="Europe/Warsaw",
    cart_url="https://bielik.example/cart/9f2b7c4e",
    currency="PLN",
    total_minor=48400,
    lines=LINES,
    voucher_code="ACDE-FGHJ-KMNP",
    incentive=FIVE_PERCENT,
    valid_until=VALID_UNTIL,
)


def email(**changes: Any) -> SendMessage:
    """An e-mail in English with a voucher of 5%, apart from `changes`."""
    return replace(_EMAIL, **changes)


def sms(**changes: Any) -> SendMessage:
    """An SMS with the same content."""
    return email(**{"channel": Channel.SMS, "recipient": "+48600111222", **changes})


def query(message: SendMessage) -> FindMessage:
    """The question what became of `message`."""
    return FindMessage(
        claim_id=message.claim_id,
        case_id=message.case_id,
        customer_id=message.customer_id,
        store=message.store,
        step=message.step,
        channel=message.channel,
        recipient=message.recipient,
        claimed_at=message.claimed_at,
    )
