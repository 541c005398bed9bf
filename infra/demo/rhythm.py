"""How the run went over time: what happened in each hour of the day and on each day after it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from infra.demo.day import MIDNIGHT, ZONE, Outcome

_COUNTED = {
    "case.abandoned": "lost",
    "stimulus.sent": "sent",
    "case.recovered": "recovered",
    "voucher.expired": "expired",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One hour or one day: how many `events` came in, and how many carts were `lost`, messages `sent` and so on."""

    label: str
    counts: Counter[str] = field(default_factory=Counter)


def hours_of_the_day(outcome: Outcome) -> list[Stretch]:
    """Midnight to midnight at the shop."""
    hours = [Stretch(f"{hour:02}:00") for hour in range(24)]
    for at, what in _happenings(outcome):
        if at.date() == MIDNIGHT.date():
            hours[at.hour].counts[what] += 1
    return hours


def days_after(outcome: Outcome) -> list[Stretch]:
    """Each following day until the last thing happened."""
    count = (outcome.ended_at.astimezone(ZONE).date() - MIDNIGHT.date()).days
    dates = [MIDNIGHT + timedelta(days=number) for number in range(1, count + 1)]
    days = [Stretch(f"{date:%a} {date.day} {date:%b}") for date in dates]
    for at, what in _happenings(outcome):
        number = (at.date() - MIDNIGHT.date()).days
        if number > 0:
            days[number - 1].counts[what] += 1
    return days


def _happenings(outcome: Outcome) -> Iterable[tuple[datetime, str]]:
    for message in outcome.simulation.delivered:
        yield message.publish_time.astimezone(ZONE), "events"
    for announced in outcome.diary.announced:
        if announced.type in _COUNTED:
            yield announced.at.astimezone(ZONE), _COUNTED[announced.type]
