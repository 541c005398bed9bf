"""Canonical storefront events, version 1, as they stand on the wire.

`python -m functions.ingest_event.canonical` writes their JSON Schema to docs/storefront-events.schema.json.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from functions.ingest_event.reading import MAX_ID, MAX_LINES

SCHEMA = Path(__file__).parents[2] / "docs" / "storefront-events.schema.json"

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ID)]
Amount = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,8})?$",
        description="A decimal string in major units, with no more decimals than the currency has.",
        examples=["499.00"],
    ),
]
Currency = Annotated[
    str,
    Field(
        description="An ISO 4217 code.", examples=["PLN", "JPY"], json_schema_extra={"pattern": "^[A-Z]{3}$"}
    ),
]
Quantity = Annotated[int, Field(ge=0, le=1_000_000, description="Pieces; a line of 0 is no line.")]
Url = Annotated[str, Field(description="http or https; anything else is left out.")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class Consent(_Part):
    """What the customer agreed to, per channel; what isn't stated stays as it was."""

    email: bool | None = None
    sms: bool | None = None
    whatsapp: bool | None = None
    push: bool | None = None


class Customer(_Part):
    """Who it is. Everything is optional; what can't be used is left out and never refuses the event."""

    id: Annotated[Id | None, Field(description="The shop's own id of the account; none for a guest.")] = None
    anonymous_id: Annotated[
        Id | None,
        Field(
            description="What the browser or device is known by before anybody logs in; ties a guest to an account."
        ),
    ] = None
    email: str | None = None
    phone: Annotated[str | None, Field(description="In any format; `country` tells how to read it.")] = None
    name: str | None = None
    locale: Annotated[str | None, Field(description="BCP 47.", examples=["pl-PL"])] = None
    time_zone: Annotated[str | None, Field(description="IANA.", examples=["Europe/Warsaw"])] = None
    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2.", examples=["PL"])] = None
    consent: Consent | None = None


class CartLine(_Part):
    """One line of a cart."""

    sku: Id
    name: str
    quantity: Quantity
    unit_price: Amount
    url: Url | None = None
    image_url: Url | None = None
    available: Annotated[bool, Field(description="false = sold out meanwhile.")] = True


class Cart(_Part):
    """A whole cart as it is now."""

    id: Id
    currency: Annotated[Currency | None, Field(description="ISO 4217; required when there are lines.")] = None
    total: Annotated[Amount | None, Field(description="Without it the sum of the lines counts.")] = None
    url: Annotated[Url | None, Field(description="Where the customer finds this cart again.")] = None
    lines: Annotated[list[CartLine], Field(max_length=MAX_LINES, description="No lines = emptied.")]


class OrderLine(_Part):
    """One line of an order or return: which goods. Prices are read of an order that came to nothing only."""

    sku: Id
    name: str | None = None
    quantity: int | None = None
    unit_price: str | None = None


_OrderLines = Annotated[list[OrderLine], Field(max_length=MAX_LINES)]


class Order(_Part):
    """An order as it stands."""

    id: Id
    cart_id: Annotated[Id | None, Field(description="The cart it came from.")] = None
    currency: Currency
    total: Amount
    discount: Amount | None = None
    voucher_codes: Annotated[list[str] | None, Field(max_length=100)] = None
    lines: _OrderLines | None = None
    offer_id: Annotated[Id | None, Field(description="The alternative offer that this order takes up.")] = (
        None
    )
    created_by: Annotated[
        Literal["customer", "shop"] | None,
        Field(description="shop = made by staff; never counted as recovered."),
    ] = None
    final: Annotated[bool | None, Field(description="As the event's own `final`, which goes first.")] = None


class Return(_Part):
    """Goods of an order that came back."""

    id: Id
    order_id: Id
    currency: Annotated[Currency | None, Field(description="ISO 4217 of `total`.")] = None
    total: Annotated[Amount | None, Field(description="What was given back.")] = None
    lines: _OrderLines | None = None


class Voucher(_Part):
    """A code that the shop honoured."""

    code: Id
    order_id: Id


class Verification(_Part):
    """A check of the customer that was not passed."""

    id: Id
    order_id: Id
    reason: Annotated[
        Literal["identity", "credit", "fraud", "other"], Field(description="Never shown to the customer.")
    ]
    approved_amount: Annotated[
        Amount | None, Field(description="Up to what amount a credit check would have gone.")
    ] = None
    currency: Annotated[
        Currency | None, Field(description="ISO 4217 of `approved_amount`; without it the order's counts.")
    ] = None


class Item(_Part):
    """An article that sold out."""

    sku: Id
    name: str | None = None


class _Event(_Part):
    id: Annotated[
        Id, Field(description="Names this event for ever within the store: sent twice, it counts once.")
    ]
    occurred_at: Annotated[
        str,
        Field(
            description="RFC 3339 with an offset; at most 15 minutes ahead, not before 2000.",
            examples=["2026-05-01T12:00:00+02:00"],
            json_schema_extra={"format": "date-time"},
        ),
    ]
    channel: Literal["web", "app", "pos", "social", "marketplace"] | None = None
    customer: Customer | None = None


class CartUpdatedEvent(_Event):
    """The cart changed; `cart` is the whole of it."""

    type: Literal["cart.updated"]
    cart: Cart


class ActivityEvent(_Event):
    """The customer is still there; needs `cart_id`, or `cart` where its state is known."""

    type: Literal["page.viewed", "checkout.started"]
    cart_id: Id | None = None
    cart: Cart | None = None


class OrderEvent(_Event):
    """An order came to be, was paid, could not be paid, or is gone."""

    type: Literal["order.placed", "order.paid", "order.payment_failed", "order.cancelled"]
    order: Order
    final: Annotated[
        bool | None,
        Field(description="Of a failed payment: true = it will not be tried again; false = it will."),
    ] = None


class OfferEvent(_Event):
    """A customer saw an alternative offer in your shop or app, took it or didn't want it; needs one of the two ids."""

    type: Literal["offer.viewed", "offer.accepted", "offer.declined"]
    offer_id: Annotated[
        Id | None, Field(description="As `offer.delivered` and the offer's JSON have it.")
    ] = None
    order_id: Annotated[
        Id | None, Field(description="The order that was lost, in place of the offer's id.")
    ] = None


class ReturnEvent(_Event):
    """Goods came back."""

    type: Literal["order.returned"]
    return_: Annotated[Return, Field(alias="return")]


class VoucherEvent(_Event):
    """A code was used on an order."""

    type: Literal["voucher.redeemed"]
    voucher: Voucher


class VerificationEvent(_Event):
    """The customer did not pass the check for what they ordered."""

    type: Literal["verification.failed"]
    verification: Verification
    order: Annotated[Order, Field(description="The order that came to nothing.")]


class ItemEvent(_Event):
    """An item of a cart sold out; needs `item`, or `sku`."""

    type: Literal["item.unavailable"]
    item: Item | None = None
    sku: Annotated[Id | None, Field(description="In place of `item`.")] = None
    cart_id: Id


class CustomerRequestEvent(_Event):
    """A customer's right under data protection law: to be forgotten, or to see what is kept."""

    type: Literal["customer.erased", "customer.data_requested"]
    customer: Customer


class CartItemsEvent(_Event):
    """Items put into a cart or taken out, for storefronts that never state the whole of it."""

    type: Literal["cart.items_added", "cart.items_removed"]
    cart: Annotated[Cart, Field(description="`lines` are the items that were put in or taken out.")]


class CustomerEvent(_Event):
    """Contact or consent changed; `customer` needs an id, an e-mail address or a phone number."""

    type: Literal["customer.updated"]
    customer: Customer


AnyEvent = (
    CartUpdatedEvent
    | CartItemsEvent
    | ActivityEvent
    | ItemEvent
    | OrderEvent
    | OfferEvent
    | VerificationEvent
    | ReturnEvent
    | VoucherEvent
    | CustomerEvent
    | CustomerRequestEvent
)
TYPES = frozenset(
    name for model in get_args(AnyEvent) for name in get_args(model.model_fields["type"].annotation)
)
"""Every type that an event may have."""
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")])


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an event's data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Recoup storefront event, version 1",
        "description": "Data of a Pub/Sub message with the attributes source=recoup and store=<store id>.",
        **EVENT.json_schema(),
    }


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
