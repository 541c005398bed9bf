"""Which prices a market is used to: the nearest ones around a price, never outside of what is legal."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.domain.money import parse_minor
from common.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """From a price on: prices that leave one of the endings when divided by the step. All in minor units."""

    start: int
    step: int
    endings: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.step <= 0 or not self.endings or not all(0 <= ending < self.step for ending in self.endings):
            raise ValueError("a tier of price endings needs a step, and endings below it")


ANY_AMOUNT = (Tier(0, 1, (0,)),)
"""A market without a custom: every minor unit is a price."""
Table = Mapping[str, tuple[Tier, ...]]


def table_of(fields: Mapping[str, Any]) -> Table:
    """The model file's table. Raises if an amount or a tier makes no sense."""
    return {market: _tiers(market.partition("@")[0], tiers) for market, tiers in fields.items()}


def _tiers(currency: str, tiers: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    made = tuple(
        Tier(
            parse_minor(tier["from"], currency),
            parse_minor(tier["step"], currency),
            tuple(parse_minor(ending, currency) for ending in tier["endings"]),
        )
        for tier in tiers
    )
    starts = [tier.start for tier in made]
    if not made or starts[0] != 0 or starts != sorted(set(starts)):
        raise ValueError(f"price endings of {currency}: begin at 0, then each tier higher than the last")
    return made


def tiers_for(table: Table, currency: str, market: str | None) -> tuple[Tier, ...]:
    """The market's own custom, or the currency's, or none."""
    return table.get(f"{currency}@{market}") or table.get(currency) or ANY_AMOUNT


def nearest(tiers: Sequence[Tier], lowest: int, highest: int, price: float) -> list[int]:
    """The customary prices within the bounds next to `price`, per tier and ending: one below and one above.

    What earns most among all customary prices is among these, as earnings rise up to `price` and fall beyond.
    """
    found: list[int] = []
    last = highest
    for tier in reversed(tiers):
        low, high = max(lowest, tier.start), last
        if low > high:
            continue
        last = low - 1
        aim = low if price < low else high if price > high else int(price)
        for ending in tier.endings:
            below = aim - (aim - ending) % tier.step
            if low <= below:
                found.append(below)
            if low <= below + tier.step <= high:
                found.append(below + tier.step)
    return found
