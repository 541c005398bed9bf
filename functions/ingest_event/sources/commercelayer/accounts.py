"""Customers, and coupon codes that stopped working."""

from collections.abc import Iterator

from common.domain.storefront import (
    CustomerErased,
    CustomerUpdated,
    Person,
    StorefrontEvent,
    VoucherWithdrawn,
)
from functions.ingest_event import reading
from functions.ingest_event.reading import text_of
from functions.ingest_event.sources.commercelayer.document import Document
from functions.ingest_event.sources.commercelayer.people import read_customer

_ABOUT_CONTACT = ("", "create", "update", "acquired", "repeat", "metadata_update")
_ENDED = ("destroy", "disable", "deactivate", "expire")


def read_customers(document: Document) -> Iterator[StorefrontEvent]:
    """A customer's contact; deleted or anonymised, they are to be forgotten."""
    anonymised = document.data.attributes.get("anonymization_status") == "completed"
    if anonymised or document.verb in ("destroy", "anonymization_completed"):
        yield document.event(CustomerErased, person=Person(external_id=document.data.read_id()))
    elif document.verb in _ABOUT_CONTACT:
        yield document.event(CustomerUpdated, person=read_customer(document))


def read_coupon(document: Document) -> Iterator[StorefrontEvent]:
    """A coupon that ended, where its code is stated; the document of a destroyed one may hold its id only."""
    if document.verb in _ENDED and text_of(document.data.attributes, "code"):
        yield _withdrawn(document, document.data.attributes["code"], document.data.field("code"), "")


def read_promotion(document: Document) -> Iterator[StorefrontEvent]:
    """A promotion that ended takes its coupons along, where the webhook includes them."""
    if document.verb not in _ENDED and not document.data.attributes.get("disabled_at"):
        return
    coupons = [one for (type, _), one in document.included.items() if type == "coupons"]
    for coupon in coupons:
        if text_of(coupon.attributes, "code"):
            code = coupon.attributes["code"]
            yield _withdrawn(document, code, coupon.field("code"), f":{reading.fingerprint(code)}")


def _withdrawn(document: Document, code: object, field: str, suffix: str) -> StorefrontEvent:
    return document.event(VoucherWithdrawn, suffix, code=reading.read_id(code, field))
