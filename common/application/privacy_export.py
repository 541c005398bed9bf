"""All that is kept about one person, in plain words: what a shop hands over to a customer who asks.

Money is a decimal text with its currency, times are RFC 3339. What is not known is left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from common.application.engine import Engine
from common.application.privacy_failures import failures_naming, text_of
from common.application.privacy_finding import Known, Subject, cases_of, codes_of, orders_of
from common.application.privacy_mentions import mentions
from common.domain.documents import Case, Customer, Order, StepRecord
from common.domain.money import InvalidAmount, format_minor
from common.domain.offers import Offer
from common.domain.refused import IntakeFailure
from common.domain.storefront import Line
from common.domain.vocabulary import StepState
from common.domain.vouchers import VoucherCode
from common.domain.wire import stamp

_LEFT = (StepState.SENT, StepState.UNKNOWN, StepState.CLAIMED)


def export(engine: Engine, subject: Subject, order_ids: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everything about the subject. Raises Unavailable."""
    cases = _documents(cases_of(engine, subject))
    orders = _documents(orders_of(engine, subject, order_ids))
    codes = _documents(codes_of(engine, subject))
    people = _documents(subject.customers)
    refused = failures_naming(engine, mentions(subject.identifiers), subject.store)
    return {
        "store": subject.store,
        "exported_at": stamp(engine.clock.now()),
        "who_you_are_to_us": _identity(subject, people),
        "consents": _consents(subject.main),
        "carts": [_case(case) for case in sorted(cases, key=lambda one: one.opened_at)],
        "messages_sent_to_you": _messages(cases),
        "orders": [_order(order) for order in sorted(orders, key=lambda one: one.order_id)],
        "vouchers": [_voucher(code, cases) for code in sorted(codes, key=lambda one: one.code)],
        "returned_goods": _returns(people),
        "messages_about_you_that_could_not_be_read": [
            _refused(engine, entry.document) for _, entry in refused
        ],
    }


def _documents(found: Known) -> list[Any]:
    return [entry.document for entry in found.values()]


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _identity(subject: Subject, people: Iterable[Customer]) -> dict[str, Any]:
    found = subject.identifiers
    main = subject.main
    documents = [main, *people] if main else list(people)
    stated = {
        name: next((value for one in documents if (value := getattr(one, name))), None)
        for name in ("name", "locale", "time_zone", "country", "updated_at")
    }
    updated_at = stated.pop("updated_at")
    return _known(
        account_ids=sorted(found["id"]),
        email_addresses=sorted(found["email"]),
        phone_numbers=sorted(found["phone"]),
        last_stated_at=updated_at and stamp(updated_at),
        known_under=sorted(ref.id for ref in subject.customers),
        **stated,
    )


def _consents(main: Customer | None) -> list[dict[str, Any]]:
    known = sorted(main.consent.items()) if main else []
    return [
        {"channel": channel.value, "agreed": word.given, "since": stamp(word.at)} for channel, word in known
    ]


def _money(minor: int, currency: str | None) -> dict[str, str] | None:
    try:
        return {"amount": format_minor(minor, currency or ""), "currency": currency or ""}
    except (InvalidAmount, ValueError):
        return None


def _case(case: Case) -> dict[str, Any]:
    return _known(
        cart=case.cart_id,
        link=case.url,
        first_seen_at=stamp(case.opened_at),
        last_activity_at=stamp(case.last_activity_at),
        abandoned_at=case.abandoned_at and stamp(case.abandoned_at),
        state=case.stage.value,
        why=case.reason and case.reason.value,
        total=_money(case.total_minor, case.currency),
        items=[_item(line, case.currency) for line in case.lines],
        order=case.order_id,
        lost_order=case.lost_order_id,
        alternatives_offered=[_offer(one) for one in (case.former_offer, case.offer) if one] or None,
        what_happened=[
            _known(at=stamp(entry.at), what=entry.what, by=entry.actor, why=entry.reason)
            for entry in case.timeline
        ],
    )


def _offer(offer: Offer) -> dict[str, Any]:
    proposal = offer.proposal
    return _known(
        instead_of=offer.wanted.name or offer.wanted.sku,
        what=proposal and (proposal.name or proposal.sku),
        pieces=offer.wanted.quantity,
        unit_price=proposal and _money(proposal.unit_price_minor, offer.currency),
        regular_price=proposal and _money(proposal.regular_price_minor, offer.currency),
        price_made_for_you=proposal and proposal.personalized,
        priced_by=proposal and proposal.model_version,
        state=offer.stage.value,
        why=offer.reason and offer.reason.value,
        valid_until=offer.valid_until and stamp(offer.valid_until),
        answered_at=offer.answered_at and stamp(offer.answered_at),
        order=offer.order_id,
    )


def _item(line: Line, currency: str | None) -> dict[str, Any]:
    return _known(
        name=line.name,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=_money(line.unit_price_minor, currency),
        link=line.url,
        image=line.image_url,
    )


def _messages(cases: Iterable[Case]) -> list[dict[str, Any]]:
    sent = [(record, case) for case in cases for record in case.steps if record.state in _LEFT]
    return [_message(record, case) for record, case in sorted(sent, key=lambda one: one[0].at)]


def _message(record: StepRecord, case: Case) -> dict[str, Any]:
    certain = record.state is StepState.SENT
    return _known(
        at=stamp(record.at),
        message=record.step,
        by=record.channel and record.channel.value,
        to=record.recipient,
        arrived="handed over to the provider" if certain else "not known for certain",
        about_cart=case.cart_id,
        promised_code=record.voucher_code,
        promised_until=record.valid_until and stamp(record.valid_until),
    )


def _order(order: Order) -> dict[str, Any]:
    total = order.total
    return _known(
        order=order.order_id,
        state=order.state and order.state.value,
        placed_at=order.placed_at and stamp(order.placed_at),
        cart=order.cart_id,
        total=total and {"amount": total.major, "currency": total.currency},
        discount=total and _money(order.discount_minor, total.currency),
        codes=list(order.codes),
        refunded=order.refunded and {"amount": order.refunded.major, "currency": order.refunded.currency},
        returns=[{"id": entry.id, "at": stamp(entry.at)} for entry in order.returns],
    )


def _voucher(code: VoucherCode, cases: Iterable[Case]) -> dict[str, Any]:
    case = next((one for one in cases if one.id == code.case_id), None)
    voucher = case.voucher if case and case.voucher and case.voucher.code == code.code else None
    if case is None or voucher is None:
        return {"code": code.code}
    return _known(
        code=code.code,
        worth=dict(voucher.incentive.as_fields()),
        state=voucher.state.value,
        issued_at=voucher.issued_at and stamp(voucher.issued_at),
        valid_until=voucher.valid_until and stamp(voucher.valid_until),
        used_for_order=voucher.order_id,
        about_cart=case.cart_id,
    )


def _returns(people: Iterable[Customer]) -> list[Mapping[str, str]]:
    known = {entry.id: stamp(entry.at) for one in people for entry in one.returns}
    return [{"id": id, "at": at} for id, at in sorted(known.items(), key=lambda one: one[1])]


def _refused(engine: Engine, failure: IntakeFailure) -> dict[str, Any]:
    return _known(
        received_at=stamp(failure.received_at),
        from_source=failure.source,
        why=failure.detail,
        message=text_of(engine, failure),
    )
