"""Which refused messages a command is about."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from common.domain.dead_letters import general_field
from common.domain.money import InvalidAmount, parse_minor
from common.domain.refused import IntakeFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Filters, all of which must hold; None = any."""

    source: str | None = None
    store: str | None = None
    reason: str | None = None
    field: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    currency: str | None = None
    min_minor: int | None = None
    """In minor units of `currency`."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self == Selection()

    def takes(self, failure: IntakeFailure) -> bool:
        """Whether the failure is meant. `until` itself is not."""
        stake = failure.at_stake
        return (
            self.source in (None, failure.source)
            and self.store in (None, failure.store)
            and self.reason in (None, failure.reason)
            and (self.field is None or general_field(self.field) == general_field(failure.field))
            and (self.since is None or failure.received_at >= self.since)
            and (self.until is None or failure.received_at < self.until)
            and (self.currency is None or (stake is not None and stake.currency == self.currency))
            and (self.min_minor is None or (stake is not None and stake.minor >= self.min_minor))
        )


def selection(
    *,
    source: str | None,
    store: str | None,
    reason: str | None,
    field: str | None,
    since: str | None,
    until: str | None,
    currency: str | None,
    min_amount: str | None,
) -> Selection:
    """Filters as they are typed. Raises ValueError with a sentence."""
    currency = currency.upper() if currency else None
    return Selection(
        source=source,
        store=store,
        reason=reason,
        field=field,
        since=_moment("--since", since),
        until=_moment("--until", until),
        currency=currency,
        min_minor=_minor(min_amount, currency),
    )


def _moment(option: str, text: str | None) -> datetime | None:
    """A day means its midnight in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text!r} is no time; write 2026-03-08 or 2026-03-08T14:00:00Z") from None
    if moment.tzinfo is None and len(text) > len("2026-03-08"):
        raise ValueError(f"{option} {text!r} has no offset; end it with Z or an offset such as +01:00")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _minor(amount: str | None, currency: str | None) -> int | None:
    if amount is None:
        return None
    if currency is None:
        raise ValueError("--min-amount needs --currency: amounts of different currencies can't be compared")
    try:
        return parse_minor(amount, currency)
    except InvalidAmount as invalid:
        raise ValueError(f"--min-amount: {invalid}") from None


def by_message(
    wanted: Sequence[IntakeFailure], waiting: Iterable[IntakeFailure]
) -> list[tuple[IntakeFailure, ...]]:
    """The failures to replay together: one message's at a time, the message that was published first first.

    A message is replayed whole, so all its open failures (`waiting`) are dealt with, whichever of them was wanted.
    """
    together: dict[tuple[str, datetime], dict[str, IntakeFailure]] = defaultdict(dict)
    for failure in wanted:
        together[_message(failure)][failure.id] = failure
    for failure in waiting:
        if _message(failure) in together:
            together[_message(failure)].setdefault(failure.id, failure)
    in_order = sorted(together, key=lambda message: (message[1], message[0]))
    return [tuple(together[message].values()) for message in in_order]


def _message(failure: IntakeFailure) -> tuple[str, datetime]:
    """Ids are unique within one topic only."""
    return failure.message_id, failure.publish_time
