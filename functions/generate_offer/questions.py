"""What a case's offer needs to know from outside: the catalogue's alternatives, the algorithm's price."""

from functools import cache
from typing import assert_never

from common import wiring
from common.application.ports import PricingService
from common.application.shell import Question
from common.domain.effects import AskPrice, AskWorth, FindAlternatives
from common.domain.triggers import AlternativesFound, PriceAnswered, WorthAnswered
from common.logs import log
from functions.generate_offer import alternatives, asking, worth


def answer(effect: Question, look_id: str) -> AlternativesFound | PriceAnswered | WorthAnswered:
    """The answer, for the look of that id. Raises Unavailable: the task is delivered again then."""
    engine = wiring.engine()
    match effect:
        case FindAlternatives():
            return alternatives.find(engine, effect, look_id)
        case AskPrice():
            return asking.ask(engine, engine.pricing or _service(), effect, look_id)
        case AskWorth():
            return worth.ask_worth(engine, engine.pricing or _service(), effect, look_id)
        case _:
            assert_never(effect)


@cache
def _service() -> PricingService | None:
    """The configured service, built on first use, in the worker; None = there is none that could be asked."""
    try:
        return wiring.pricing_service()
    except ValueError as problem:
        log("pricing_not_ready", severity="ERROR", detail=str(problem))
        return None
