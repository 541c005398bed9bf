"""Which alternative at which price, against offering nothing."""

from collections.abc import Sequence

from common.domain.price_limits import PriceLimits
from functions.price_offer.acceptance import contributions, logistic
from functions.price_offer.candidates import Blocking, Market, Priced, at_base_price, market_of, price_all
from functions.price_offer.contract import (
    NONE,
    Action,
    Blocked,
    Clamp,
    Code,
    Considered,
    Decision,
    Expected,
    Mode,
    PriceRequest,
    Wanted,
)
from functions.price_offer.conventions import EXPLORED_SKUS, SHOWN, Z_90
from functions.price_offer.experiment import Dealt, deal
from functions.price_offer.model import Model


def decide_alternative(request: PriceRequest, wanted: Wanted, limits: PriceLimits, model: Model) -> Decision:
    """The SKU and price with the greatest expected gain, if there is one; or what chance dealt instead."""
    market = market_of(request, wanted, limits, model)
    priced, blocked = price_all(market, request.alternatives)
    arms = _arms(market, priced)
    best = next(iter(arms), NONE)
    dealt = deal(
        request.experiment, request.customer.id_hash, request.request_id, best, [NONE, *arms] if arms else []
    )
    chosen = arms.get(dealt.arm)
    considered = _considered(priced, blocked, chosen)
    if chosen is None:
        reasons = _reasons_for_none(dealt, blocked)
        mode = dealt.mode or Mode.MODEL
        return Decision(mode=mode, reasons=reasons, propensities=dealt.propensities, considered=considered)
    return _offer(model, wanted, market.wanted_unit, chosen, dealt, considered)


def _arms(market: Market, priced: Sequence[Priced]) -> dict[str, Priced]:
    """What may come out besides nothing: the best first, then the next SKUs, then the best at its base price."""
    arms = {_name(one): one for one in priced[:EXPLORED_SKUS]}
    if priced and priced[0].span.highest == priced[0].span.base:
        at_base = at_base_price(market, priced[0])
        arms.setdefault(_name(at_base), at_base)
    return arms


def _name(one: Priced) -> str:
    return f"{one.alternative.sku}@{one.price}"


def _reasons_for_none(dealt: Dealt, blocked: Sequence[Blocking]) -> tuple[Code, ...]:
    if dealt.mode is Mode.HOLDOUT:
        return (Code.HOLDOUT,)
    if dealt.mode is Mode.EXPLORE:
        return (Code.EXPLORE,)
    causes = {one.blocked_by for one in blocked}
    for cause, code in (
        (Blocked.BUDGET, Code.BUDGET),
        (Blocked.LOW_UPLIFT, Code.LOW_UPLIFT),
        (Blocked.MARGIN, Code.MARGIN),
    ):
        if causes == {cause}:
            return (code,)
    return (Code.NO_FEASIBLE_ALTERNATIVE,)


def _offer(
    model: Model,
    wanted: Wanted,
    wanted_unit: float,
    chosen: Priced,
    dealt: Dealt,
    considered: tuple[Considered, ...],
) -> Decision:
    span, alternative = chosen.span, chosen.alternative
    clamps = _clamps(chosen)
    reasons = [Code.EXPLORE if dealt.mode is Mode.EXPLORE else Code.MODEL_GAIN]
    reasons += [clamp.code for clamp in clamps]
    if alternative.unit_cost_minor is None:
        reasons.append(Code.COST_UNKNOWN_ASSUMED)
    at = chosen.price if chosen.curve.slope else span.base
    return Decision(
        action=Action.ALTERNATIVE,
        mode=dealt.mode or Mode.MODEL,
        reasons=tuple(reasons),
        arm=dealt.arm,
        propensities=dealt.propensities,
        sku=alternative.sku,
        unit_price_minor=chosen.price,
        unit_cost_minor=alternative.unit_cost_minor or 0,
        max_cost_minor=(span.base - chosen.price) * wanted.qty,
        expected=_expected(model, wanted, chosen),
        considered=considered,
        clamps=clamps,
        explanation=contributions(model.acceptance, chosen.similarity_bp, span.base, wanted_unit, at),
    )


def _clamps(chosen: Priced) -> tuple[Clamp, ...]:
    """The limit that the price was stopped by; the base price of an article whose price doesn't matter is none."""
    span, sku = chosen.span, chosen.alternative.sku
    if chosen.aim < span.lowest:
        return (Clamp(code=Code.FLOOR_CLAMP, sku=sku, from_minor=round(chosen.aim), to_minor=chosen.price),)
    if span.highest < chosen.aim < 2**53:
        return (Clamp(code=Code.BASE_CLAMP, sku=sku, from_minor=round(chosen.aim), to_minor=chosen.price),)
    return ()


def _expected(model: Model, wanted: Wanted, chosen: Priced) -> Expected:
    """What is believed of the offer at the price that it is made at."""
    span, curve, share = chosen.span, chosen.curve, model.acceptance.organic_share
    taken, unasked = curve.probability(chosen.price), share * curve.probability(span.base)
    log_odds = curve.at_base + curve.slope * (chosen.price - span.base)
    doubt = Z_90 * model.acceptance.spread
    low, high = (logistic(log_odds + by) - share * logistic(curve.at_base + by) for by in (-doubt, doubt))
    return Expected(
        p_buy_none=unasked,
        p_buy_chosen=taken,
        uplift_low=low,
        uplift_high=high,
        gain_minor=chosen.gain_minor,
        cost_minor=taken * (span.base - chosen.price) * wanted.qty,
    )


def _considered(
    priced: Sequence[Priced], blocked: Sequence[Blocking], chosen: Priced | None
) -> tuple[Considered, ...]:
    """The best that could be offered, then the most alike that couldn't; the chosen one always."""
    shown = list(priced[:SHOWN])
    if chosen is not None and chosen not in shown:
        shown.append(chosen)
    listed = [
        Considered(sku=one.alternative.sku, price_minor=one.price, gain_minor=one.gain_minor) for one in shown
    ]
    rest = blocked[: max(0, SHOWN - len(listed))]
    return (*listed, *[Considered(sku=one.alternative.sku, blocked_by=one.blocked_by) for one in rest])
