"""Refunds: those that an order lists, and those that a shop's own code sends one by one (the REST API's own shape).

Either way a refund is the same event with the same id, so that it counts once however often its order is sent again.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderReturned, Person
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.woocommerce.amounts import Payload, major, moment
from functions.ingest_event.understanding import Said

_ORDER_PATH = re.compile(r"/orders/([0-9]{1,18})(?:/|$)")


def returns_of(
    env: Envelope, order: Payload, at: str, order_id: str, person: Person | None, *, whole: bool
) -> Iterator[Said]:
    """Each listed refund, undated as they are; one of the whole order where it is refunded and lists none."""
    listed = [
        (f"{at}refunds[{index}]", mapping(one)) for index, one in enumerate(listing(order.get("refunds")))
    ]
    if not (listed or whole):
        return
    try:
        happened_at = moment(env, order, at, "date_modified_gmt", "updated_at")
    except Refused as refused:
        yield refused
        return
    for field, refund in listed:
        try:
            refund_id = reading.read_id(refund.get("id"), f"{field}.id")
        except Refused as refused:
            yield refused
            continue
        total, notes = _total(order.get("currency"), refund.get("total"), f"{field}.total")
        yield _returned(env, refund_id, order_id, happened_at, person, total, notes)
    if whole and not listed:
        total, notes = _total(order.get("currency"), order.get("total"), f"{at}total")
        refund_id = f"order-{order_id}"[: reading.MAX_ID]
        yield _returned(env, refund_id, order_id, happened_at, person, total, notes)


def read_refund(env: Envelope, refund: Payload, at: str) -> OrderReturned:
    """A refund by itself. It names no currency unless the shop's own code adds it."""
    refund_id = reading.read_id(refund.get("id"), f"{at}id")
    name = "amount" if refund.get("amount") is not None else "total"
    total, notes = _total(refund.get("currency"), refund.get(name), at + name)
    happened_at = moment(env, refund, at, "date_created_gmt", "date_modified_gmt")
    return _returned(env, refund_id, _order_id(refund, at), happened_at, None, total, notes)


def _order_id(refund: Payload, at: str) -> str:
    for name in ("parent_id", "order_id"):
        if refund.get(name):
            return reading.read_id(refund[name], at + name)
    ups = listing(mapping(refund.get("_links")).get("up"))
    if match := _ORDER_PATH.search(text_of(mapping(ups[0] if ups else None), "href")):
        return match[1]
    raise Refused("field_missing", f"{at}parent_id is missing; send the order's id.", f"{at}parent_id")


def _returned(
    env: Envelope,
    refund_id: str,
    order_id: str,
    happened_at: datetime,
    person: Person | None,
    total: Money | None,
    notes: tuple[str, ...],
) -> OrderReturned:
    told = env.event(
        OrderReturned,
        id=f"refund:{order_id}:{refund_id}",
        occurred_at=happened_at,
        person=person,
        return_id=refund_id,
        order_id=order_id,
        total=total,
    )
    # An order is sent again with other content around the same refund, which never changes.
    digest = reading.fingerprint(f"{order_id}:{refund_id}")
    return replace(told, digest=digest, notes=(*told.notes, *notes))


def _total(currency: object, amount: object, field: str) -> tuple[Money | None, tuple[str, ...]]:
    """What was given back; in an order it is written as a negative number."""
    try:
        code = reading.read_currency(currency, field)
        text = reading.amount_text(amount if not isinstance(amount, int | float) else abs(amount))
        return Money(major(text.removeprefix("-"), code, field), code), ()
    except Refused:
        return None, (f"{field} was left out: it is not an amount of a known currency.",)
