"""Orders: which lost order one brings back, what it redeems, and what a failed or cancelled one takes with it."""

from collections.abc import Iterable
from datetime import datetime

from common.domain import ids
from common.domain.book import CASES, VOUCHER_CODES, Book
from common.domain.carts import current_case
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.customers import follow, with_returns
from common.domain.documents import MAX_HISTORY, Case, Customer, Order, Recovery, Redemption
from common.domain.money import Money
from common.domain.policy import Policy
from common.domain.storefront import OrderFacts
from common.domain.timing import sent_before
from common.domain.vocabulary import OrderState, Stage, VoucherState

_CLOSED = (Stage.RECOVERED, Stage.ORDERED, Stage.LOST)
_MAX_CODES = 10


def with_facts(order: Order, facts: OrderFacts, customer: Customer | None) -> Order:
    """The order's document with what an event states; gaps are filled, codes are added up."""
    codes = tuple(dict.fromkeys((*order.codes, *facts.voucher_codes)))[:_MAX_CODES]
    return replace(
        order,
        cart_id=facts.cart_id or order.cart_id,
        customer_id=customer.id if customer else order.customer_id,
        total=facts.total,
        discount_minor=facts.discount_minor,
        codes=codes,
    )


def placed(
    book: Book, order: Order, facts: OrderFacts | None, customer: Customer | None, at: datetime
) -> Order:
    """The order counted once: voucher redeemed, one case recovered, every other case of the customer closed (L1)."""
    cart_case = current_case(book, order.store, order.cart_id) if order.cart_id else None
    owner = customer or follow(book, order.customer_id or (cart_case.customer_id if cart_case else None))
    if owner is not None:
        owner = _with_order(owner, order, facts, at, book.policy)
        book.put(owner)
        order = replace(order, customer_id=owner.id)
    book.need(*((VOUCHER_CODES, ids.voucher_id(order.store, code)) for code in order.codes))
    redeemed, order = _redeemed(book, order, at)
    made_by_shop = facts is not None and facts.made_by_shop
    won = None if made_by_shop else _won(book, order, redeemed, cart_case, owner, at)
    if won is not None:
        _recovered(book, won, order, at)
        order = replace(order, case_id=won.id)
    for case in _to_close(book, cart_case, redeemed, owner, won, at):
        _ordered(book, case, order, facts, at)
    if cart_case is None and order.cart_id:
        _closed_before_it_came(book, order, facts, owner, at)
    return order


def _with_order(
    customer: Customer, order: Order, facts: OrderFacts | None, at: datetime, policy: Policy
) -> Customer:
    customer = with_returns(customer, order.returns, policy)
    if customer.last_order_at is not None and customer.last_order_at >= at:
        return customer
    skus = facts.skus[:MAX_HISTORY] if facts else ()
    return replace(customer, last_order_at=at, last_order_id=order.order_id, last_order_skus=skus)


def _redeemed(book: Book, order: Order, at: datetime) -> tuple[Case | None, Order]:
    """The case whose voucher the order carries, redeemed if it wasn't by this order: once only (L24, L25)."""
    for code in order.codes:
        known = book.voucher_code(order.store, code)
        case = book.case(known.case_id) if known else None
        voucher = case.voucher if case else None
        if known is None or case is None or voucher is None or voucher.code != known.code:
            continue
        if voucher.state is VoucherState.REDEEMED and voucher.order_id == order.order_id:
            return case, order
        if not _redeemable(case, at):
            continue
        voucher = replace(voucher, state=VoucherState.REDEEMED, order_id=order.order_id, redeemed_at=at)
        announce(
            book,
            case,
            "voucher.redeemed",
            subject=order.order_id,
            code=voucher.code,
            order_id=order.order_id,
        )
        case = settle(book, replace(noted(book, case, "voucher redeemed"), voucher=voucher))
        _count_redemption(book, known.customer_id, voucher.code, order.order_id, at)
        return case, replace(order, redeemed_code=voucher.code)
    return None, order


def _redeemable(case: Case, at: datetime) -> bool:
    """Open at the moment of the order, however late we hear of it; after its expiry no more (L23)."""
    voucher = case.voucher
    open_states = (VoucherState.ISSUED, VoucherState.RELEASED, VoucherState.EXPIRED)
    return (
        voucher is not None
        and voucher.state in open_states
        and voucher.valid_until is not None
        and at < voucher.valid_until
    )


def _count_redemption(book: Book, customer_id: str, code: str, order_id: str, at: datetime) -> None:
    customer = follow(book, customer_id)
    if customer is None:
        return
    entries = (*customer.redemptions, Redemption(code, order_id, at))[-MAX_HISTORY:]
    open_voucher = customer.open_voucher
    if open_voucher is not None and open_voucher.code == code:
        open_voucher = None
    book.put(replace(customer, redemptions=entries, open_voucher=open_voucher))


def _won(
    book: Book,
    order: Order,
    redeemed: Case | None,
    cart_case: Case | None,
    customer: Customer | None,
    at: datetime,
) -> Case | None:
    """The one case that the order counts for: by its voucher, else by a message to the cart or customer (L45)."""
    if redeemed is not None:
        return None if redeemed.recovery else redeemed
    if cart_case is not None and cart_case.recovery and cart_case.recovery.order_id == order.order_id:
        return None
    messaged = (
        book.case(customer.last_message_case_id) if customer and customer.last_message_case_id else None
    )
    for case in (cart_case, messaged):
        if case is None or case.recovery is not None or _bought_otherwise(case, order):
            continue
        case = book.case(case.id) or case
        if sent_before(case, at, book.policy.recovery.attribution):
            return case
    return None


def _bought_otherwise(case: Case, order: Order) -> bool:
    return case.stage is Stage.ORDERED and case.order_id != order.order_id


def _recovered(book: Book, case: Case, order: Order, at: datetime) -> None:
    revenue = order.total
    if revenue is None:
        # Only the redemption is known so far; the order's own event brings the money.
        return
    discount = Money(order.discount_minor, revenue.currency)
    before = case.stage_before_order or case.stage
    case = replace(
        noted(book, case, "recovered"),
        stage=Stage.RECOVERED,
        stage_before_order=before,
        ordered_at=at,
        order_id=order.order_id,
        recovery=Recovery(order_id=order.order_id, at=at, revenue=revenue, discount=discount),
    )
    announce(
        book,
        case,
        "case.recovered",
        subject=order.order_id,
        order_id=order.order_id,
        revenue=revenue.major,
        discount=discount.major,
        currency=revenue.currency,
    )
    settle(book, case)
    _no_longer_open(book, case)


def _to_close(
    book: Book,
    cart_case: Case | None,
    redeemed: Case | None,
    customer: Customer | None,
    won: Case | None,
    at: datetime,
) -> Iterable[Case]:
    """The cart's case and the customer's running one, if the order is not what they were recovered by."""
    running = book.case(customer.open_case_id) if customer and customer.open_case_id else None
    if running is not None and customer is not None and running.customer_id != customer.id:
        running = None
    seen = {won.id} if won else set()
    for case in (cart_case, redeemed, running):
        if case is None or case.id in seen:
            continue
        seen.add(case.id)
        case = book.case(case.id) or case
        if case.stage not in _CLOSED and (case.opened_at <= at or case is cart_case):
            yield case


def _ordered(
    book: Book,
    case: Case,
    order: Order,
    facts: OrderFacts | None,
    at: datetime,
) -> None:
    if case.announced:
        announce(book, case, "case.ordered", subject=order.order_id, order_id=order.order_id)
    case = replace(
        noted(book, case, "ordered"),
        stage=Stage.ORDERED,
        stage_before_order=case.stage,
        ordered_at=at,
        order_id=order.order_id,
        ordered_skus=facts.skus[:MAX_HISTORY] if facts else (),
        cleared=False,
    )
    settle(book, case)
    _no_longer_open(book, case)


def _no_longer_open(book: Book, case: Case) -> None:
    customer = follow(book, case.customer_id)
    if customer is not None and customer.open_case_id == case.id:
        book.put(replace(customer, open_case_id=None))


def _closed_before_it_came(
    book: Book, order: Order, facts: OrderFacts | None, customer: Customer | None, at: datetime
) -> None:
    """The order overtook its cart's events: they must find the cart bought (L13)."""
    cart_id = order.cart_id or ""
    book.put(
        Case(
            id=ids.case_id(order.store, cart_id),
            store=order.store,
            cart_id=cart_id,
            opened_at=at,
            last_activity_at=at,
            customer_id=customer.id if customer else None,
            stage=Stage.ORDERED,
            ordered_at=at,
            order_id=order.order_id,
            ordered_skus=facts.skus[:MAX_HISTORY] if facts else (),
        )
    )
