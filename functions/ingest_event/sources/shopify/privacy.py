"""Shopify's privacy webhooks, and those of a shop that removes the engine."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import (
    CustomerDataRequested,
    CustomerErased,
    StoreErased,
    StorefrontEvent,
    StoreLeft,
)
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.sources.shopify.customers import read_customer, read_person, resource_id
from functions.ingest_event.sources.shopify.delivery import delivered_at
from functions.ingest_event.sources.shopify.facts import Fact


def redacted(told: Envelope) -> Iterator[Fact | Refused]:
    """customers/redact: a person and orders to be erased."""
    return _person_and_orders(told, CustomerErased, "orders_to_redact")


def data_requested(told: Envelope) -> Iterator[Fact | Refused]:
    """customers/data_request: a person who wants to see what is kept."""
    return _person_and_orders(told, CustomerDataRequested, "orders_requested")


def deleted(told: Envelope) -> Iterator[Fact]:
    """customers/delete: the shop itself deleted the person, so nothing may be kept here either."""
    person = read_customer(told.payload, told.notes)
    if person is None:
        raise Refused("field_missing", "id is missing; send the customer's id, e-mail or phone.", "id")
    yield Fact(CustomerErased, {"person": replace(person, consent={})}, occurred_at=delivered_at(told))


def store_left(told: Envelope) -> Iterator[Fact]:
    """app/uninstalled. Its payload is the shop, with dates of its own that mean something else."""
    yield Fact(StoreLeft, {}, occurred_at=delivered_at(told))


def store_erased(told: Envelope) -> Iterator[Fact]:
    """shop/redact, which Shopify sends 48 hours after the app was uninstalled."""
    yield Fact(StoreErased, {}, occurred_at=delivered_at(told))


def _person_and_orders(told: Envelope, kind: type[StorefrontEvent], name: str) -> Iterator[Fact | Refused]:
    """The event with all orders that can be read, and a refusal for each other: none may be forgotten quietly."""
    person = read_person({"customer": told.payload.get("customer")}, told.notes)
    order_ids, refusals = _order_ids(told.payload.get(name), name)
    if person is None and not order_ids:
        raise (
            refusals[0]
            if refusals
            else Refused(
                "field_missing", "customer is missing; send the customer's id, e-mail or phone.", "customer"
            )
        )
    yield Fact(kind, {"person": person, "order_ids": order_ids}, occurred_at=delivered_at(told))
    yield from refusals


def _order_ids(stated: Any, name: str) -> tuple[tuple[str, ...], list[Refused]]:
    if stated is not None and not isinstance(stated, list):
        return (), [Refused("field_invalid", f"{name} is not a list; send the orders' ids.", name)]
    ids, refusals = [], []
    for index, value in enumerate(reading.check_lines(stated or [], name)):
        try:
            ids.append(resource_id(value, f"{name}[{index}]"))
        except Refused as refused:
            refusals.append(refused)
    return tuple(dict.fromkeys(ids)), refusals
