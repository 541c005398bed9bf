"""The demonstration on a terminal: the day, the days after it, some stories, and the figures."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from infra.demo.cases import Result
from infra.demo.chosen import Tale, choose, choose_offers, who
from infra.demo.day import MIDNIGHT, Outcome
from infra.demo.figures import Figures
from infra.demo.offers_screen import money as offer_money
from infra.demo.offers_screen import outcome as offer_outcome
from infra.demo.rhythm import Stretch, days_after, hours_of_the_day
from infra.demo.tables import GOOD, HEAD, QUIET, pairs, plain, section, table_of
from infra.demo.telling import clock
from infra.demo.words import CHANNELS, REASONS, RESULTS, amount

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 22


def show(console: Console, outcome: Outcome, figures: Figures) -> None:
    """Print everything."""
    for part in _parts(outcome, figures):
        console.print(part)


def _parts(outcome: Outcome, figures: Figures) -> Iterable[RenderableType]:
    shop = outcome.policy.shop.name
    yield ""
    yield Text(f"{shop}: {MIDNIGHT:%A}, {MIDNIGHT.day} {MIDNIGHT:%B %Y}, and the week after it", style=HEAD)
    yield Text(
        "An invented shop with invented customers, run through the real engine on a virtual clock.",
        style=QUIET,
    )
    yield from section("The day, hour by hour", _day(hours_of_the_day(outcome)))
    yield from section("The days after", _week(days_after(outcome)))
    yield from section("Some of the stories: carts", _tales(outcome, choose(outcome, figures)))
    yield from section("Some of the stories: lost orders", _tales(outcome, choose_offers(outcome, figures)))
    yield from section("What came in", _arrivals(figures))
    yield from section("What became of the lost carts", _results(figures))
    yield from section("What became of the orders that came to nothing", offer_outcome(figures.offers))
    yield from section("Money: carts", _money(figures))
    yield from section("Money: offers", offer_money(figures.offers))
    yield from section("Did it make a difference?", _experiment(figures))
    yield from section("Messages not sent, and carts left alone", _withheld(figures))
    yield from section("Refused: what could not be understood, and the money at stake", _refused(figures))


def _day(hours: Sequence[Stretch]) -> Table:
    headings = ("carts lost", "messages", "recovered")
    table = table_of(("hour", False), ("events in", True), ("", False), *((name, True) for name in headings))
    most = max(hour.counts["events"] for hour in hours)
    for hour in hours:
        if hour.counts:
            bar = Text(_bar(hour.counts["events"], most), style="blue")
            table.add_row(hour.label, _number(hour, "events"), bar, *_row(hour, "lost", "sent", "recovered"))
    return table


def _week(days: Sequence[Stretch]) -> Table:
    headings = ("events in", "carts lost", "messages", "recovered", "vouchers run out")
    table = table_of(("day", False), *((name, True) for name in headings))
    for day in days:
        table.add_row(day.label, *_row(day, "events", "lost", "sent", "recovered", "expired"))
    return table


def _row(stretch: Stretch, *names: str) -> Iterable[Text]:
    return (Text(_number(stretch, name), style=GOOD if name == "recovered" else "") for name in names)


def _number(stretch: Stretch, name: str) -> str:
    return str(stretch.counts[name]) if stretch.counts[name] else "·"


def _bar(number: int, most: int) -> str:
    whole, rest = divmod(round(8 * _BAR * number / (most or 1)), 8)
    return "█" * whole + _EIGHTHS[rest].strip()


def _tales(outcome: Outcome, tales: Sequence[Tale]) -> RenderableType:
    return Group(*(_tale(outcome, tale) for tale in tales))


def _tale(outcome: Outcome, tale: Tale) -> RenderableType:
    head = Text.assemble((tale.title, HEAD), ("  " + who(outcome, tale.person), QUIET))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(no_wrap=True, style=QUIET)
    table.add_column(no_wrap=True)
    table.add_column()
    for line in tale.lines:
        style = GOOD if line.kind == "case.recovered" else ""
        table.add_row(clock(line.at), "→" if line.by_engine else "·", Text(line.text, style=style))
    return Padding(Group(head, table), (1, 0, 0, 0))


def _arrivals(figures: Figures) -> Table:
    table = pairs()
    table.add_row(f"{figures.shoppers:,}", "customers came, from seven countries")
    table.add_row(f"{figures.deliveries:,}", "messages from the shop, on Shopify and its own site")
    table.add_row(str(figures.repeated), "of them delivered twice, and decided once")
    table.add_row(str(figures.late), "of them late, after newer ones")
    table.add_row(str(figures.ignored), "on topics that don't concern the engine: ignored")
    table.add_row(str(len(figures.refusals)), "not understood: refused and kept, none lost")
    return table


def _results(figures: Figures) -> Table:
    table = pairs()
    table.add_row(Text(str(len(figures.cases)), style=HEAD), Text("carts were lost", style=HEAD))
    for result in Result:
        style = GOOD if result is Result.RECOVERED else ""
        table.add_row(
            Text(str(figures.results[result]), style=style), Text(RESULTS[result.value], style=style)
        )
    table.add_row()
    sent = figures.summary.messages
    by_channel = ", ".join(f"{number} by {CHANNELS[channel]}" for channel, number in sorted(sent.items()))
    table.add_row(Text(str(sum(sent.values())), style=HEAD), Text(f"messages: {by_channel}", style=HEAD))
    vouchers = figures.vouchers
    table.add_row(
        Text(str(vouchers["issued"]), style=HEAD),
        Text(
            f"vouchers: redeemed {vouchers['redeemed']} times, {vouchers['expired']} ran out, "
            f"{vouchers['released']} set free again after a failed payment or cancelled order, "
            f"{vouchers['revoked']} taken back because no message could leave",
            style=HEAD,
        ),
    )
    return table


def _money(figures: Figures) -> Table:
    table = table_of(
        ("", False),
        ("carts lost", True),
        ("worth", True),
        ("recovered", True),
        ("", True),
        ("revenue, net", True),
        ("discounts", True),
    )
    for one in figures.takings:
        table.add_row(
            one.currency,
            str(one.carts),
            plain(one.abandoned_minor, one.currency),
            str(one.orders),
            f"{one.rate_percent:.0f} %",
            Text(plain(one.revenue_minor, one.currency), style=GOOD),
            plain(one.discount_minor, one.currency),
        )
    return table


def _experiment(figures: Figures) -> Group:
    comparison = figures.comparison
    table = table_of(("", False), ("customers", True), ("bought", True), ("", True))
    for name, arm in (("contacted", comparison.contacted), ("control group", comparison.control)):
        table.add_row(name, str(arm.customers), str(arm.bought), f"{100 * arm.rate:.0f} %")
    note = (
        "These shoppers follow scripts: the numbers show how a result is stated, not what a shop would earn."
    )
    return Group(table, "", Text(comparison.verdict()), Text(note, style=QUIET))


def _withheld(figures: Figures) -> Table:
    table = pairs()
    for reason, number in figures.withheld:
        table.add_row(str(number), REASONS[reason])
    return table


def _refused(figures: Figures) -> Table:
    table = table_of(("at stake", True), ("what was wrong", False))
    for refusal in figures.refusals:
        stake = refusal.at_stake
        table.add_row(amount(stake.minor, stake.currency) if stake else "unknown", refusal.detail)
    return table


def closing(seconds: float, report: str | None) -> str:
    """The last line: how long it took, and where the report is."""
    took = f"Done in {seconds:.1f} seconds."
    return f"{took} Every message as its customer saw it: {report}" if report else took
