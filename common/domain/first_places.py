"""Which documents a trigger names by itself, so that nearly every decision needs one batch of reads only."""

from typing import assert_never

from common.domain import ids
from common.domain.book import CASES, CUSTOMERS, ORDERS, VOUCHER_CODES, Place
from common.domain.customers import places
from common.domain.storefront import (
    CartUpdated,
    CartVisited,
    CustomerUpdated,
    OrderCancelled,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
    VoucherRedeemed,
)
from common.domain.triggers import Look, MessageAnswered, ReturnedFlagLapsed, Trigger


def first_places(trigger: Trigger) -> tuple[Place, ...]:
    """The documents that the trigger itself names, so that nearly every decision needs one batch only."""
    match trigger:
        case CartUpdated(cart=cart):
            return _cart_place(trigger, cart.id) + places(trigger.store, trigger.person)
        case CartVisited(cart_id=cart_id):
            return _cart_place(trigger, cart_id) + places(trigger.store, trigger.person)
        case OrderPlaced(order=facts) | OrderPaymentFailed(order=facts) | OrderCancelled(order=facts):
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
        case CustomerUpdated():
            return places(trigger.store, trigger.person)
        case (
            Look(case_id=case_id, customer_id=customer_id)
            | MessageAnswered(case_id=case_id, customer_id=customer_id)
        ):
            return ((CASES, case_id), (CUSTOMERS, customer_id)) if customer_id else ((CASES, case_id),)
        case ReturnedFlagLapsed(customer_id=customer_id):
            return ((CUSTOMERS, customer_id),)
        case _:
            assert_never(trigger)


def _cart_place(event: StorefrontEvent, cart_id: str) -> tuple[Place, ...]:
    return ((CASES, ids.case_id(event.store, cart_id)),)


def _order_place(event: StorefrontEvent, order_id: str) -> tuple[Place, ...]:
    return ((ORDERS, ids.order_id(event.store, order_id)),)
