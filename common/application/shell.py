"""The one shell around every decision: load, decide, save, perform.

Two round trips: one batch of reads, one commit in which every document must still be as it was read. No locks.
"""

from collections.abc import Callable, Mapping

from common.application.commits import puts_of
from common.application.engine import Engine
from common.application.failures import Conflict, Unavailable
from common.application.metrics import counters
from common.application.ports import Loaded, Ref, Task
from common.domain.book import Decision, NotLoaded, Place
from common.domain.decide import decide
from common.domain.effects import (
    Announce,
    AskPrice,
    AskWorth,
    FindAlternatives,
    FindMessage,
    ScheduleLook,
    SendMessage,
)
from common.domain.first_places import first_places
from common.domain.storefront import StorefrontEvent
from common.domain.triggers import (
    AlternativesFound,
    MessageAnswered,
    Outcome,
    PriceAnswered,
    Trigger,
    Uncertain,
    WorthAnswered,
)

MAX_READS = 32
"""Batches one decision may ask for. Nearly all need one; a bound that a long chain of signposts, episodes and codes
could reach would keep its message from ever being taken.
"""

Deliver = Callable[[SendMessage | FindMessage], Outcome]
Question = FindAlternatives | AskPrice | AskWorth
Price = Callable[[Question, str], AlternativesFound | PriceAnswered | WorthAnswered]
"""Asks the catalogue or the algorithm, for the look of that id. Raises Unavailable."""
Known = Mapping[Place, Loaded]


def advance(
    engine: Engine, trigger: Trigger, deliver: Deliver | None = None, price: Price | None = None
) -> Decision:
    """Decide on the trigger, save, and do what is owed. Calling it again with the same trigger is harmless.

    Raises Unavailable when something outside didn't answer: redelivery repairs it, wherever it stopped.
    """
    decision, saved = _decide_and_save(engine, trigger, {})
    perform(engine, decision)
    for effect in decision.effects:
        match effect:
            case SendMessage() | FindMessage():
                _deliver(engine, trigger.id, effect, deliver, saved)
            case FindAlternatives() | AskPrice() | AskWorth():
                _price(engine, trigger.id, effect, price, saved)
            case _:
                pass
    return decision


def _price(engine: Engine, look_id: str, effect: Question, price: Price | None, known: Known) -> None:
    """What the catalogue or the pricing algorithm answers, which may lead to the next question."""
    if price is None:
        return  # another function's business; the case's own timer leads there
    decision, saved = _decide_and_save(engine, price(effect, look_id), known)
    perform(engine, decision)
    for further in decision.effects:
        if isinstance(further, AskPrice):
            _price(engine, look_id, further, price, saved)


def _deliver(
    engine: Engine, look_id: str, effect: SendMessage | FindMessage, deliver: Deliver | None, known: Known
) -> None:
    """What the provider answers comes back as an event of its own, on the documents just saved."""
    outcome = deliver(effect) if deliver else Uncertain("this function has no senders")
    answer = MessageAnswered(
        id=look_id,
        case_id=effect.case_id,
        customer_id=effect.customer_id,
        claim_id=effect.claim_id,
        outcome=outcome,
    )
    decision, _ = _decide_and_save(engine, answer, known)
    perform(engine, decision)


def _decide_and_save(engine: Engine, trigger: Trigger, known: Known) -> tuple[Decision, Known]:
    try:
        return _attempt(engine, trigger, known)
    except Conflict:
        return _decide_again(engine, trigger)


def _decide_again(engine: Engine, trigger: Trigger) -> tuple[Decision, Known]:
    """Somebody else changed a document meanwhile: load and decide anew, a bounded number of times."""
    import stamina

    try:
        for attempt in stamina.retry_context(
            on=Conflict, attempts=8, timeout=20.0, wait_initial=0.02, wait_max=1.0, wait_jitter=0.1
        ):
            with attempt:
                return _attempt(engine, trigger, {})
    except Conflict as conflict:
        raise Unavailable("the documents kept changing; try again") from conflict
    raise AssertionError("stamina either returns or raises")


def _attempt(engine: Engine, trigger: Trigger, known: Known) -> tuple[Decision, Known]:
    now, policy = engine.clock.now(), engine.policies.current()
    loaded = dict(known)
    wanted: tuple[Place, ...] = first_places(trigger)
    for _ in range(MAX_READS):
        missing = [Ref(*place) for place in dict.fromkeys(wanted) if place not in loaded]
        if missing:
            loaded.update(engine.store.load(missing))
        try:
            documents = {place: entry[0] for place, entry in loaded.items()}
            decision = decide(documents, trigger, policy, now)
        except NotLoaded as need:
            wanted = need.places
            continue
        _save(engine, trigger, decision, loaded)
        return decision, loaded
    raise Unavailable("the decision needs ever more documents")


def _save(engine: Engine, trigger: Trigger, decision: Decision, loaded: dict[Place, Loaded]) -> None:
    """One commit, if there is anything new; what is owed for an earlier one is not counted again."""
    if not decision.changes:
        return
    puts = puts_of(engine, decision, loaded)
    counted = counters(
        decision.effects,
        decision.counts,
        engine.clock.now(),
        shard_key=puts[0].ref.id,
        event=trigger if isinstance(trigger, StorefrontEvent) else None,
    )
    versions = engine.store.save(puts, counted)
    for put in puts:
        loaded[put.ref] = Loaded(put.document, versions[put.ref], put.expire_at)


def perform(engine: Engine, decision: Decision) -> None:
    """Tell the bus and the timer. Every effect is idempotent, so a repeated message may perform it again."""
    announced = [effect for effect in decision.effects if isinstance(effect, Announce)]
    if announced:
        engine.bus.publish(announced)
    for effect in decision.effects:
        if isinstance(effect, ScheduleLook):
            engine.timer.schedule(task_of(effect))


def task_of(effect: ScheduleLook) -> Task:
    """The timer's task for a look; the customer rides along as a hint that saves a round trip."""
    body = {"id": effect.name, "case_id": effect.case_id}
    if effect.customer_id is not None:
        body["customer_id"] = effect.customer_id
    return Task(role=effect.kind.value, name=effect.name, at=effect.at, body=body)
