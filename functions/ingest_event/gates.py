"""The policy's rules at the door: what they turn away, pass over, or have repaired."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.intake_rules import IntakePolicy, is_passed_over, violation
from common.domain.money import Money
from common.domain.storefront import CartItemsChanged, CartUpdated, StorefrontEvent
from functions.ingest_event.clock_lead import USUAL_MINUTES, ClockAhead
from functions.ingest_event.outcomes import Ignored, Said

if TYPE_CHECKING:
    from functions.ingest_event.understanding import Source


def read_with_care(
    source: "Source", message: PubSubMessage, received_at: datetime, rules: IntakePolicy
) -> Sequence[Said]:
    """What the source reads, under the rules of its store; repaired as far as they allow.

    Of a canonical order that is refused, what doesn't matter is left out, whatever the rules: see `unimportant`.
    """
    said = _read_by_rules(source, message, received_at, rules)
    if not (source.NAME == "recoup" and said and isinstance(said[0], Refused)):  # it says one thing at a time
        return said
    from functions.ingest_event.unimportant import read_orders_anyway

    return read_orders_anyway(lambda changed: _read_by_rules(source, changed, received_at, rules), message)


def _read_by_rules(
    source: "Source", message: PubSubMessage, received_at: datetime, rules: IntakePolicy
) -> Sequence[Said]:
    if rules.strictness == "strict":
        return _read(source, message, received_at, rules)
    from functions.ingest_event.repairs import repaired

    return repaired(lambda changed: _read(source, changed, received_at, rules), message, source.NAME)


def _read(
    source: "Source", message: PubSubMessage, received_at: datetime, rules: IntakePolicy
) -> Sequence[Said]:
    try:
        if rules.clock_skew_minutes == USUAL_MINUTES:
            return source.understand(message, received_at)
        with ClockAhead(rules.clock_skew_minutes):
            return source.understand(message, received_at)
    except Refused as refused:
        return (refused,)


def held_to(said: Said, rules: IntakePolicy, waited: timedelta = timedelta()) -> Said:
    """The same, or what the rules make of it; `waited` is how long the message lay on the topic."""
    if not isinstance(said, StorefrontEvent):
        return said
    if passed_over := is_passed_over(said, rules, waited):
        return Ignored(said.source, said.store, passed_over)
    broken = violation(said, rules)
    if broken is None:
        return said
    return Refused(broken.reason, broken.detail, broken.field, store=said.store, at_stake=_worth(said))


def _worth(event: StorefrontEvent) -> Money | None:
    match event:
        case CartUpdated(cart=cart) if cart.currency:
            return Money(cart.total_minor, cart.currency)
        case CartItemsChanged(currency=str(currency), added=lines):
            return Money(sum(line.quantity * line.unit_price_minor for line in lines), currency)
        case _:
            return None


def with_notes(said: Said, notes: Sequence[str]) -> Said:
    """The event with notes on how it was read; anything else as it is."""
    if notes and isinstance(said, StorefrontEvent):
        return replace(said, notes=tuple(dict.fromkeys((*notes, *said.notes))))
    return said
