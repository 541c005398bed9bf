"""Refused messages as a person reads them."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from common.application.ports import PubSubMessage
from common.application.replaying import Replayed, Verdict
from common.domain import dead_letters
from common.domain.dead_letters import RuleRecord
from common.domain.refused import FailureState, IntakeFailure
from infra.dead_letters.advice import advice
from infra.dead_letters.printable import printable
from infra.demo.words import amount, count
from infra.dev.telling import away

ID_LETTERS = 10
"""Of an id on the screen: enough to name one of many thousands."""
_LONGEST_MESSAGE = 20_000
_QUIET, _HEAD = "dim", "bold"
_STYLES = {
    Verdict.ACCEPTED: "green",
    Verdict.STILL_REFUSED: "red",
    Verdict.REFUSED_ANEW: "red",
}
_WORDS = {
    Verdict.ACCEPTED: "accepted",
    Verdict.IGNORED: "ignored: nothing that concerns the engine",
    Verdict.STILL_REFUSED: "still refused",
    Verdict.REFUSED_ANEW: "refused for another reason",
    Verdict.DONE_BEFORE: "was dealt with before",
}


def console() -> Console:
    """Standard output; wide enough for every column where it is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def groups(found: Sequence[dead_letters.Group], now: datetime) -> RenderableType:
    """Alike failures, the weightiest first."""
    if not found:
        return "No refused message waits."
    table = _table("weight>", "messages>", "at stake>", "newest", "source", "reason", "field", "for example")
    for group in found:
        common = group.likeness
        table.add_row(
            f"{group.weight:,.1f}",
            f"{len(group.failures):,}",
            "\n".join(amount(minor, currency) for currency, minor in group.at_stake.items()) or "unknown",
            away(group.newest_at, now),
            _text(common.source or "unknown"),
            common.reason,
            _text(common.field or ""),
            group.failures[0].id[:ID_LETTERS],
        )
    note = "weight: money at stake in usual amounts of its currency, halved every two days."
    return Group(table, "", Text(note, style=_QUIET))


def failures(found: Iterable[IntakeFailure], now: datetime) -> RenderableType:
    """One row each, in the order given."""
    table = _table("id", "refused", "state", "at stake>", "source", "store", "what was wrong")
    for failure in found:
        table.add_row(
            failure.id[:ID_LETTERS],
            away(failure.received_at, now),
            failure.state.value,
            _stake(failure),
            _text(failure.source or "unknown"),
            _text(failure.store or ""),
            _text(failure.detail),
        )
    return table if table.row_count else "No refused message is like that."


def rules(records: Sequence[RuleRecord]) -> RenderableType:
    """What became of what each rule refused."""
    if not records:
        return "Nothing was refused."
    table = _table(
        "reason", "refused>", "open>", "replayed>", "accepted>", ">", "ignored>", "replaced>", "dropped>"
    )
    for record in records:
        table.add_row(
            record.reason,
            *(f"{number:,}" for number in (record.refused, record.open, record.replayed, record.accepted)),
            f"{record.accepted / record.refused:.0%}",
            *(f"{number:,}" for number in (record.ignored, record.replaced, record.dropped)),
        )
    note = "accepted: refused at first and taken by a later replay, so wrongly refused, or mended since."
    return Group(table, "", Text(note, style=_QUIET))


def failure(found: IntakeFailure, message: PubSubMessage | None, now: datetime) -> RenderableType:
    """All about one: what is wrong, what to do, and the message itself (None = it is gone)."""
    grid = Table(box=None, show_header=False, padding=(0, 2, 0, 0), show_edge=False)
    grid.add_column(style=_QUIET, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in _facts(found, now):
        grid.add_row(name, _text(value))
    parts: list[RenderableType] = [grid, *_section("What is wrong", found.detail)]
    if found.state is FailureState.OPEN:
        parts += _section("What to do", advice(found))
    body = "It is no longer there." if message is None else _body(message.data)
    return Group(*parts, *_section("The message", body))


def _facts(found: IntakeFailure, now: datetime) -> Iterable[tuple[str, str]]:
    yield "id", found.id
    yield "state", _state(found)
    yield "refused", f"{found.received_at:%Y-%m-%d %H:%M:%S} UTC, {away(found.received_at, now)}"
    if found.expire_at is not None:
        yield "kept until", f"{found.expire_at:%Y-%m-%d}"
    yield "source", found.source or "unknown"
    yield "store", found.store or "unknown"
    yield "reason", found.reason
    yield "field", found.field or "the message as a whole"
    yield "at stake", _stake(found)
    yield "published", f"{found.publish_time:%Y-%m-%d %H:%M:%S} UTC as message {found.message_id}"
    yield from (("attribute", f"{name}: {value}") for name, value in sorted(found.attributes.items()))
    yield from (("Pub/Sub", f"{name}: {value}") for name, value in sorted(found.delivery.items()))


def _state(found: IntakeFailure) -> str:
    if found.state is FailureState.OPEN:
        replayed = found.replayed_at
        return f"open; replayed {replayed:%Y-%m-%d %H:%M} UTC and still refused" if replayed else "open"
    said = [found.state.value]
    if found.closed_at is not None:
        said.append(f"{found.closed_at:%Y-%m-%d %H:%M} UTC by {found.closed_by or 'unknown'}")
    said += [word for word in (found.outcome, found.replaced_by) if word]
    return ", ".join(said)


def _body(data: bytes) -> str:
    """The data as text, indented if it is JSON; the whole of it only if it isn't very long."""
    text = data.decode("utf-8", errors="replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(data), indent=2, ensure_ascii=False)
    if len(text) <= _LONGEST_MESSAGE:
        return text or "It has no data."
    return f"{text[:_LONGEST_MESSAGE]}\n… {len(data):,} bytes altogether; --raw prints all of them."


def replayed(found: Sequence[Replayed], *, rehearsed: bool) -> RenderableType:
    """What a replay changed, one row each, and the sum of it."""
    table = _table("id", "what came of it", "source", "store", "at stake>", "why")
    for one in found:
        table.add_row(
            one.failure.id[:ID_LETTERS],
            Text(_WORDS[one.verdict], style=_STYLES.get(one.verdict, "")),
            _text(one.failure.source or "unknown"),
            _text(one.failure.store or ""),
            _stake(one.failure),
            _text(_why(one)),
        )
    numbers = [(word, sum(one.verdict is verdict for one in found)) for verdict, word in _WORDS.items()]
    summary = "; ".join(f"{number:,} {word.partition(':')[0]}" for word, number in numbers if number)
    said = f"{count(len(found), 'refused message')}: {summary}."
    if rehearsed:
        said += " Nothing was changed: this was a rehearsal."
    return Group(table, "", said)


def _why(one: Replayed) -> str:
    if one.verdict is Verdict.STILL_REFUSED:
        return one.failure.detail
    return one.failure.outcome or ""


def _stake(failure: IntakeFailure) -> str:
    stake = failure.at_stake
    return amount(stake.minor, stake.currency) if stake else "unknown"


def _text(words: str) -> Text:
    return Text(printable(words))


def _section(title: str, words: str) -> list[RenderableType]:
    return ["", Text(title, style=_HEAD), Padding(_text(words), (0, 0, 0, 2), expand=False)]


def _table(*headings: str) -> Table:
    """Columns by their heading; one that ends in > holds numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_QUIET, show_edge=False)
    for heading in headings:
        number = heading.endswith(">")
        table.add_column(heading.rstrip(">"), justify="right" if number else "left", no_wrap=number)
    return table
