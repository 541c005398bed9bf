"""Payments and returns, which are resources of their own and name their order only where the webhook includes it."""

from collections.abc import Iterator

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderFacts, OrderPaymentFailed, OrderReturned, StorefrontEvent
from functions.ingest_event.sources.commercelayer.document import Document, Resource
from functions.ingest_event.sources.commercelayer.orders import order_state, read_facts
from functions.ingest_event.sources.commercelayer.people import read_buyer

_CAME_BACK = ("received", "refunded")


def read_charge(document: Document) -> Iterator[StorefrontEvent]:
    """An authorization or capture; a failed one is news itself, of the others the order's state is."""
    if _failed(document):
        order = document.required(document.data, "order")
        person = read_buyer(document, order) if order.attributes else None
        yield document.event(OrderPaymentFailed, order=_facts(document, order), person=person)
    elif _succeeded(document):
        yield from _order_told_along(document)


def read_void(document: Document) -> Iterator[StorefrontEvent]:
    """An authorization that was given back."""
    if _succeeded(document):
        yield from _order_told_along(document)


def read_refund(document: Document) -> Iterator[StorefrontEvent]:
    """Money that went back: for a return, or for the whole order; anything else says nothing of the goods."""
    if not _succeeded(document):
        return
    refund = document.data
    order = document.required(refund, "order")
    if order.attributes.get("payment_status") == "refunded":
        yield from order_state(document, order)
    elif returned := document.only(refund, "return"):
        yield document.event(
            OrderReturned,
            return_id=returned.read_id(),
            order_id=order.read_id(),
            total=_money(refund, "amount_cents", document.notes),
            person=read_buyer(document, order),
        )


def read_return(document: Document) -> Iterator[StorefrontEvent]:
    """A return, once its goods are back; before that it is only asked for, allowed or on its way."""
    returned, verb = document.data, document.verb
    if verb not in ("receive", "restock", "refund") and returned.attributes.get("status") not in _CAME_BACK:
        return
    if verb == "destroy":
        return
    order = document.required(returned, "order")
    yield document.event(
        OrderReturned,
        moments=("received_at",),
        return_id=returned.read_id(),
        order_id=order.read_id(),
        total=_given_back(document, returned, order),
        person=read_buyer(document, returned),
    )


def _failed(document: Document) -> bool:
    return document.verb == "failed" or document.data.attributes.get("succeeded") is False


def _succeeded(document: Document) -> bool:
    return not _failed(document) and (
        document.verb == "succeeded" or document.data.attributes.get("succeeded") is True
    )


def _order_told_along(document: Document) -> Iterator[StorefrontEvent]:
    order = document.only(document.data, "order")
    if order is not None and order.attributes:
        yield from order_state(document, order)


def _facts(document: Document, order: Resource) -> OrderFacts:
    """The order's facts; that its payment failed is told even if they can't be read."""
    if order.attributes:
        try:
            return read_facts(document, order)
        except Refused as refused:
            document.notes.append(f"The order's total was left out: {refused.field} can't be read.")
    order_id = order.read_id()
    return OrderFacts(id=order_id, cart_id=order_id, total=None)


def _given_back(document: Document, returned: Resource, order: Resource) -> Money | None:
    """What was refunded for the return, else what is going to be, in the order's currency."""
    refund = document.only(returned, "reference_refund")
    if refund is not None and refund.attributes:
        return _money(refund, "amount_cents", document.notes)
    estimated = {**returned.attributes, "currency_code": order.attributes.get("currency_code")}
    if not order.attributes or estimated.get("estimated_refund_amount_cents") is None:
        return None
    priced = Resource(returned.type, returned.id, estimated, {}, returned.path)
    return _money(priced, "estimated_refund_amount_cents", document.notes)


def _money(holder: Resource, name: str, notes: list[str]) -> Money | None:
    try:
        return holder.amount(name)
    except Refused as refused:
        notes.append(f"The refund's total was left out: {refused.field} can't be read.")
        return None
