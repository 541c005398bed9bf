"""The items of an analytics call: articles under many spellings, which become a cart's lines or an order's skus."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from common.application.failures import Refused
from common.domain.storefront import Line
from common.domain.values import dataclass
from functions.ingest_event import reading
from functions.ingest_event.tracking import NOT_SET, NOTHING, Facts, Stated, facts_in, is_in_another, minor_of

_MAX_QUANTITY = 1_000_000


@dataclass(frozen=True, slots=True)
class Spelling:
    """The names under which a platform's items state what a line needs, in order of preference."""

    sku: tuple[str, ...]
    name: tuple[str, ...]
    variant: tuple[str, ...]
    price: tuple[str, ...]
    quantity: tuple[str, ...]
    url: tuple[str, ...]
    image: tuple[str, ...]


class Item(Stated):
    """One of the items, as it stands in the payload."""

    @cached_property
    def facts(self) -> Facts:
        """Its fields."""
        return facts_in(self.value, f"{self.field}.")


def items_in(facts: Facts, *names: str) -> tuple[Item, ...] | None:
    """The first stated list of items, or a single one; None if there is no list. Raises Refused."""
    stated = next(
        (facts.stated[name] for name in names if facts.stated.get(name, NOTHING).value is not None), None
    )
    if stated is None:
        return None
    if isinstance(stated.value, dict):
        return (Item(*stated),)
    if not isinstance(stated.value, list):
        raise Refused("field_invalid", f"{stated.field} is not a list; send a list of objects.", stated.field)
    items = []
    for index, value in enumerate(reading.check_lines(stated.value, stated.field)):
        field = f"{stated.field}[{index}]"
        if not isinstance(value, dict):
            raise Refused("field_invalid", f"{field} is not an object; send an object.", field)
        items.append(Item(value, field))
    return tuple(items)


def readable_items(facts: Facts, notes: list[str], *names: str) -> tuple[Item, ...]:
    """The items where an event can do without them; unreadable ones are left out with a note."""
    try:
        return items_in(facts, *names) or ()
    except Refused as refused:
        notes.append(f"{refused.field} was left out: it is not a list of objects.")
        return ()


def present(items: tuple[Item, ...], spelling: Spelling) -> tuple[Item, ...]:
    """The items of which there is at least one piece: of others no money matters (L9). Raises Refused."""
    return tuple(item for item in items if quantity_of(item.facts, spelling))


def lines_of(
    items: tuple[Item, ...], currency: str, spelling: Spelling, notes: list[str]
) -> tuple[Line, ...]:
    """The lines that have a quantity. Raises Refused for an item without id or price."""
    return tuple(
        replace(line, unit_price_minor=minor_of(_price_of(facts, spelling), currency))
        for facts, line in _told_by(items, spelling, notes)
    )


class Goods(NamedTuple):
    """What the items of an order come to."""

    lines: tuple[Line, ...]
    """Those that can be read, with a price in the order's currency."""
    total_minor: int | None
    """What all the items cost together; None if there are none, or one can't be read."""
    problem: Refused | None
    """Why the first of them can't be read."""

    def checked_total(self) -> int:
        """What they cost together. Raises Refused if that can't be told."""
        if self.problem:
            raise self.problem
        return self.total_minor or 0


def goods_of(items: tuple[Item, ...], currency: str, spelling: Spelling) -> Goods:
    """The items of an order, which can do without any of them."""
    lines: list[Line] = []
    total, problem = 0, None
    for item in items:
        try:
            told = lines_of((item,), currency, spelling, [])
        except Refused as refused:
            problem = problem or refused
            continue
        total += sum_of(told)
        if not is_in_another(item.value, currency):
            lines += told
    return Goods(tuple(lines), total if items and not problem else None, problem)


def unpriced_lines(items: tuple[Item, ...], spelling: Spelling, notes: list[str]) -> tuple[Line, ...]:
    """Lines whose prices don't matter: what is taken out of a cart. Raises Refused for an item without id."""
    return tuple(line for _, line in _told_by(items, spelling, notes))


def _told_by(items: tuple[Item, ...], spelling: Spelling, notes: list[str]) -> Iterator[tuple[Facts, Line]]:
    for item in items:
        facts = item.facts
        if quantity := quantity_of(facts, spelling):
            yield facts, _line(facts, quantity, spelling, notes)


def _price_of(facts: Facts, spelling: Spelling) -> Stated:
    price = facts.first(*spelling.price)
    if price is None:
        field = facts.prefix + spelling.price[0]
        raise Refused("field_missing", f"{field} is missing; send the price of one.", field)
    return price


def _line(facts: Facts, quantity: int, spelling: Spelling, notes: list[str]) -> Line:
    name = name_of(facts, spelling)
    sku = facts.text(*spelling.sku) or name[: reading.MAX_ID]
    if not sku:
        stated = facts.first(*spelling.sku) or Stated(None, facts.prefix + spelling.sku[0])
        sku = reading.read_id(stated.value, stated.field)
    return Line(
        sku=sku,
        name=name or sku,
        quantity=quantity,
        unit_price_minor=0,
        url=_link(facts, spelling.url, notes),
        image_url=_link(facts, spelling.image, notes),
    )


def _link(facts: Facts, names: tuple[str, ...], notes: list[str]) -> str | None:
    text = _text(facts, names)
    return reading.read_link(text, facts.prefix + names[0], notes) if text and text != NOT_SET else None


def _text(facts: Facts, names: tuple[str, ...]) -> str:
    """The first of the named facts that is a text which somebody stated; else empty."""
    for name in names:
        value = facts.stated.get(name, NOTHING).value
        if not isinstance(value, str) or value == NOT_SET:
            continue
        if text := reading.clean_text(value, reading.MAX_URL + 1):
            return text
    return ""


def name_of(facts: Facts, spelling: Spelling) -> str:
    """The article's name, with its variant where that isn't in it already; empty if neither is stated."""
    name, variant = _text(facts, spelling.name), _text(facts, spelling.variant)
    if name and variant and variant not in name:
        name = f"{name} - {variant}"
    return name[: reading.MAX_NAME]


def quantity_of(facts: Facts, spelling: Spelling) -> int:
    """The stated number of pieces, or one. Raises Refused."""
    stated = facts.first(*spelling.quantity)
    if stated is None:
        return 1
    value = stated.value
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:10])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_QUANTITY:
        why = f"{stated.field} can't be taken; send a whole number of at least 0."
        raise Refused("quantity_invalid", why, stated.field)
    return value


def any_priced(items: tuple[Item, ...], spelling: Spelling) -> bool:
    """Whether any of the items states a price."""
    return any(item.facts.first(*spelling.price) for item in items)


def sum_of(lines: tuple[Line, ...]) -> int:
    """What the lines cost together."""
    return sum(line.quantity * line.unit_price_minor for line in lines)


def skus_of(items: tuple[Item, ...], spelling: Spelling) -> tuple[str, ...]:
    """The articles that can be told, each once."""
    facts = [item.facts for item in items]
    skus = (one.text(*spelling.sku) or name_of(one, spelling)[: reading.MAX_ID] for one in facts)
    return tuple(dict.fromkeys(filter(None, skus)))


def codes_in(facts: Facts, items: tuple[Item, ...], *names: str) -> tuple[str, ...]:
    """Voucher codes of the call and of its items, each once: a text, a list of texts, or of objects with `code`."""
    found: list[str] = []
    for holder in (facts, *(item.facts for item in items)):
        for name in names:
            stated = holder.first(name)
            values = (
                stated.value
                if stated and isinstance(stated.value, list)
                else [stated.value if stated else None]
            )
            for value in values:
                code = value.get("code") if isinstance(value, dict) else value
                if isinstance(code, str) and code != NOT_SET:
                    found.append(reading.clean_text(code, reading.MAX_ID))
    return tuple(dict.fromkeys(filter(None, found)))
