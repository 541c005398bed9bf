"""A verdict as the shop's backend reads it; for the shop's customer there is one sentence, whatever the reason."""

from typing import Any

from common.domain.discounts import Discount
from common.domain.money import Money
from common.domain.verdicts import Verdict
from common.domain.vocabulary import VoucherAction, VoucherRefusal, VoucherState
from common.domain.wire import stamp
from functions.storefront_api.calls import Answer
from functions.storefront_api.languages import language

_MESSAGES = {
    "en": "This code can't be used. Check how it is spelt, or go on without it.",
    "pl": "Tego kodu nie można użyć. Sprawdź pisownię albo kontynuuj bez niego.",
}
"""One for every refusal, so that nobody learns by trying which codes exist (L32)."""
_ONLY_ASKED = (VoucherAction.SHOW, VoucherAction.VALIDATE)


def answer_of(action: VoucherAction, code: str, verdict: Verdict, *locales: str | None) -> Answer:
    """200 with the verdict; 409 if an action was refused, 404 if there is no such code."""
    body = _body(code, verdict, language(*locales))
    if verdict.refusal is VoucherRefusal.UNKNOWN_CODE and action is not VoucherAction.VALIDATE:
        return Answer(404, body)
    refused = verdict.refusal is not None and action not in _ONLY_ASKED
    return Answer(409 if refused else 200, body)


def _body(code: str, verdict: Verdict, lang: str) -> dict[str, Any]:
    voucher = verdict.voucher
    lock = voucher.lock if voucher and verdict.state is VoucherState.LOCKED else None
    order_id = lock.order_id if lock else voucher and voucher.order_id
    said = {
        "code": voucher.code if voucher else code,
        "valid": verdict.refusal is None,
        "reason": verdict.refusal and verdict.refusal.value,
        "message_for_customer": _MESSAGES[lang] if verdict.refusal else None,
        "state": verdict.state and verdict.state.value,
        "incentive": voucher and voucher.incentive.as_fields(),
        "valid_until": voucher and voucher.valid_until and stamp(voucher.valid_until),
        "locked_until": lock and stamp(lock.until),
        "order_id": order_id,
        "case_id": verdict.case_id,
        "customer_id": verdict.customer_id,
        "customer_reference": verdict.customer_reference,
        "discount": verdict.discount and _discount(verdict.discount),
    }
    needed = ("code", "valid", "reason", "message_for_customer")
    return {name: value for name, value in said.items() if value is not None or name in needed}


def _discount(discount: Discount) -> dict[str, Any]:
    total = Money(discount.goods.minor + discount.shipping.minor, discount.goods.currency)
    amounts = {
        "goods": discount.goods,
        "shipping": discount.shipping,
        "total": total,
        "payable": discount.payable,
    }
    written: dict[str, Any] = {"currency": total.currency}
    for name, amount in amounts.items():
        written |= {name: amount.major, f"{name}_minor": amount.minor}
    return written
