"""Offers as JSON, for pipes. Names don't change; new ones may come."""

import json
from datetime import datetime
from typing import Any

from common.domain.money import format_minor
from common.domain.offer_timing import APPROVAL_WAITS
from common.domain.offers import Offer, OfferEvidence, OfferLimits, Proposal
from common.domain.wire import stamp
from infra.offers.found import Found


def offer_fields(found: Found, *, waits: bool) -> dict[str, Any]:
    """One offer; what isn't known is left out. Amounts are in major units; `total` is for all pieces."""
    offer, case = found.offer, found.case
    proposal = offer.proposal
    total = None if proposal is None else proposal.unit_price_minor * offer.wanted.quantity
    return _known(
        offer_id=offer.id,
        store=case.store,
        stage=offer.stage.value,
        reason=offer.reason and offer.reason.value,
        waits_for_approval=waits,
        approve_before=stamp(offer.stage_at + APPROVAL_WAITS) if waits else None,
        approved_by=offer.approved_by,
        trigger=offer.trigger.value,
        lost_order_id=case.lost_order_id,
        cart_id=case.cart_id or None,
        currency=offer.currency,
        wanted=_known(
            sku=offer.wanted.sku,
            name=offer.wanted.name,
            quantity=offer.wanted.quantity,
            unit_price=format_minor(offer.wanted.unit_price_minor, offer.currency),
        ),
        proposal=proposal and _proposal_fields(proposal, offer.currency),
        total=None if total is None else format_minor(total, offer.currency),
        requested_at=stamp(offer.requested_at),
        stage_at=stamp(offer.stage_at),
        valid_until=_moment(offer.valid_until),
        answered_at=_moment(offer.answered_at),
        answered_through=offer.answered_through and offer.answered_through.value,
        order_id=offer.order_id,
    )


def whole_fields(found: Found, evidence: OfferEvidence | None, *, waits: bool) -> dict[str, Any]:
    """One offer with its limits, and what the pricing algorithm was asked and answered."""
    limits = found.offer.limits
    return offer_fields(found, waits=waits) | _known(
        limits=limits and _limit_fields(limits, found.offer),
        evidence=evidence and _evidence_fields(evidence),
    )


def _proposal_fields(proposal: Proposal, currency: str) -> dict[str, Any]:
    return _known(
        sku=proposal.sku,
        name=proposal.name,
        unit_price=format_minor(proposal.unit_price_minor, currency),
        regular_price=format_minor(proposal.regular_price_minor, currency),
        personalized=proposal.personalized,
        decision_id=proposal.decision_id,
        mode=proposal.mode,
        model_version=proposal.model_version,
        model_sha256=proposal.model_sha256,
    )


def _limit_fields(limits: OfferLimits, offer: Offer) -> dict[str, Any]:
    approved, currency = offer.approved_minor, limits.currency
    return _known(
        base_price=format_minor(limits.base_price_minor, currency),
        hard_limit=format_minor(limits.hard_limit_minor, currency),
        upper_limit=format_minor(limits.upper_limit_minor, currency),
        approved_amount=None if approved is None else format_minor(approved, currency),
        tax_mode=limits.tax_mode,
        policy_version=limits.policy_version,
        catalogue_version=limits.catalogue_version,
        frozen_at=stamp(limits.frozen_at),
        sha256=limits.sha256,
        skus=[
            {
                "sku": one.sku,
                "base_price": format_minor(one.base_price_minor, currency),
                "hard_floor": format_minor(one.hard_floor_minor, currency),
            }
            for one in limits.skus
        ],
    )


def _evidence_fields(evidence: OfferEvidence) -> dict[str, Any]:
    return _known(
        asked_at=stamp(evidence.asked_at),
        request=as_written(evidence.request),
        answered_at=_moment(evidence.answered_at),
        answer=None if evidence.answer is None else as_written(evidence.answer),
        detail=evidence.detail,
    )


def as_written(text: str) -> Any:
    """The JSON that the text is; the text itself if it is none, as an algorithm may answer anything."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _moment(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
