"""AskPrice, performed: the pricing service is called, its answer read, and the product looked at once more."""

import json

from common.application.engine import Engine
from common.application.ports import PricingReply, PricingService
from common.domain.catalogue import Product
from common.domain.effects import AskPrice
from common.domain.triggers import NotPriced, PriceAnswered, Priced
from common.domain.vocabulary import Reason
from common.logs import log
from functions.generate_offer.answers import Proposed, evidence, read
from functions.generate_offer.breaker import CircuitBreaker, breaker_of
from functions.generate_offer.calling import Failure, call


def ask(
    engine: Engine,
    service: PricingService | None,
    effect: AskPrice,
    look_id: str,
    breaker: CircuitBreaker | None = None,
) -> PriceAnswered:
    """Ask for a price, patiently but not for ever. Harmless to repeat: the request names itself.

    Whatever goes wrong at the service is a NotPriced with its reason. A price outside of the limits is none of this
    module's business: it comes back as it was answered. Raises Unavailable if the catalogue can't be read.
    Without `breaker` it is the service's own. `service` None = none is configured.
    """
    outcome = _outcome(engine, service, effect, breaker)
    if isinstance(outcome, NotPriced):
        warned = outcome.reason is not Reason.NO_ALTERNATIVE
        severity = "WARNING" if warned else "INFO"
        reason, detail = outcome.reason.value, outcome.detail
        log("offer_not_priced", severity=severity, offer=effect.offer_id, reason=reason, detail=detail)
    return PriceAnswered(
        id=look_id,
        case_id=effect.case_id,
        customer_id=effect.customer_id,
        offer_id=effect.offer_id,
        outcome=outcome,
    )


def _outcome(
    engine: Engine, service: PricingService | None, effect: AskPrice, breaker: CircuitBreaker | None
) -> Priced | NotPriced:
    if service is None:
        return _unavailable("no pricing service is configured; set RECOUP_PRICING_URL")
    answer = guarded(engine, service, effect, breaker or breaker_of(service))
    if isinstance(answer, NotPriced):
        return answer
    proposed = read(answer, effect)
    if isinstance(proposed, NotPriced):
        return proposed
    return _still_sold(engine, effect, proposed, evidence(answer.body))


def guarded(
    engine: Engine, service: PricingService, effect: AskPrice, breaker: CircuitBreaker
) -> PricingReply | NotPriced:
    """The call behind the circuit breaker, which judges whether the service is there, not what it says."""
    if not breaker.admits(engine.clock.now()):
        return _unavailable("not asked: the service kept failing and is left alone for a moment")
    answer = call(service, effect)
    if isinstance(answer, PricingReply) or answer.for_good:
        breaker.succeeded()
    elif breaker.failed(engine.clock.now()):
        log("pricing_circuit_opened", severity="WARNING", detail=answer.detail)
    return _not_priced(answer) if isinstance(answer, Failure) else answer


def _not_priced(failure: Failure) -> NotPriced:
    reason = Reason.PRICING_INVALID if failure.for_good else Reason.PRICING_UNAVAILABLE
    kept = None if failure.body is None else evidence(failure.body)
    return NotPriced(reason=reason, detail=failure.detail, answer=kept)


def _unavailable(detail: str) -> NotPriced:
    return NotPriced(reason=Reason.PRICING_UNAVAILABLE, detail=detail)


def _still_sold(engine: Engine, effect: AskPrice, proposed: Proposed, answer: str) -> Priced | NotPriced:
    """The proposal, with its product as the catalogue has it now; or why it can't be sold."""
    found = engine.catalogue.products(effect.store, [proposed.sku]) if engine.catalogue else {}
    product = found.get(proposed.sku)
    if proposed.sku not in _eligible(effect) and (product is None or product.buyable):
        detail = "alternative.sku is none of those that were asked about"
        return NotPriced(reason=Reason.PRICING_INVALID, detail=detail, answer=answer)
    if product is not None and not _in_stock(product, effect.quantity):
        detail = "the product can't be bought any more, or has too few pieces"
        return NotPriced(reason=Reason.OUT_OF_STOCK, detail=detail, answer=answer)
    return Priced(
        sku=proposed.sku,
        unit_price_minor=proposed.unit_price_minor,
        product=product,
        answer=answer,
        decision_id=proposed.decision_id,
        model_version=proposed.model_version,
        model_sha256=proposed.model_sha256,
        mode=proposed.mode,
        chosen_arm=proposed.chosen_arm,
        chosen_propensity_ppm=proposed.chosen_propensity_ppm,
        personalized=proposed.personalized or _reduced(product, proposed),
    )


def _reduced(product: Product | None, proposed: Proposed) -> bool:
    """Whether the price is below what anybody pays: then it was made for this customer, whatever the service says."""
    return product is not None and proposed.unit_price_minor < product.price.minor


def _in_stock(product: Product, quantity: int) -> bool:
    return product.buyable and (product.stock is None or product.stock >= quantity)


def _eligible(effect: AskPrice) -> set[str]:
    return {one["sku"] for one in json.loads(effect.request)["alternatives"]}
