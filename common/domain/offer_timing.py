"""When an offer's case has to be looked at next, and which message about it is due. Timers are hints; this decides."""

from datetime import datetime, timedelta

from common.domain.documents import Armed, Case
from common.domain.offers import PROMISED, Offer
from common.domain.policy import Policy, Step
from common.domain.vocabulary import LookKind, OfferStage, Stage

PRICING_LEASE = timedelta(minutes=10)
"""How long the algorithm's answer may take to be saved; longer than the function may run. Then it is given up."""
REQUEST_LASTS = timedelta(hours=6)
"""How long an offer may be looked for, from when it was due; then whoever lost the order has moved on."""
MESSAGE_LASTS = timedelta(hours=48)
"""How long a priced offer may wait for its message to leave."""
APPROVAL_WAITS = timedelta(hours=48)
"""How long an offer waits for an administrator: afterwards the limits that it was priced within are stale."""
OFFER, REMINDER = "alternative_offer", "offer_reminder"


def step_id(name: str, offer: Offer) -> str:
    """The step of an offer: a second offer is told by steps of its own."""
    return name if offer.number == 1 else f"{name}_{offer.number}"


def is_approved(offer: Offer, policy: Policy) -> bool:
    """Whether the offer may leave: it is not too dear for that, or somebody has let it out."""
    proposal = offer.proposal
    if proposal is None:
        return False
    total = proposal.unit_price_minor * offer.wanted.quantity
    return offer.approved_by is not None or not policy.pricing.needs_approval(total, offer.currency)


def offer_steps(offer: Offer, policy: Policy) -> tuple[Step, ...]:
    """The messages that an offer has at its stage, in their order."""
    channels = policy.pricing.channels
    told = Step(id=step_id(OFFER, offer), after_minutes=0, channels=channels, template=OFFER)
    if offer.stage is OfferStage.READY and is_approved(offer, policy):
        return (told,)
    if offer.stage in PROMISED and policy.pricing.reminder_hours_before_expiry:
        reminder = step_id(REMINDER, offer)
        return told, Step(id=reminder, after_minutes=0, channels=channels, template=REMINDER)
    return ()


def offer_step_due_at(offer: Offer, step: Step, policy: Policy) -> datetime:
    """When a message about the offer is due."""
    if step.template == REMINDER and offer.valid_until is not None:
        return offer.valid_until - timedelta(hours=policy.pricing.reminder_hours_before_expiry)
    return offer.stage_at


def offer_waits_for(case: Case, offer: Offer, policy: Policy) -> Armed | None:
    """What the offer itself waits for, apart from its messages; None = nothing."""
    match offer.stage:
        case OfferStage.REQUESTED:
            return Armed(LookKind.QUIET, case.held_until or offer.requested_at)
        case OfferStage.PRICING:
            return Armed(LookKind.QUIET, offer.stage_at + PRICING_LEASE)
        case OfferStage.READY:
            waits = not is_approved(offer, policy)
            return Armed(LookKind.LAPSE, offer.stage_at + APPROVAL_WAITS) if waits else None
        case OfferStage.DELIVERED | OfferStage.VIEWED:
            return Armed(LookKind.LAPSE, offer.valid_until) if offer.valid_until else None
        case OfferStage.ACCEPTED:
            # Counted from when it was heard of: the order may be told as late as the acceptance was.
            waits = case.stage in (Stage.ABANDONED, Stage.STIMULATED)
            return Armed(LookKind.LAPSE, takes_up_until(offer, offer.stage_at, policy)) if waits else None
        case _:
            return None


def takes_up_until(offer: Offer, accepted_at: datetime, policy: Policy) -> datetime:
    """How long an order may follow an acceptance: as long as the price was promised, or as any order counts."""
    counts = accepted_at + policy.recovery.attribution
    return max(counts, offer.valid_until) if offer.valid_until else counts


def has_waited_too_long(case: Case, now: datetime) -> bool:
    """Whether a priced offer could not be told for so long that it is given up."""
    offer = case.offer
    return offer is not None and offer.stage is OfferStage.READY and now >= offer.stage_at + MESSAGE_LASTS
