"""What an abandoned cart is worth: asked of the pricing algorithm, within what the tiers allow; else they say it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.domain.book import Book, Decision
from common.domain.bounds import basis_points
from common.domain.casework import armed, conclude, noted, remember
from common.domain.catalogue import Product
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case, Customer
from common.domain.effects import AskWorth
from common.domain.histories import segment_of
from common.domain.ids import suppression_id
from common.domain.money import Money
from common.domain.policy import Policy
from common.domain.price_limits import FULL_BP, Arm, PriceLimits, SkuLimit, limits_sha256
from common.domain.promises import with_reserved_voucher
from common.domain.triggers import WorthAnswered
from common.domain.vocabulary import IncentiveKind, Segment, Stage, VoucherState
from common.domain.vouchers import Incentive


def ask_worth(book: Book, case: Case, customer: Customer) -> None:
    """Owe the question, if policy leaves it to the algorithm and nothing is promised yet."""
    undecided = case.voucher is not None and case.voucher.state is VoucherState.RESERVED and not case.steps
    if book.policy.pricing.mode == "algorithm" and undecided and not case.superseded_by:
        book.owe(AskWorth(case_id=case.id, case=case, customer=customer))


def allowed(case: Case, policy: Policy) -> tuple[Incentive, ...]:
    """What the tiers offer anybody on such a cart, ceilings included; the algorithm may choose among these, or none."""
    total = Money(case.total_minor, case.currency or "")
    offered = (policy.incentives.incentive_for(segment, total) for segment in Segment)
    return tuple(dict.fromkeys(one for one in offered if one.kind is not IncentiveKind.NONE))


def arm_of(incentive: Incentive) -> Arm:
    """The incentive as the pricing contract writes it."""
    if incentive.percent is not None:
        return Arm(incentive.kind, basis_points(incentive.percent))
    return Arm(incentive.kind, incentive.amount.minor if incentive.amount else 0)


def question_id(case: Case) -> str:
    """Names the question: another one for another total, so that an answer never fits a cart that has changed."""
    return f"{case.id}-cart-{case.total_minor}"


def cart_question(
    case: Case, customer: Customer, products: Mapping[str, Product], policy: Policy, now: datetime
) -> str:
    """The request to the pricing algorithm, as JSON. Articles without a known cost have no floor of their own."""
    lines: list[dict[str, Any]] = []
    limits: dict[str, SkuLimit] = {}
    for number, line in enumerate((line for line in case.lines if line.available), start=1):
        product = products.get(line.sku)
        cost = product.cost if product and product.cost and product.cost.currency == case.currency else None
        said: dict[str, Any] = {
            "line_id": str(number),
            "sku": line.sku,
            "qty": line.quantity,
            "unit_price_minor": line.unit_price_minor,
        }
        if cost is not None:
            said["unit_cost_minor"] = cost.minor
        lines.append(said)
        floor = policy.pricing.floor(cost.minor, cost.currency) if cost else 0
        dearest = max(line.unit_price_minor, limits[line.sku].base_price_minor if line.sku in limits else 0)
        limits[line.sku] = SkuLimit(line.sku, dearest, min(floor, dearest))
    wire = PriceLimits(
        limits_version=policy.pricing.version,
        frozen_at=now,
        max_discount_bp=FULL_BP,
        min_margin_bp=0,
        allowed_incentives=tuple(arm_of(one) for one in allowed(case, policy)),
        skus=limits,
    )
    total = Money(case.total_minor, case.currency or "")
    rule = policy.incentives.incentive_for(case.segment or segment_of(customer, now, policy), total)
    request = {
        "request_id": question_id(case),
        "tenant_id": case.store,
        "decision_type": "abandoned_cart",
        "requested_at": _stamp(now),
        "currency": case.currency,
        "customer": {
            "id_hash": suppression_id(policy.keys.suppression, f"pricing {customer.id}"),
            "personalization_consent": True,  # the message needs a consent anyway, and only tiers may be chosen
        },
        "basket": {"lines": lines, "abandoned_at": _stamp(case.abandoned_at or now)},
        "rule": arm_of(rule).as_fields(),
        "limits": {**wire.as_fields(), "limits_sha256": limits_sha256(wire)},
    }
    return json.dumps(request, ensure_ascii=False, separators=(",", ":"))


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def worth_answered(book: Book, answer: WorthAnswered) -> Decision:
    """The algorithm's choice, if it is one of those allowed and nothing is promised by now; else the tier's."""
    case = book.case(answer.case_id)
    customer = follow(book, case.customer_id) if case else None
    if case is None or customer is None:
        return conclude(book, "case_gone")
    worth = answer.worth
    undecided = case.voucher is not None and case.voucher.state is VoucherState.RESERVED and not case.steps
    if worth is None or not undecided or case.stage is not Stage.ABANDONED:
        return conclude(book, "tiers_decide")
    fits = worth.incentive.kind is IncentiveKind.NONE or worth.incentive in allowed(case, book.policy)
    if not fits or worth.total_minor != case.total_minor:
        return conclude(book, "tiers_decide")
    case = replace(noted(book, case, "worth decided", actor="algorithm"), worth=worth)
    remember(book, armed(book, with_reserved_voucher(case, customer, book.policy, book.now)))
    return conclude(book, "worth_decided")
