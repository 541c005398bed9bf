"""Offers as a person reads them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from common.domain.offer_timing import APPROVAL_WAITS
from common.domain.offers import Offer, OfferEvidence, OfferLimits
from common.domain.policy import Policy
from infra.dead_letters.printable import printable
from infra.demo.words import amount, count
from infra.dev.telling import away
from infra.offers.fields import as_written
from infra.offers.found import Found

ID_LETTERS = 10
"""Of an id on the screen: enough to name one of many thousands."""
_QUIET, _HEAD = "dim", "bold"
_LONGEST_TEXT = 20_000


def offers(found: Sequence[Found], rules: Policy, now: datetime) -> RenderableType:
    """One row each, in the order given."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_QUIET, show_edge=False)
    for heading in ("id", "since", "store", "stage", "wanted", "offered instead"):
        table.add_column(heading)
    table.add_column("for", justify="right")
    for one in found:
        offer = one.offer
        table.add_row(
            offer.id[:ID_LETTERS],
            away(offer.stage_at, now),
            _text(one.case.store),
            _stage(one, rules),
            _text(offer.wanted.name),
            _text(offer.proposal.name if offer.proposal else ""),
            _total(offer),
        )
    return table


def offer(found: Found, evidence: OfferEvidence | None, rules: Policy, now: datetime) -> RenderableType:
    """All about one."""
    grid = _grid()
    for name, value in _facts(found, rules, now):
        grid.add_row(name, _text(value))
    parts: list[RenderableType] = [grid]
    if found.offer.limits is not None:
        parts += _section("Limits, frozen", _limits(found.offer.limits))
    if evidence is None:
        parts += _section("The pricing algorithm", _text("It has not been asked."))
    else:
        parts += _section("What the pricing algorithm was asked", _json(evidence.request))
        parts += _section("What it answered", _json(evidence.answer or "Nothing."))
        if evidence.detail:
            parts += _section("What was wrong with that", _text(evidence.detail))
    return Group(*parts)


def _facts(found: Found, rules: Policy, now: datetime) -> Iterator[tuple[str, str]]:
    offer, case = found.offer, found.case
    yield "id", offer.id
    yield "store", case.store
    yield "stage", f"{_stage(found, rules)}, {away(offer.stage_at, now)}"
    if found.waits(rules):
        until = offer.stage_at + APPROVAL_WAITS
        yield "to do", f"approve or stop it; cancelled by itself {away(until, now)}"
    if offer.approved_by:
        yield "approved by", offer.approved_by
    yield "lost", f"order {case.lost_order_id}" if case.lost_order_id else f"cart {case.cart_id}"
    yield "because", offer.trigger.value.replace("_", " ")
    wanted, price = offer.wanted, amount(offer.wanted.unit_price_minor, offer.currency)
    yield "wanted", f"{count(wanted.quantity, 'piece')} of {wanted.name} ({wanted.sku}) at {price}"
    if offer.proposal is not None:
        proposed, regular = (
            amount(minor, offer.currency)
            for minor in (offer.proposal.unit_price_minor, offer.proposal.regular_price_minor)
        )
        name = f"{offer.proposal.name} ({offer.proposal.sku})"
        yield "offered instead", f"{name} at {proposed}; anybody pays {regular}"
        yield "altogether", _total(offer)
    if offer.valid_until is not None:
        yield "valid until", f"{offer.valid_until:%Y-%m-%d %H:%M} UTC, {away(offer.valid_until, now)}"
    if offer.order_id is not None:
        yield "became", f"order {offer.order_id}"


def _stage(found: Found, rules: Policy) -> str:
    offer = found.offer
    if found.waits(rules):
        return "ready, waits for approval"
    reason = offer.reason.value.replace("_", " ") if offer.reason else ""
    return f"{offer.stage.value}: {reason}" if reason else offer.stage.value


def _total(offer: Offer) -> str:
    if offer.proposal is None:
        return ""
    return amount(offer.proposal.unit_price_minor * offer.wanted.quantity, offer.currency)


def _limits(limits: OfferLimits) -> RenderableType:
    grid, currency = _grid(), limits.currency
    grid.add_row("base price", f"{amount(limits.base_price_minor, currency)}, {limits.tax_mode}")
    grid.add_row("at least", amount(limits.hard_limit_minor, currency))
    grid.add_row("at most", amount(limits.upper_limit_minor, currency))
    frozen = f"{limits.frozen_at:%Y-%m-%d %H:%M:%S} UTC"
    grid.add_row("frozen", f"{frozen}, policy {limits.policy_version}, catalogue {limits.catalogue_version}")
    for one in limits.skus:
        lowest, highest = amount(one.hard_floor_minor, currency), amount(one.base_price_minor, currency)
        grid.add_row(_text(one.sku), f"{lowest} to {highest}")
    return grid


def _grid() -> Table:
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0), show_edge=False)
    grid.add_column(style=_QUIET, no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _json(text: str) -> Text:
    """Indented if it is JSON; the whole of it only if it isn't very long."""
    read = as_written(text)
    told = text if isinstance(read, str) else json.dumps(read, indent=2, ensure_ascii=False)
    if len(told) > _LONGEST_TEXT:
        told = f"{told[:_LONGEST_TEXT]}\n… --json prints all of it."
    return _text(told)


def _section(title: str, *content: RenderableType) -> Iterable[RenderableType]:
    yield ""
    yield Text(title, style=_HEAD)
    yield from (Padding(part, (0, 0, 0, 2), expand=False) for part in content)


def _text(words: str) -> Text:
    return Text(printable(words))
