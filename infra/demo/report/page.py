"""Puts the page together: one template, one style sheet, one small script, all inside one file."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from infra.demo.cases import Result
from infra.demo.day import MIDNIGHT, Outcome
from infra.demo.figures import Figures
from infra.demo.offers import OfferResult
from infra.demo.report.customers import customers_of
from infra.demo.rhythm import days_after, hours_of_the_day
from infra.demo.telling import clock
from infra.demo.words import CHANNELS, OFFER_RESULTS, REASONS, RESULTS, SHORT_RESULTS, TRIGGERS, amount

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One stage of the funnel; shares are percentages of the first stage."""

    label: str
    number: int
    share: float
    next_share: float


def write_report(path: Path, outcome: Outcome, figures: Figures) -> None:
    """Write the page to `path`. The same outcome makes the same bytes. Raises OSError."""
    path.write_text(render(outcome, figures), encoding="utf-8", newline="\n")


def render(outcome: Outcome, figures: Figures) -> str:
    """The page."""
    style, script = (_FOLDER / "page.css").read_text("utf-8"), (_FOLDER / "page.js").read_text("utf-8")
    return (
        _environment()
        .get_template("page.html")
        .render(
            _content(outcome, figures),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        )
    )


def _content(outcome: Outcome, figures: Figures) -> dict[str, Any]:
    return {
        "shop": outcome.policy.shop,
        "day": f"{MIDNIGHT:%A}, {MIDNIGHT.day} {MIDNIGHT:%B %Y}",
        "ended": clock(outcome.ended_at),
        "figures": figures,
        "results": [(result.value, figures.results[result]) for result in Result],
        "offers": figures.offers,
        "offer_results": [
            (result.value, figures.offers.results[result], *OFFER_RESULTS[result.value].split(": "))
            for result in OfferResult
            if figures.offers.results[result]
        ],
        "TRIGGERS": TRIGGERS,
        "RESULTS": RESULTS,
        "SHORT": SHORT_RESULTS,
        "REASONS": REASONS,
        "CHANNELS": CHANNELS,
        "messages": sum(figures.summary.messages.values()),
        "funnel": funnel(figures),
        "offer_funnel": offer_funnel(figures),
        "hours": hours_of_the_day(outcome),
        "days": days_after(outcome),
        "customers": customers_of(outcome, figures),
        "amount": amount,
        "clock": clock,
    }


def funnel(figures: Figures) -> list[Narrowing]:
    """From a lost cart to an order; every stage is part of the one before."""
    cases = figures.cases
    contactable = [case for case in cases if case.messages or not (case.held or case.left_alone)]
    numbers = (
        ("carts lost", len(cases)),
        ("to be reminded", len(contactable)),
        ("reminded", sum(1 for case in cases if case.messages)),
        ("recovered", figures.results[Result.RECOVERED]),
    )
    return _narrowing(numbers)


def offer_funnel(figures: Figures) -> list[Narrowing]:
    """From a lost order to another one; whoever orders has accepted."""
    offers = figures.offers
    return _narrowing(
        (
            ("orders lost", len(offers.stories)),
            ("offers requested", len(offers.requested)),
            ("offers delivered", offers.delivered),
            ("accepted", offers.accepted),
            ("ordered", offers.results[OfferResult.TAKEN]),
        )
    )


def _narrowing(numbers: Sequence[tuple[str, int]]) -> list[Narrowing]:
    most = max(numbers[0][1], 1)
    shares = [100 * number / most for _, number in numbers]
    following = [*shares[1:], shares[-1]]
    return [
        Narrowing(label, number, share, after)
        for (label, number), share, after in zip(numbers, shares, following, strict=True)
    ]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
