"""Vouchers: codes that the shop deleted, disabled, or let end."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from common.application.failures import Refused
from common.domain.storefront import VoucherWithdrawn
from functions.ingest_event import reading
from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.saleor.deliveries import Delivery
from functions.ingest_event.sources.saleor.money import Payload
from functions.ingest_event.understanding import Said


def read_deleted(delivery: Delivery) -> Sequence[Said]:
    """All codes of a deleted voucher, or the deleted codes of one."""
    codes = list(_codes(delivery))
    if not codes:
        raise delivery.missing(
            f"{delivery.path}code", "code, or codes(first: 50) { edges { node { code } } }"
        )
    return _withdrawn(delivery, codes)


def read_changed(delivery: Delivery) -> Sequence[Said]:
    """The codes that were switched off, or all of them once the voucher has ended."""
    part = delivery.object
    moment = delivery.moment()
    name = "endDate" if part.get("endDate") else "end_date"
    ended = bool(part.get(name)) and _ended(part[name], moment)
    codes = [(code, field) for code, field in _codes(delivery) if ended or _is_off(code, part)]
    return _withdrawn(delivery, codes) if codes else delivery.ignored()


def _withdrawn(delivery: Delivery, codes: list[tuple[Payload, str]]) -> Sequence[Said]:
    moment, told = delivery.moment(), list[Said]()
    for index, (holder, field) in enumerate(codes):
        try:
            code = reading.read_id(holder.get("code"), field)
        except Refused as refused:
            told.append(refused)
        else:
            told.append(delivery.event(VoucherWithdrawn, moment, str(index) if index else "", code=code))
    return tuple(told)


def _codes(delivery: Delivery) -> Iterator[tuple[Payload, str]]:
    """Each object that holds a code, with the code's path."""
    part, path = delivery.object, delivery.path
    if part.get("code"):
        yield part, f"{path}code"
    for index, edge in enumerate(listing(mapping(part.get("codes")).get("edges"))):
        if node := mapping(mapping(edge).get("node")):
            yield node, f"{path}codes.edges[{index}].node.code"
    for name in ("codes", "voucherCodes", "voucher_codes"):
        for index, one in enumerate(listing(part.get(name))):
            yield (one if isinstance(one, dict) else {"code": one}), f"{path}{name}[{index}].code"


def _is_off(code: Payload, voucher: Payload) -> bool:
    return code.get("isActive", code.get("is_active")) is False or voucher.get("isActive") is False


def _ended(end: object, moment: datetime) -> bool:
    try:
        return isinstance(end, str) and datetime.fromisoformat(end) <= moment
    except (ValueError, TypeError, OverflowError):  # no time, or one without its zone
        return False
