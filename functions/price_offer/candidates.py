"""Every alternative with its best legal price, and what offering it would be worth."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from common.domain.price_limits import PriceLimits
from functions.price_offer.acceptance import Curve, best_price, curve_of, logistic
from functions.price_offer.contract import Alternative, Blocked, PriceRequest, Wanted
from functions.price_offer.conventions import SHORTLIST
from functions.price_offer.endings import Tier, nearest, tiers_for
from functions.price_offer.limits import Span, remaining_budget, span_of
from functions.price_offer.model import Model
from functions.price_offer.similarity import similarity_bp


class Priced(NamedTuple):
    """One alternative that can be offered, at its best price. Gains are of the whole quantity."""

    alternative: Alternative
    similarity_bp: int
    span: Span
    curve: Curve
    price: int
    aim: float
    """The price that the model would choose if there were no limits and no customs."""
    gain_minor: float
    """Expected margin beyond what would come in without an offer."""
    score: float
    """The gain, less what the budget's price makes of the discount."""


class Blocking(NamedTuple):
    """One alternative that can't be offered."""

    alternative: Alternative
    similarity_bp: int
    blocked_by: Blocked


class Market(NamedTuple):
    """What is the same for all alternatives of a request."""

    wanted: Wanted
    wanted_unit: float
    dearest: int
    """The highest price of one piece that is below the wanted article's."""
    limits: PriceLimits
    model: Model
    tiers: tuple[Tier, ...]
    affordable: int | None
    """Minor units that may be given away per piece."""
    surcharge: float
    """The budget's price on each unit given away, beyond the unit itself."""


def market_of(request: PriceRequest, wanted: Wanted, limits: PriceLimits, model: Model) -> Market:
    """Prepare a request's pricing."""
    remaining = remaining_budget(request)
    return Market(
        wanted=wanted,
        wanted_unit=wanted.amount_minor / wanted.qty,
        dearest=(wanted.amount_minor - 1) // wanted.qty,
        limits=limits,
        model=model,
        tiers=tiers_for(model.endings, request.currency, request.market),
        affordable=None if remaining is None else remaining // wanted.qty,
        surcharge=budget_surcharge(request, model),
    )


def budget_surcharge(request: PriceRequest, model: Model) -> float:
    """By how much a unit of discount counts for more than itself: the share that spending is ahead of time.

    Without the budget's whole and its beginning there is no pace, and only what remains is a bound.
    """
    budget = request.budget
    if budget is None or not budget.total_minor or budget.period_starts_at is None:
        return 0.0
    period = (budget.period_ends_at - budget.period_starts_at).total_seconds()
    if period <= 0:
        return 0.0
    elapsed = (request.requested_at - budget.period_starts_at).total_seconds() / period
    spent = 1 - budget.remaining_minor / budget.total_minor
    return model.budget_price * max(0.0, spent - min(1.0, max(0.0, elapsed)))


def price_all(market: Market, alternatives: Sequence[Alternative]) -> tuple[list[Priced], list[Blocking]]:
    """Those that can be offered, the most worthwhile first, and those that can't, the most alike first.

    Of those that are alike and in stock the most alike are priced; the rest, in a long list, are left aside.
    """
    priced: list[Priced] = []
    blocked: list[Blocking] = []
    eligible: list[tuple[int, str, Alternative]] = []
    for alternative in alternatives:
        alike = _alike_bp(market, alternative)
        cause = _ineligible(market, alternative, alike)
        if cause is None:
            eligible.append((-alike, alternative.sku, alternative))
        else:
            blocked.append(Blocking(alternative, alike, cause))
    eligible.sort()
    for unlike, _, alternative in eligible[:SHORTLIST]:
        one = _price(market, alternative, -unlike)
        if isinstance(one, Priced):
            priced.append(one)
        else:
            blocked.append(one)
    priced.sort(key=lambda one: (-one.score, one.alternative.sku))
    blocked.sort(key=lambda one: (-one.similarity_bp, one.alternative.sku))
    return priced, blocked


def _alike_bp(market: Market, alternative: Alternative) -> int:
    """As the caller says, or as computed; what can't be compared is not alike."""
    if alternative.similarity_bp is not None:
        return alternative.similarity_bp
    return similarity_bp(market.wanted.kind, alternative.kind, market.model.weights) or 0


def _ineligible(market: Market, alternative: Alternative, alike: int) -> Blocked | None:
    if alternative.sku == market.wanted.sku:
        return Blocked.WANTED
    if alternative.stock_qty < market.wanted.qty:
        return Blocked.STOCK
    if alike < market.model.least_similarity_bp:
        return Blocked.SIMILARITY
    if alternative.sku not in market.limits.skus:
        return Blocked.LIMITS_MISSING
    return None


def _price(market: Market, alternative: Alternative, alike: int) -> Priced | Blocking:
    assumed = market.model.assumed_cost_bp
    span = span_of(alternative, market.limits, market.dearest, market.affordable, assumed)
    if span.blocked_by is not None:
        return Blocking(alternative, alike, span.blocked_by)
    curve = curve_of(market.model.acceptance, alike, span.base, market.wanted_unit)
    return _best(market, alternative, alike, span, curve)


def _best(
    market: Market, alternative: Alternative, alike: int, span: Span, curve: Curve
) -> Priced | Blocking:
    # With a surcharge s on each unit given away, probability x (price - cost - s x (base - price)) is what counts;
    # that is (1 + s) x probability x (price - cost'), the same question with a higher cost.
    surcharge = market.surcharge
    burdened = (span.cost + surcharge * span.base) / (1 + surcharge) if surcharge else float(span.cost)
    aim = best_price(curve, burdened)
    price, chance = _best_customary(market.tiers, span, curve, burdened, aim)
    # Whoever would have bought unasked pays the base price then; that is not the offer's merit.
    unasked = market.model.acceptance.organic_share * logistic(curve.at_base)
    if (chance - unasked) * 10_000 < market.model.least_uplift_bp:
        return Blocking(alternative, alike, Blocked.LOW_UPLIFT)
    foregone = unasked * max(0, span.base - span.cost)
    quantity = market.wanted.qty
    score = ((1 + surcharge) * chance * (price - burdened) - foregone) * quantity
    if score <= 0:
        return Blocking(alternative, alike, Blocked.MARGIN)
    gain = (chance * (price - span.cost) - foregone) * quantity
    return Priced(alternative, alike, span, curve, price, aim, gain, score)


def at_base_price(market: Market, one: Priced) -> Priced:
    """The same alternative without any discount, which is legal wherever its base price is."""
    share, chance = market.model.acceptance.organic_share, logistic(one.curve.at_base)
    gain = (1 - share) * chance * (one.span.base - one.span.cost) * market.wanted.qty
    return one._replace(price=one.span.base, aim=float(one.span.base), gain_minor=gain, score=gain)


def _best_customary(
    tiers: tuple[Tier, ...], span: Span, curve: Curve, cost: float, aim: float
) -> tuple[int, float]:
    """The customary price that earns most, and the chance that it is taken; of equal ones the highest.

    The base price is the shop's own and always counts as customary; so does the highest legal one if none is.
    """
    prices = nearest(tiers, span.lowest, span.highest, aim)
    if span.highest == span.base or not prices:
        prices.append(span.highest)
    at_base, base, slope = curve
    best, chance, most = -1, 0.0, -inf
    for price in prices:
        taken = logistic(at_base + slope * (price - base))
        earned = taken * (price - cost)
        if earned > most or (earned == most and price > best):
            best, chance, most = price, taken, earned
    return best, chance
