"""The hours in which no phone may ring, by the customer's own clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.domain.values import dataclass
from common.domain.vocabulary import Channel

_SPREAD_MINUTES = 30
"""What waited for the morning leaves over so long, and not all at once (L4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Of the document `sequence`: from one time of day until another, on the same day or across midnight."""

    begin: time
    end: time
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.WHATSAPP, Channel.PUSH)

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError("quiet_hours: begin and end are the same; leave quiet_hours out for none")
        if self.begin.tzinfo or self.end.tzinfo:
            raise ValueError("quiet_hours: begin and end are times of day such as 21:00, without an offset")

    def over_at(
        self, channel: Channel, zones: tuple[str | None, ...], now: datetime, key: str
    ) -> datetime | None:
        """When a message may leave that may not leave now; None = it may. Of the time zones the first known one counts.

        `key` spreads the messages that wait.
        """
        if channel not in self.channels:
            return None
        local = now.astimezone(_zone(zones))
        clock, overnight = local.time(), self.begin > self.end
        is_late, is_early = clock >= self.begin, clock < self.end
        if not ((is_late or is_early) if overnight else (is_late and is_early)):
            return None
        day = local.date() + timedelta(days=overnight and is_late)
        over = datetime.combine(day, self.end, local.tzinfo).astimezone(UTC)
        # Clocks that are changed at night may put the end where it was already.
        return max(over, now) + timedelta(minutes=int(key[:8], 16) % _SPREAD_MINUTES)


def _zone(names: tuple[str | None, ...]) -> ZoneInfo:
    for name in names:
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")
