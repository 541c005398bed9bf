"""The engine as a time machine: recorded messages in, what the engine did about them out, in virtual time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from common.application.ports import PubSubMessage
from common.application.wire import line_of
from common.domain import ids
from common.domain.effects import Announce
from infra.local.clocks import VirtualClock
from infra.local.machine import Machine
from infra.local.once import Once
from infra.local.summary import Summary

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 2000, 2099
LEAP = timedelta(days=366)
"""A line that lies further ahead than that, of the line before and of the one after, has a wrong moment: the clock that
it moved could not be moved back, and all that follows would be too old.
"""
Emit = Callable[[Mapping[str, Any]], None]


class InputLine(NamedTuple):
    """One line of a file: `number` counts from 1."""

    number: int
    text: str | bytes
    file: str | None = None
    """Which one, where there are several."""


class BadLine(ValueError):
    """The line is no Pub/Sub message; the message says what it should be."""


class ReadLine(NamedTuple):
    """A line with what it says."""

    line: InputLine
    message: PubSubMessage | BadLine


def read_line(line: InputLine) -> ReadLine:
    """What the line says, or what is wrong with it."""
    try:
        return ReadLine(line, message_of(line))
    except BadLine as bad:
        return ReadLine(line, bad)


def read_recording(lines: Iterable[InputLine]) -> Iterator[ReadLine]:
    """The lines in their order, but for a moment that leaps ahead of both its neighbours: that line is bad."""
    last: datetime | None = None
    held: list[ReadLine] = []
    for one in map(read_line, lines):
        moment = None if isinstance(one.message, BadLine) else one.message.publish_time
        if held and moment is None:
            held.append(one)
            continue
        if held and moment is not None:
            last = _settle(held, moment)
            yield from held
            held = []
        if moment is not None and (last is None or moment - last > LEAP):
            held = [one]
            continue
        last = moment or last
        yield one
    yield from held


def _settle(held: list[ReadLine], following: datetime) -> datetime | None:
    """Keep or refuse the first of the lines, by the moment of the one after it; returns where the clock then is."""
    line, message = held[0]
    if isinstance(message, BadLine):
        raise AssertionError("only a message is held")
    if message.publish_time - following <= LEAP:
        return message.publish_time
    why = "publish_time lies more than a year after the lines around it; send the real time"
    held[0] = ReadLine(line, BadLine(why))
    return following


def read_recordings(recordings: Sequence[Iterable[InputLine]]) -> Iterator[ReadLine]:
    """The lines of all recordings in time order; each of them is in time order by itself."""
    if len(recordings) == 1:
        return read_recording(recordings[0])
    timed = (_timed(read_recording(lines)) for lines in recordings)
    return (one for _, one in merge(*timed, key=itemgetter(0)))


def _timed(lines: Iterable[ReadLine]) -> Iterator[tuple[datetime, ReadLine]]:
    """Each line with the moment when it is due: never before the one above it, as the clock never goes back."""
    due = BEGINNING
    for one in lines:
        if not isinstance(one.message, BadLine):
            due = max(due, one.message.publish_time)
        yield due, one


def message_of(line: InputLine) -> PubSubMessage:
    """The message on a line: {"publish_time": ..., "attributes": {...}, "data": {...}}. Raises BadLine."""
    try:
        content = from_json(line.text)
    except ValueError as error:
        raise BadLine(f"the line is not JSON ({error}); write one JSON object a line") from None
    if not isinstance(content, dict):
        raise BadLine("the line is not a JSON object with publish_time, attributes and data")
    if "data" not in content:
        raise BadLine("data is missing; put the message's payload there")
    data, attributes = content["data"], content.get("attributes", {})
    if not isinstance(attributes, dict) or not {*map(type, attributes.values())} <= {str}:
        raise BadLine("attributes is not an object of strings")
    return PubSubMessage(
        id=str(content.get("message_id") or _name(line)),
        publish_time=_moment(content.get("publish_time")),
        attributes=attributes,
        data=data.encode() if isinstance(data, str) else _as_written(line.text, content) or to_json(data),
    )


def _as_written(text: str | bytes, content: Mapping[str, Any]) -> bytes | None:
    """The payload as it stands on the line, which spares writing it anew; None if it isn't plain where it is."""
    if not isinstance(text, bytes) or [*content][-1] != "data" or text.count(b'"data"') != 1:
        return None
    _, _, rest = text.partition(b'"data"')
    return rest.strip()[1:-1].strip()  # between the colon and the brace that ends the line


def _name(line: InputLine) -> str:
    """What tells the line from every other one of the run."""
    return f"line-{line.number}" if line.file is None else f"{line.file}-line-{line.number}"


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise BadLine("publish_time is not an RFC 3339 time such as 2026-03-01T10:00:00Z") from None
    if moment.tzinfo is None:
        raise BadLine("publish_time has no offset; end it with Z or an offset such as +01:00")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadLine(f"publish_time lies outside the years {FIRST_YEAR} to {LAST_YEAR}; send the real time")
    return moment.astimezone(UTC)


class Replay:
    """One run. Lines are taken one at a time, so any number of them fits into memory."""

    def __init__(self, machine: Machine, clock: VirtualClock, emit: Emit) -> None:
        self._machine, self._clock, self._once, self._emit = machine, clock, Once(), emit
        self._line: InputLine | None = None
        self._early: list[Announce] = []
        self.summary = Summary()
        machine.bus.subscribe(self._said)

    def take(self, read: ReadLine) -> None:
        """Move the clock to the line's moment, carry out what was due before, and deliver the line."""
        line, message = read
        if isinstance(message, BadLine):
            self._refuse(line, message)
            return
        self._arrive(message.publish_time)
        self._tell_early()
        self._line = line
        self._machine.receive(message)
        self._line = None

    def finish(self, until: datetime | None = None) -> None:
        """Run to `until`, or until nothing is pending; end with the summary."""
        self._tell_early()
        if until is None:
            while (at := self._machine.timer.next_at()) is not None:
                self._machine.run_due(at, inclusive=True, arrive=self._clock.set)
        else:
            self._machine.run_due(until, inclusive=True, arrive=self._clock.set)
            self._clock.set(until)
        at = line_of(_nothing(self._clock.now()))["at"]
        self._emit({"at": at, "type": "summary", **self.summary.as_fields()})

    def _arrive(self, moment: datetime) -> None:
        self._machine.run_due(moment, arrive=self._clock.set)
        self._clock.set(moment)

    def _said(self, announced: Announce) -> None:
        """Consumers of an at-least-once topic drop what they have had; so does this one."""
        if not self._once.first_time(announced.id):
            return
        if self._line is not None and announced.type == "intake.refused":
            announced = replace(announced, fields={**announced.fields, **_place(self._line)})
        self.summary.add(announced)
        self._emit(line_of(announced))

    def _refuse(self, line: InputLine, bad: BadLine) -> None:
        refused = replace(
            _nothing(self._clock.now()),
            id=ids.hash_id("bad line", _name(line)),
            type="intake.refused",
            fields={"source": "replay", "reason": "line_invalid", "detail": str(bad), **_place(line)},
        )
        if self._clock.now() == BEGINNING:
            self._early.append(refused)
        else:
            self._said(refused)

    def _tell_early(self) -> None:
        """Bad lines before the first good one are told with its time: there is no other."""
        early, self._early = self._early, []
        for refused in early:
            self._said(replace(refused, at=self._clock.now()))


def _place(line: InputLine) -> dict[str, object]:
    return {"line": line.number} if line.file is None else {"line": line.number, "file": line.file}


def _nothing(at: datetime) -> Announce:
    return Announce(id="", type="", at=at, store="", case_id=None, customer_id=None, subject=None, fields={})


def run(replay: Replay, recordings: Sequence[Iterable[InputLine]], until: datetime | None) -> None:
    """Take all lines and finish."""
    for line in read_recordings(recordings):
        replay.take(line)
    replay.finish(until)
