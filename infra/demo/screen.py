"""The demonstration on a terminal: the day, the days after it, some stories, and the figures."""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from infra.demo.cases import Result
from infra.demo.chosen import Tale, choose, who
from infra.demo.day import MIDNIGHT, Outcome
from infra.demo.figures import Figures
from infra.demo.rhythm import Stretch, days_after, hours_of_the_day
from infra.demo.telling import clock
from infra.demo.words import CHANNELS, REASONS, RESULTS, amount

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 22
_GOOD, _QUIET, _HEAD = "green", "dim", "bold"


def show(console: Console, outcome: Outcome, figures: Figures) -> None:
    """Print everything."""
    for part in _parts(outcome, figures):
        console.print(part)


def _parts(outcome: Outcome, figures: Figures) -> Iterable[RenderableType]:
    shop = outcome.policy.shop.name
    yield ""
    yield Text(f"{shop}: {MIDNIGHT:%A}, {MIDNIGHT.day} {MIDNIGHT:%B %Y}, and the week after it", style=_HEAD)
    yield Text(
        "An invented shop with invented customers, run through the real engine on a virtual clock.",
        style=_QUIET,
    )
    yield from _section("The day, hour by hour", _day(hours_of_the_day(outcome)))
    yield from _section("The days after", _week(days_after(outcome)))
    yield from _section("Some of the stories", _tales(outcome, choose(outcome, figures)))
    yield from _section("What came in", _arrivals(figures))
    yield from _section("What became of the lost carts", _results(figures))
    yield from _section("Money", _money(figures))
    yield from _section("Did it make a difference?", _experiment(figures))
    yield from _section("Messages not sent, and carts left alone", _withheld(figures))
    yield from _section("Refused: what could not be understood, and the money at stake", _refused(figures))


def _section(title: str, *content: RenderableType) -> Iterable[RenderableType]:
    yield ""
    yield Rule(Text(title, style=_HEAD), align="left", style=_QUIET, characters="─")
    yield from content


def _table(*columns: tuple[str, bool]) -> Table:
    """Columns with their heading, and whether they hold numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_QUIET, show_edge=False)
    for heading, number in columns:
        table.add_column(heading, justify="right" if number else "left", no_wrap=number)
    return table


def _day(hours: Sequence[Stretch]) -> Table:
    headings = ("carts lost", "messages", "recovered")
    table = _table(("hour", False), ("events in", True), ("", False), *((name, True) for name in headings))
    most = max(hour.counts["events"] for hour in hours)
    for hour in hours:
        if hour.counts:
            bar = Text(_bar(hour.counts["events"], most), style="blue")
            table.add_row(hour.label, _number(hour, "events"), bar, *_row(hour, "lost", "sent", "recovered"))
    return table


def _week(days: Sequence[Stretch]) -> Table:
    headings = ("events in", "carts lost", "messages", "recovered", "vouchers run out")
    table = _table(("day", False), *((name, True) for name in headings))
    for day in days:
        table.add_row(day.label, *_row(day, "events", "lost", "sent", "recovered", "expired"))
    return table


def _row(stretch: Stretch, *names: str) -> Iterable[Text]:
    return (Text(_number(stretch, name), style=_GOOD if name == "recovered" else "") for name in names)


def _number(stretch: Stretch, name: str) -> str:
    return str(stretch.counts[name]) if stretch.counts[name] else "·"


def _bar(number: int, most: int) -> str:
    whole, rest = divmod(round(8 * _BAR * number / (most or 1)), 8)
    return "█" * whole + _EIGHTHS[rest].strip()


def _tales(outcome: Outcome, tales: Sequence[Tale]) -> RenderableType:
    return Group(*(_tale(outcome, tale) for tale in tales))


def _tale(outcome: Outcome, tale: Tale) -> RenderableType:
    head = Text.assemble((tale.title, _HEAD), ("  " + who(outcome, tale.person), _QUIET))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(no_wrap=True, style=_QUIET)
    table.add_column(no_wrap=True)
    table.add_column()
    for line in tale.lines:
        style = _GOOD if line.kind == "case.recovered" else ""
        table.add_row(clock(line.at), "→" if line.by_engine else "·", Text(line.text, style=style))
    return Padding(Group(head, table), (1, 0, 0, 0))


def _arrivals(figures: Figures) -> Table:
    table = _pairs()
    table.add_row(f"{figures.shoppers:,}", "customers came, from seven countries")
    table.add_row(f"{figures.deliveries:,}", "messages from the shop, on Shopify and its own site")
    table.add_row(str(figures.repeated), "of them delivered twice, and decided once")
    table.add_row(str(figures.late), "of them late, after newer ones")
    table.add_row(str(figures.ignored), "on topics that don't concern the engine: ignored")
    table.add_row(str(len(figures.refusals)), "not understood: refused and kept, none lost")
    return table


def _pairs() -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table


def _results(figures: Figures) -> Table:
    table = _pairs()
    table.add_row(Text(str(len(figures.cases)), style=_HEAD), Text("carts were lost", style=_HEAD))
    for result in Result:
        style = _GOOD if result is Result.RECOVERED else ""
        table.add_row(
            Text(str(figures.results[result]), style=style), Text(RESULTS[result.value], style=style)
        )
    table.add_row()
    sent = figures.summary.messages
    by_channel = ", ".join(f"{number} by {CHANNELS[channel]}" for channel, number in sorted(sent.items()))
    table.add_row(Text(str(sum(sent.values())), style=_HEAD), Text(f"messages: {by_channel}", style=_HEAD))
    vouchers = figures.vouchers
    table.add_row(
        Text(str(vouchers["issued"]), style=_HEAD),
        Text(
            f"vouchers: redeemed {vouchers['redeemed']} times, {vouchers['expired']} ran out, "
            f"{vouchers['released']} set free again after a failed payment or cancelled order, "
            f"{vouchers['revoked']} taken back because no message could leave",
            style=_HEAD,
        ),
    )
    return table


def _money(figures: Figures) -> Table:
    table = _table(
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
            _plain(one.abandoned_minor, one.currency),
            str(one.orders),
            f"{one.rate_percent:.0f} %",
            Text(_plain(one.revenue_minor, one.currency), style=_GOOD),
            _plain(one.discount_minor, one.currency),
        )
    return table


def _plain(minor: int, currency: str) -> str:
    """The amount without its currency, which heads the row."""
    return amount(minor, currency).lstrip(amount(0, currency).rstrip("0."))


def _experiment(figures: Figures) -> Group:
    comparison = figures.comparison
    table = _table(("", False), ("customers", True), ("bought", True), ("", True))
    for name, arm in (("contacted", comparison.contacted), ("control group", comparison.control)):
        table.add_row(name, str(arm.customers), str(arm.bought), f"{100 * arm.rate:.0f} %")
    note = (
        "These shoppers follow scripts: the numbers show how a result is stated, not what a shop would earn."
    )
    return Group(table, "", Text(comparison.verdict()), Text(note, style=_QUIET))


def _withheld(figures: Figures) -> Table:
    table = _pairs()
    for reason, number in figures.withheld:
        table.add_row(str(number), REASONS[reason])
    return table


def _refused(figures: Figures) -> Table:
    table = _table(("at stake", True), ("what was wrong", False))
    for refusal in figures.refusals:
        stake = refusal.at_stake
        table.add_row(amount(stake.minor, stake.currency) if stake else "unknown", refusal.detail)
    return table


def closing(seconds: float, report: str | None) -> str:
    """The last line: how long it took, and where the report is."""
    took = f"Done in {seconds:.1f} seconds."
    return f"{took} Every message as its customer saw it: {report}" if report else took
