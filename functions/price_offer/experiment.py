"""Who is held out, who is dealt an offer by chance, and how likely each outcome was.

Chance here is a salted hash: the same request always has the same fate. The weights that are drawn by are the
propensities that are logged, whole parts per million, so they are exact and add up exactly.
"""

from collections.abc import Sequence
from typing import NamedTuple

from common.domain.ids import hash_id
from functions.price_offer.contract import NONE, WHOLE_PPM, Experiment, Mode

_PPM_PER_BP = WHOLE_PPM // 10_000


class Dealt(NamedTuple):
    """The arm that came out, how, and the weight of every arm that could have."""

    arm: str
    mode: Mode | None
    """HOLDOUT, EXPLORE, or None for the arm that was thought best."""
    propensities: dict[str, int]


def deal(
    experiment: Experiment | None, customer: str, request: str, best: str, slots: Sequence[str]
) -> Dealt:
    """Hold out by customer, explore by request over `slots` evenly, else the best arm.

    An arm may fill several slots; the caller puts none where an arm isn't feasible, so that a limit that closes
    can turn an explored offer into none only, never into a deeper one.
    """
    if experiment is None:
        return Dealt(best, None, {best: WHOLE_PPM})
    held = experiment.holdout_bp * _PPM_PER_BP
    rest = WHOLE_PPM - held
    each = _weight_of_a_slot(rest, experiment.explore_bp, len(slots))
    weights = _weights(held, rest, each, best, slots)
    if _drawn(experiment.salt, "holdout", customer, WHOLE_PPM) < held:
        return Dealt(NONE, Mode.HOLDOUT, weights)
    at = _drawn(experiment.salt, "explore", request, rest)
    if at < each * len(slots):
        return Dealt(slots[at // each], Mode.EXPLORE, weights)
    return Dealt(best, None, weights)


def _weight_of_a_slot(rest: int, explore_bp: int, slots: int) -> int:
    """At least one part per million, so that no arm that can come out is logged as impossible."""
    if not explore_bp or not slots or rest < slots:
        return 0
    return max(1, rest * explore_bp // 10_000 // slots)


def _weights(held: int, rest: int, each: int, best: str, slots: Sequence[str]) -> dict[str, int]:
    weights = {NONE: held}
    weights[best] = weights.get(best, 0) + rest - each * len(slots)
    for arm in slots:
        weights[arm] = weights.get(arm, 0) + each
    return {arm: weight for arm, weight in sorted(weights.items()) if weight}


def _drawn(salt: str, purpose: str, whom: str, below: int) -> int:
    """A number from 0 that only salt, purpose and person or request determine."""
    return int(hash_id("pricing", salt, purpose, whom), 16) % below
