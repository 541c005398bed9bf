"""What remains of a person's documents once they are forgotten, and the record of having done so. Pure.

Money, states, dates and article numbers stay, or past figures would change; everything that leads to the person goes.
"""

from collections.abc import Mapping
from dataclasses import field as made
from dataclasses import replace as replaced
from datetime import datetime
from enum import StrEnum

from common.domain.changing import replace
from common.domain.documents import MAX_HISTORY, SCHEMA_VERSION, Case, Moment, Order, StepRecord
from common.domain.offers import LIVE, Offer
from common.domain.refused import FailureState, IntakeFailure
from common.domain.storefront import Line
from common.domain.values import dataclass
from common.domain.vocabulary import OfferStage, Stage, StepState, VoucherState
from common.domain.vouchers import Voucher, VoucherCode

ERASED = "erased"
"""How an erasure stands in timelines, reasons and outcomes."""
_CLOSED = (Stage.RECOVERED, Stage.ORDERED, Stage.LOST)


class RequestKind(StrEnum):
    """What was asked for."""

    ERASURE = "erasure"
    EXPORT = "export"
    STORE_ERASURE = "store_erasure"


class RequestState(StrEnum):
    """How far a request is."""

    OPEN = "open"
    """Somebody has to do something: hand the export over."""
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRecord:
    """`privacy_requests/{id}`: proof of what was asked and done. Once it is done nothing in it leads to a person."""

    id: str
    kind: RequestKind
    state: RequestState
    store: str
    source: str
    """The platform that asked; `cli` = an operator."""
    digest: str
    """Fingerprint of the request's content."""
    requested_at: datetime
    done_at: datetime | None = None
    subject_ids: tuple[str, ...] = ()
    """The customer documents concerned, until it is done."""
    cursor: str | None = None
    """Where the erasure of a store goes on: a collection and an id."""
    counts: Mapping[str, int] = made(default_factory=dict)
    """How many documents of each collection were erased; each is counted in the commit that erased it."""
    schema_version: int = SCHEMA_VERSION


def is_anonymous(case: Case) -> bool:
    """Whether the person was taken out of the case."""
    return case.stopped == ERASED


def case_without_person(case: Case, id: str, cart_id: str, now: datetime) -> Case:
    """The case as figures need it, under another id. What was still open ends; only its voucher runs on.

    The customer holds the code in their hands, so it is honoured until it lapses.
    """
    closed = case.stage in _CLOSED
    return replace(
        case,
        id=id,
        cart_id=cart_id,
        customer_id=None,
        url=None,
        lines=tuple(_goods(line) for line in case.lines),
        changes=(),
        stage=case.stage if closed else Stage.LOST,
        stopped=ERASED,
        superseded_by=None,
        lost_order_id=None,
        stands_in_for=None,
        offer=_offer_without_words(case.offer),
        former_offer=_offer_without_words(case.former_offer),
        voucher=_promise(case.voucher),
        steps=tuple(_step_without_person(step) for step in case.steps),
        armed=None,
        next_due_at=None,
        inbox=(),
        timeline=(*case.timeline, Moment(now, ERASED, "privacy"))[-MAX_HISTORY:],
    )


def _goods(line: Line) -> Line:
    """An article without words: its name may have been made for the person."""
    return replaced(line, name="", url=None, image_url=None)


def _offer_without_words(offer: Offer | None) -> Offer | None:
    """Its figures; one that was still open ends, as nobody can be told of it any more."""
    if offer is None:
        return None
    proposal = offer.proposal
    return replace(
        offer,
        stage=OfferStage.CANCELLED if offer.stage in LIVE else offer.stage,
        wanted=replaced(offer.wanted, name="", url=None, image_url=None),
        proposal=proposal and replaced(proposal, name="", url=None, image_url=None),
        approved_by=None,
    )


def _promise(voucher: Voucher | None) -> Voucher | None:
    """A code that nobody has seen is none."""
    return None if voucher is not None and voucher.state is VoucherState.RESERVED else voucher


def _step_without_person(step: StepRecord) -> StepRecord:
    """What became of the step. Of a send under way nobody will know: its answer finds no case any more."""
    under_way = step.state is StepState.CLAIMED
    return replace(
        step,
        state=StepState.UNKNOWN if under_way else step.state,
        claim_id=None,
        recipient=None,
        provider_id=None,
        retry_at=None,
        previous_message_at=None,
    )


def without_recipients(case: Case, addresses: frozenset[str]) -> Case:
    """Another person's case, without the addresses that its messages once went to."""
    steps = tuple(
        replace(step, recipient=None) if step.recipient in addresses else step for step in case.steps
    )
    return case if steps == case.steps else replace(case, steps=steps)


def order_without_person(order: Order, case_id: str | None) -> Order:
    """The order as bookkeeping needs it: a later cancellation or return of it still counts.

    Messages stay remembered by their ids, so that one delivered again doesn't bring the person back.
    """
    inbox = tuple(replaced(entry, looks=(), announcements=(), notes=()) for entry in order.inbox)
    return replace(order, customer_id=None, cart_id=None, case_id=case_id, inbox=inbox)


def code_without_person(code: VoucherCode, case_id: str) -> VoucherCode:
    """The code leads to the case alone; the customer it names is nobody."""
    return replaced(code, case_id=case_id, customer_id=case_id)


def failure_without_message(failure: IntakeFailure, by: str, now: datetime) -> IntakeFailure:
    """That something was refused, and why, without what it said. It stays known, so it isn't stored anew."""
    return replaced(
        failure,
        attributes={},
        raw="",
        encoding="utf-8",
        parts=0,
        delivery={},
        state=FailureState.DROPPED,
        closed_at=failure.closed_at or now,
        closed_by=by,
        outcome=ERASED,
    )
