"""Orders: which lost order one brings back, and what it redeems."""

from collections.abc import Iterable
from datetime import datetime

from common.domain import ids
from common.domain.book import CASES, CUSTOMERS, VOUCHER_CODES, Book, Place
from common.domain.carts import case_at
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.closing import close, no_longer_open
from common.domain.customers import follow
from common.domain.documents import MAX_HISTORY, Case, Customer, Order, Purchase, Recovery, Redemption
from common.domain.histories import with_purchases, with_returns, without_purchase
from common.domain.money import Money
from common.domain.offer_orders import still_offered, taken_up
from common.domain.offer_stages import at_stage
from common.domain.offers import most_wanted
from common.domain.refunds import count_refunds, is_counted
from common.domain.storefront import OrderFacts
from common.domain.timing import sent_before
from common.domain.vocabulary import OfferStage, Stage, VoucherState
from common.domain.vouchers import Voucher

_MAX_CODES = 10


def with_facts(
    order: Order, facts: OrderFacts, customer: Customer | None, at: datetime, *, undone: bool = False
) -> Order:
    """The order's document with what an event states; gaps are filled, codes are added up.

    What undoes an order often states its own amount only, such as that of one payment: known money goes first then.
    """
    stated = facts.total is not None and (order.total is None or not undone)
    return replace(
        order,
        cart_id=facts.cart_id or order.cart_id,
        customer_id=order.customer_id or (customer.id if customer else None),
        total=facts.total if stated else order.total,
        discount_minor=facts.discount_minor if stated else order.discount_minor,
        codes=codes_with(order, facts.voucher_codes, at),
        made_by_shop=order.made_by_shop or facts.made_by_shop,
        wanted=most_wanted(facts.lines) or order.wanted,
        offer_id=facts.offer_id or order.offer_id,
    )


def codes_with(order: Order, stated: Iterable[str], at: datetime) -> tuple[str, ...]:
    """The order's codes with those that an event of `at` states, except what the shop gave back since."""
    given_back = {ids.voucher_id(order.store, one.code) for one in order.given_back if at <= one.at}
    standing = (code for code in stated if ids.voucher_id(order.store, code) not in given_back)
    return tuple(dict.fromkeys((*order.codes, *standing)))[:_MAX_CODES]


def placed(
    book: Book, order: Order, facts: OrderFacts | None, customer: Customer | None, at: datetime
) -> Order:
    """The order counted once: voucher redeemed, one case recovered, every other case of the customer closed (L1)."""
    book.need(*_named_by(order))
    cart_case = case_at(book, order.store, order.cart_id, at)
    redeemed, order = redeem(book, order, at)
    owner = follow(book, _owner_id(order, customer, cart_case, redeemed))
    if owner is not None:
        _taken_from(book, follow(book, order.customer_id), owner, order)
        owner = _with_order(book, owner, order, facts, at)
        order = replace(order, customer_id=owner.id)
    offered = taken_up(book, order, owner, at, _skus(order, facts, owner))
    won = offered or _won(book, order, redeemed, cart_case, owner, at)
    if won is not None and order.total is not None:
        _recovered(book, won, order, order.total, at)
        order = replace(order, case_id=won.id, offer_id=won.offer.id if won.offer else order.offer_id)
    others = still_offered(book, owner, at)
    return close(book, order, facts, owner, (cart_case, redeemed, *others), at, won=won)


def _skus(order: Order, facts: OrderFacts | None, owner: Customer | None) -> tuple[str, ...]:
    """What is in the order, as far as any event said."""
    known = (one.skus for one in (owner.purchases if owner else ()) if one.order_id == order.order_id)
    return facts.skus if facts and facts.skus else next(known, ())


def _named_by(order: Order) -> Iterable[Place]:
    """The documents that are known to be needed, so that they cost one round trip together."""
    if order.cart_id:
        yield CASES, ids.case_id(order.store, order.cart_id)
    if order.case_id:
        yield CASES, order.case_id
    if order.customer_id:
        yield CUSTOMERS, order.customer_id
    for code in order.codes:
        yield VOUCHER_CODES, ids.voucher_id(order.store, code)


def _owner_id(
    order: Order, customer: Customer | None, cart_case: Case | None, redeemed: Case | None
) -> str | None:
    """Whose order it is: whom it names, else whose cart it came from, else whose voucher it carries."""
    if customer is not None:
        return customer.id
    known = (order.customer_id, cart_case and cart_case.customer_id, redeemed and redeemed.customer_id)
    return next((id for id in known if id), None)


def _taken_from(book: Book, former: Customer | None, owner: Customer, order: Order) -> None:
    """An order that was thought to be another customer's, by its cart or voucher, is that one's no more."""
    if former is not None and former.id != owner.id:
        book.put(without_purchase(former, order.order_id))


def _with_order(
    book: Book, customer: Customer, order: Order, facts: OrderFacts | None, at: datetime
) -> Customer:
    customer = with_returns(customer, order.returns, book.policy, book.now)
    skus = _skus(order, facts, customer)[:MAX_HISTORY]
    customer = with_purchases(customer, Purchase(order.order_id, at, skus))
    book.put(customer)
    return customer


def redeem(book: Book, order: Order, at: datetime) -> tuple[Case | None, Order]:
    """The case whose voucher the order carries, redeemed if it wasn't by this order: once only (L24, L25).

    A lock of another order doesn't matter here: that an order was made with the code is a fact.
    """
    for code in order.codes:
        known = book.voucher_code(order.store, code)
        case = book.case(known.case_id) if known else None
        voucher = case.voucher if case else None
        if known is None or case is None or voucher is None or voucher.code != known.code:
            continue
        if voucher.state is VoucherState.REDEEMED and voucher.order_id == order.order_id:
            return case, order
        if not _redeemable(voucher, order, at):
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


def _redeemable(voucher: Voucher, order: Order, at: datetime) -> bool:
    """Open at the moment of the order, however late we hear of it; after its expiry no more (L23)."""
    open_states = (VoucherState.ISSUED, VoucherState.LOCKED, VoucherState.RELEASED, VoucherState.EXPIRED)
    return voucher.state in open_states and voucher.is_open_for(order.order_id, at)


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
    if order.made_by_shop or is_counted(book, order):
        return None
    if redeemed is not None:
        return None if redeemed.recovery else redeemed
    messaged = customer.last_message_case_id if customer else None
    for case in (cart_case, book.case(messaged) if messaged else None):
        if case is None or case.recovery is not None or _bought_otherwise(case, order):
            continue
        if sent_before(case, at, book.policy.recovery.attribution):
            return case
    return None


def _bought_otherwise(case: Case, order: Order) -> bool:
    return case.stage is Stage.ORDERED and case.order_id != order.order_id


def _recovered(book: Book, case: Case, order: Order, revenue: Money, at: datetime) -> None:
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
    if case.offer is not None:
        case = at_stage(book, case, OfferStage.ORDERED, "offer ordered", order_id=order.order_id)
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
    count_refunds(book, order, given_back=True)
    settle(book, case)
    no_longer_open(book, case)
