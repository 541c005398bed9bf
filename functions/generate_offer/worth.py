"""AskWorth, performed: the pricing algorithm says what an abandoned cart is worth, or nobody does but the tiers."""

from typing import Any

from common.application.engine import Engine
from common.application.ports import PricingReply, PricingService
from common.domain.cart_worth import allowed, arm_of, cart_question, question_id
from common.domain.effects import AskPrice, AskWorth
from common.domain.price_limits import Arm
from common.domain.triggers import NotPriced, WorthAnswered
from common.domain.vocabulary import IncentiveKind
from common.domain.vouchers import CartWorth, Incentive
from common.logs import log
from functions.generate_offer.answers import Invalid, Refused, object_of, text_of
from functions.generate_offer.asking import guarded
from functions.generate_offer.breaker import CircuitBreaker, breaker_of


def ask_worth(
    engine: Engine,
    service: PricingService | None,
    effect: AskWorth,
    look_id: str,
    breaker: CircuitBreaker | None = None,
) -> WorthAnswered:
    """What the algorithm chooses; None inside the answer = the tiers decide, whatever went wrong.

    Raises Unavailable if the catalogue can't be read.
    """
    worth, detail = (None, "no pricing service is configured")
    if service is not None:
        worth, detail = _asked(engine, service, effect, breaker or breaker_of(service))
    if worth is None:
        log("worth_left_to_tiers", severity="WARNING", case=effect.case_id, detail=detail)
    return WorthAnswered(id=look_id, case_id=effect.case_id, customer_id=effect.customer.id, worth=worth)


def _asked(
    engine: Engine, service: PricingService, effect: AskWorth, breaker: CircuitBreaker
) -> tuple[CartWorth | None, str]:
    policy, case = engine.policies.current(), effect.case
    skus = list(dict.fromkeys(line.sku for line in case.lines))
    products = engine.catalogue.products(case.store, skus) if engine.catalogue else {}
    request = cart_question(case, effect.customer, products, policy, engine.clock.now())
    question = AskPrice(
        case_id=case.id,
        customer_id=effect.customer.id,
        store=case.store,
        offer_id=question_id(case),
        request=request,
        quantity=1,
        currency=case.currency or "",
        attempts=policy.pricing.attempts,
        attempt_timeout_seconds=policy.pricing.attempt_timeout_seconds,
        deadline_seconds=policy.pricing.deadline_seconds,
    )
    answer = guarded(engine, service, question, breaker)
    if isinstance(answer, NotPriced):
        return None, answer.detail
    try:
        return _worth(answer, question.offer_id, effect, {arm_of(one): one for one in allowed(case, policy)})
    except (Invalid, Refused) as problem:
        return None, str(problem)


def _worth(
    reply: PricingReply, question: str, effect: AskWorth, arms: dict[Arm, Incentive]
) -> tuple[CartWorth | None, str]:
    """Raises Invalid or Refused."""
    if 400 <= reply.status < 500:
        return None, f"status {reply.status}"
    said = object_of(reply)
    if said.get("request_id") != question:
        raise Invalid("request_id is not that of the request")
    if said.get("fallback") is not None:
        raise Refused("the service could not do its work")
    incentive = _incentive(said, arms)
    policy = said["policy"] if isinstance(said.get("policy"), dict) else {}
    propensity = said.get("chosen_propensity_ppm")
    return CartWorth(
        incentive=incentive,
        total_minor=effect.case.total_minor,
        decision_id=text_of(said.get("decision_id")),
        model_version=text_of(policy.get("model_version")),
        mode=text_of(policy.get("mode")),
        chosen_arm=text_of(said.get("chosen_arm")),
        chosen_propensity_ppm=propensity if type(propensity) is int else None,
    ), ""


def _incentive(said: dict[str, Any], arms: dict[Arm, Incentive]) -> Incentive:
    """One of those that were allowed. Raises Invalid."""
    if said.get("action") == "none":
        return Incentive(kind=IncentiveKind.NONE)
    stated = said.get("incentive")
    if said.get("action") != "incentive" or not isinstance(stated, dict):
        raise Invalid("action must be none, or incentive with its incentive")
    found = next(
        (
            incentive
            for arm, incentive in arms.items()
            if all(stated.get(name) == value for name, value in arm.as_fields().items())
        ),
        None,
    )
    if found is None:
        raise Invalid("incentive is none of those that were allowed")
    return found
