"""Which documents a trigger names by itself, so that nearly every decision needs one batch of reads only."""

from typing import assert_never

from common.domain import ids
from common.domain.book import CASES, CUSTOMERS, OFFER_EVIDENCE, ORDERS, VOUCHER_CODES, Place
from common.domain.customers import places
from common.domain.intake_health import HEALTH, INTAKE
from common.domain.storefront import (
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    CustomerUpdated,
    ItemUnavailable,
    OfferAccepted,
    OfferDeclined,
    OfferTold,
    OfferViewed,
    OrderCancelled,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
    StoreLeft,
    VerificationFailed,
    VoucherRedeemed,
    VoucherWithdrawn,
)
from common.domain.triggers import (
    AlternativesFound,
    CustomersSeparated,
    Look,
    MessageAnswered,
    OfferApproved,
    OfferCalled,
    OptedOut,
    PriceAnswered,
    ReturnedFlagLapsed,
    Trigger,
    VoucherCalled,
    WorthAnswered,
)
from common.domain.vocabulary import LookKind


def first_places(trigger: Trigger) -> tuple[Place, ...]:  # noqa: C901 - a table, as in `decide`
    """The documents that the trigger itself names, so that nearly every decision needs one batch only."""
    match trigger:
        case CartUpdated(cart=cart):
            return _cart_place(trigger, cart.id) + places(trigger.store, trigger.person)
        case (
            CartVisited(cart_id=cart_id)
            | CartItemsChanged(cart_id=cart_id)
            | ItemUnavailable(cart_id=cart_id)
        ):
            return _cart_place(trigger, cart_id) + places(trigger.store, trigger.person)
        case (
            OrderPlaced(order=facts)
            | OrderPaymentFailed(order=facts)
            | OrderCancelled(order=facts)
            | VerificationFailed(order=facts)
        ):
            codes = tuple(
                (VOUCHER_CODES, ids.voucher_id(trigger.store, code)) for code in facts.voucher_codes
            )
            known = _cart_place(trigger, facts.cart_id) if facts.cart_id else ()
            return _order_place(trigger, facts.id) + known + places(trigger.store, trigger.person) + codes
        case OrderReturned(order_id=order_id):
            return _order_place(trigger, order_id) + places(trigger.store, trigger.person)
        case VoucherRedeemed(order_id=order_id, code=code):
            voucher = (VOUCHER_CODES, ids.voucher_id(trigger.store, code))
            return (*_order_place(trigger, order_id), voucher, *places(trigger.store, trigger.person))
        case VoucherWithdrawn(code=code):
            return ((VOUCHER_CODES, ids.voucher_id(trigger.store, code)),)
        case StoreLeft():
            return ()
        case CustomerUpdated():
            return places(trigger.store, trigger.person)
        case Look(case_id=case_id, customer_id=customer_id, kind=LookKind.QUIET | LookKind.STEP):
            return (*_case_places(case_id, customer_id), (HEALTH, INTAKE))
        case (
            Look(case_id=case_id, customer_id=customer_id)
            | MessageAnswered(case_id=case_id, customer_id=customer_id)
            | WorthAnswered(case_id=case_id, customer_id=customer_id)
        ):
            return _case_places(case_id, customer_id)
        case CustomersSeparated(store=store, kind=kind, value=value):
            return ((CUSTOMERS, ids.customer_id(store, kind, value)),)
        case ReturnedFlagLapsed(customer_id=customer_id):
            return ((CUSTOMERS, customer_id),)
        case VoucherCalled(store=store, code=code, order_id=order_id):
            orders = ((ORDERS, ids.order_id(store, order_id)),) if order_id else ()
            return ((VOUCHER_CODES, ids.voucher_id(store, code)), *orders)
        case OptedOut(case_id=case_id, customer_id=customer_id):
            return _case_places(case_id, customer_id)
        case OfferViewed() | OfferAccepted() | OfferDeclined():
            return _offer_places(trigger) + places(trigger.store, trigger.person)
        case OfferCalled(offer_id=offer_id) | OfferApproved(offer_id=offer_id):
            return _case_places(ids.case_of_offer(offer_id), None)
        case (
            AlternativesFound(case_id=case_id, customer_id=customer_id, offer_id=offer_id)
            | PriceAnswered(case_id=case_id, customer_id=customer_id, offer_id=offer_id)
        ):
            return (*_case_places(case_id, customer_id), (OFFER_EVIDENCE, offer_id))
        case _:
            assert_never(trigger)


def _case_places(case_id: str, customer_id: str | None) -> tuple[Place, ...]:
    return ((CASES, case_id), (CUSTOMERS, customer_id)) if customer_id else ((CASES, case_id),)


def _offer_places(event: OfferTold) -> tuple[Place, ...]:
    if event.offer_id:
        return ((CASES, ids.case_of_offer(event.offer_id)),)
    if event.order_id:
        return ((CASES, ids.offer_case_id(event.store, "order", f"order {event.order_id}")),)
    return ()


def _cart_place(event: StorefrontEvent, cart_id: str) -> tuple[Place, ...]:
    return ((CASES, ids.case_id(event.store, cart_id)),)


def _order_place(event: StorefrontEvent, order_id: str) -> tuple[Place, ...]:
    return ((ORDERS, ids.order_id(event.store, order_id)),)
