"""Discount codes that the shop takes back."""

from collections.abc import Iterator

from common.application.failures import Refused
from common.domain.storefront import VoucherWithdrawn
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import MAX_ID, mapping, text_of
from functions.ingest_event.sources.shopify.facts import Fact


def code_removed(told: Envelope) -> Iterator[Fact]:
    """discounts/redeemcode_removed. (discounts/delete names no code, only the discount's own id.)"""
    code = text_of(mapping(told.payload.get("redeem_code")), "code")
    if not code or len(code) > MAX_ID:
        field = "redeem_code.code"
        raise Refused("field_missing", f"{field} is missing or too long; send the removed code.", field)
    yield Fact(VoucherWithdrawn, {"code": code})
