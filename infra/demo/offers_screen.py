"""Lost orders and offers on a terminal."""

from rich.table import Table
from rich.text import Text

from infra.demo.offers import OfferFigures, OfferResult
from infra.demo.tables import GOOD, HEAD, pairs, plain, table_of
from infra.demo.words import OFFER_RESULTS, REASONS, TRIGGERS

_AFTER_DELIVERY = (
    OfferResult.TAKEN,
    OfferResult.ACCEPTED,
    OfferResult.DECLINED,
    OfferResult.EXPIRED,
    OfferResult.ELSEWHERE,
)


def outcome(offers: OfferFigures) -> Table:
    """From the lost order to how its offer ended."""
    table = pairs()
    _head(table, len(offers.requested), "alternatives looked for, because")
    for trigger, number in offers.triggers:
        table.add_row(str(number), TRIGGERS[trigger])
    _head(table, offers.delivered, "offers delivered")
    for result in _AFTER_DELIVERY:
        if number := offers.results[result]:
            style = GOOD if result is OfferResult.TAKEN else ""
            table.add_row(Text(str(number), style=style), Text(OFFER_RESULTS[result.value], style=style))
    _head(table, offers.results[OfferResult.CANCELLED], "cancelled before anybody heard of it, because")
    for reason, number in offers.reasons:
        table.add_row(str(number), REASONS[reason])
    _head(table, offers.results[OfferResult.CONTROL], "lost orders in the control group: no offer, measured")
    return table


def _head(table: Table, number: int, words: str) -> None:
    if table.row_count:
        table.add_row()
    table.add_row(Text(str(number), style=HEAD), Text(words, style=HEAD))


def money(offers: OfferFigures) -> Table:
    """By currency."""
    headings = ("orders lost", "worth", "offers taken", "brought back, net")
    table = table_of(("", False), *((heading, True) for heading in headings))
    for one in offers.takings:
        table.add_row(
            one.currency,
            str(one.lost),
            plain(one.wanted_minor, one.currency),
            str(one.orders),
            Text(plain(one.revenue_minor, one.currency), style=GOOD),
        )
    return table
