"""What the shop's backend does with a code at the checkout: validate, lock, redeem, release.

Decided from where the voucher stands, so that a call that is repeated finds its own first outcome (L24, L25).
"""

from collections.abc import Callable
from dataclasses import replace as with_verdict
from typing import assert_never

from common.domain import ids, inbox
from common.domain.book import Book, Decision
from common.domain.casework import announce, conclude, noted, remember, repeat, settle
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.discounts import discount_of, fits_currency
from common.domain.documents import Case, GivenBack, Order
from common.domain.orders import placed, redeem
from common.domain.reversals import release, undone
from common.domain.triggers import VoucherCalled
from common.domain.verdicts import Verdict
from common.domain.vocabulary import OrderState, VoucherAction, VoucherRefusal, VoucherState
from common.domain.voucher_refusals import is_held_by, moment_of, why_not, why_not_open
from common.domain.vouchers import Lock, Voucher, VoucherCode
from common.domain.wire import stamp

_SHOP = "shop"


def voucher_called(book: Book, call: VoucherCalled) -> Decision:
    """What became of the call; its verdict is what the shop is told."""
    known = book.voucher_code(call.store, call.code)
    case = book.case(known.case_id) if known else None
    if known is None or case is None or case.voucher is None:
        return _answered(
            conclude(book, VoucherRefusal.UNKNOWN_CODE), Verdict(refusal=VoucherRefusal.UNKNOWN_CODE)
        )
    if (
        case.voucher.code != known.code
    ):  # taken back before anybody saw it; the case promises another code now
        return _answered(conclude(book, VoucherRefusal.REVOKED), Verdict(refusal=VoucherRefusal.REVOKED))
    return _Call(book, call, known, case, case.voucher).decision()


class _Call:
    """One call about a code that exists."""

    def __init__(
        self, book: Book, call: VoucherCalled, known: VoucherCode, case: Case, voucher: Voucher
    ) -> None:
        self.book, self.call, self.known, self.case, self.voucher = book, call, known, case, voucher
        self.order_id = call.order_id or ""
        self.order = self._order()

    def decision(self) -> Decision:
        """The decision with its verdict."""
        match self.call.action:
            case VoucherAction.SHOW:
                return self._told(
                    conclude(self.book, "voucher_shown"),
                    why_not_open(self.voucher, self.order, self.book.now),
                )
            case VoucherAction.VALIDATE:
                refusal = why_not(self.book, self.call, self.known, self.voucher, self.order)
                return self._told(conclude(self.book, refusal or "voucher_valid"), refusal)
            case VoucherAction.LOCK:
                return self._unless_refused(self._locked)
            case VoucherAction.REDEEM:
                return self._unless_refused(self._redeemed)
            case VoucherAction.RELEASE:
                return self._released()
            case _:
                assert_never(self.call.action)

    def _order(self) -> Order:
        """The order that the call is for, as far as it is known."""
        id, store = ids.order_id(self.call.store, self.order_id), self.call.store
        known = self.book.order(id) if self.order_id else None
        return known or Order(id=id, store=store, order_id=self.order_id)

    # What is done.

    def _unless_refused(self, act: Callable[[], Decision]) -> Decision:
        refusal = why_not(self.book, self.call, self.known, self.voucher, self.order)
        if refusal is not None:
            return self._told(conclude(self.book, refusal), refusal)
        return act()

    def _locked(self) -> Decision:
        """Held for the order's checkout; asked again, the lock is the first one and no longer."""
        if is_held_by(self.voucher, self.order_id, self.book.now):
            return self._told(self._again(self.case, VoucherAction.LOCK))
        now = self.book.now
        lock = Lock(self.order_id, now, now + self.book.policy.vouchers.lock)
        voucher = self._turned(state=VoucherState.LOCKED, lock=lock)
        said = {"code": voucher.code, "order_id": self.order_id, "locked_until": stamp(lock.until)}
        announce(self.book, self.case, "voucher.locked", self.order_id, **said)
        self._remembered(voucher, "voucher locked")
        return self._told(conclude(self.book, "voucher_locked"))

    def _redeemed(self) -> Decision:
        """As the order's own event would, which may come before or after: one use (L24, L25)."""
        if self.voucher.state is VoucherState.REDEEMED:
            return self._told(self._again(self.order, VoucherAction.REDEEM))
        voucher = self._turned()
        self.book.put(replace(self.case, voucher=voucher))
        order = self.order
        order = replace(
            order,
            codes=(voucher.code, *(code for code in order.codes if not self._is_this(code))),
            given_back=tuple(one for one in order.given_back if not self._is_this(one.code)),
        )
        if order.state is OrderState.FAILED:  # it stands again once it is placed or paid, and is counted then
            _, order = redeem(self.book, order, self.book.now)
        else:
            order = placed(self.book, order, None, None, moment_of(order, self.book.now))
        remember(self.book, order)
        return self._told(conclude(self.book, "voucher_redeemed"))

    def _released(self) -> Decision:
        """Given back by the order that holds it; by one that held it before, nothing changes."""
        voucher = self.voucher
        if voucher.state is VoucherState.REDEEMED and voucher.order_id == self.order_id:
            return self._given_back()
        if voucher.lock is not None and voucher.lock.order_id == self.order_id:
            return self._unlocked(voucher.lock)
        if any(self._is_this(code) for code in (*self.order.codes, *(b.code for b in self.order.given_back))):
            return self._told(self._again(self.order, VoucherAction.RELEASE))
        unused = VoucherRefusal.NOT_HELD
        return self._told(conclude(self.book, unused), unused)

    def _unlocked(self, lock: Lock) -> Decision:
        if self.voucher.state is not VoucherState.LOCKED:
            found = inbox.find(self.case.inbox, self._message_id(self.voucher.turn, VoucherAction.RELEASE))
            return self._told(repeat(found) if found else self._again(self.order, VoucherAction.RELEASE))
        ended = Lock(lock.order_id, lock.at, min(lock.until, self.book.now))
        voucher = self._turned(state=VoucherState.RELEASED, lock=ended)
        announce(
            self.book, self.case, "voucher.unlocked", self.order_id, code=voucher.code, order_id=self.order_id
        )
        self._remembered(voucher, "voucher unlocked")
        return self._told(conclude(self.book, "voucher_released"))

    def _given_back(self) -> Decision:
        """A use that came to nothing. An order that is known by it alone is undone with it."""
        book, order, reason = self.book, self.order, self.call.reason
        book.put(replace(self.case, voucher=self._turned()))
        if order.state is None:
            for other in undone(book, order, reason, book.now):
                book.put(placed(book, other, None, None, other.placed_at or book.now))
        else:
            release(book, order, reason)
        order = replace(
            order,
            redeemed_code=None,
            case_id=order.case_id if order.state is not None else None,
            codes=tuple(code for code in order.codes if not self._is_this(code)),
            given_back=(
                *(one for one in order.given_back if not self._is_this(one.code)),
                GivenBack(self.voucher.code, book.now),
            ),
        )
        remember(book, order)
        return self._told(conclude(book, "voucher_released"))

    # How it is remembered and told.

    def _is_this(self, code: str) -> bool:
        return ids.voucher_id(self.call.store, code) == ids.voucher_id(self.call.store, self.voucher.code)

    def _message_id(self, turn: int, action: VoucherAction) -> str:
        """The call as inboxes know it: a second lock or redemption by the same order is another message."""
        return f"voucher:{action}:{self.voucher.code}:{self.order_id}:{turn}"

    def _turned(self, state: VoucherState | None = None, lock: Lock | None = None) -> Voucher:
        """The voucher one turn on, before anything is owed for it."""
        turn = self.voucher.turn + 1
        self.book.message_id = self._message_id(turn, self.call.action)
        return replace(
            self.voucher, turn=turn, state=state or self.voucher.state, lock=lock or self.voucher.lock
        )

    def _remembered(self, voucher: Voucher, what: str) -> None:
        case = replace(noted(self.book, self.case, what, actor=_SHOP), voucher=voucher)
        remember(self.book, settle(self.book, case))

    def _again(self, document: Case | Order, action: VoucherAction) -> Decision:
        """Nothing new, and what the first call owed once more; nothing if an event did it, which owed it itself."""
        entry = inbox.find(document.inbox, self._message_id(self.voucher.turn, action))
        return repeat(entry) if entry else conclude(self.book, "voucher_repeated")

    def _told(self, decision: Decision, refusal: VoucherRefusal | None = None) -> Decision:
        """The decision with the verdict on the voucher as it now is."""
        case = self.book.case(self.case.id) or self.case
        voucher = case.voucher or self.voucher
        customer = follow(self.book, self.known.customer_id)
        checkout, rules, discount = self.call.checkout, self.book.policy.vouchers, None
        if checkout is not None and refusal is None and fits_currency(voucher.incentive, checkout.currency):
            discount = discount_of(voucher.incentive, checkout, rules.floor_percent)
        return _answered(
            decision,
            Verdict(
                refusal=refusal,
                voucher=voucher,
                state=voucher.state_at(self.book.now),
                case_id=case.id,
                customer_id=customer.id if customer else None,
                customer_reference=customer.external_id if customer else None,
                locale=customer.locale if customer else None,
                discount=discount,
            ),
        )


def _answered(decision: Decision, verdict: Verdict) -> Decision:
    return with_verdict(decision, verdict=verdict)
