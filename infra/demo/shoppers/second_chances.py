"""What becomes of orders that came to nothing: one short story each, as a person would live it.

A story never asks whether its customer is in the control group, or whether the engine found an alternative. Whoever
waits for a letter that doesn't come just doesn't get one.
"""

from collections.abc import Generator
from datetime import timedelta

from infra.demo.shoppers.buyer import Buyer
from infra.demo.simulation import Story, Wait
from infra.local.mailbox import Letter

_LONG = timedelta(days=8)
"""Longer than an offer lives, so that its reminder is read too."""


def _offer(me: Buyer) -> Generator[Wait, Letter | None, Letter | None]:
    """The next letter about an offer. Where events overtook each other, a cart's own reminder may come before it."""
    while (letter := (yield me.letter(_LONG))) is not None and letter.message.offer is None:
        pass
    return letter


def takes_the_alternative(me: Buyer) -> Story:
    """Doesn't pass the check for the dear one, and is glad that there is another one."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    me.fails_verification(order, approved_percent=me.luck.pick((None, 75, 85, 95)))
    letter = yield from _offer(me)
    if letter is not None:
        yield me.hours(0.2, 9)
        promise = me.looks_at(letter)
        yield me.minutes(1, 6)
        me.accepts(promise)
        yield me.minutes(1, 4)
        me.orders_alternative(promise)


def pays_for_the_alternative(me: Buyer) -> Story:
    """The card has a limit, and the alternative is below it. Orders at once, without saying yes before."""
    order = me.orders_wish()
    yield me.minutes(1, 3)
    me.is_declined(order)
    letter = yield from _offer(me)
    if letter is not None:
        yield me.hours(0.3, 20)
        me.orders_alternative(me.looks_at(letter))


def takes_what_is_left(me: Buyer) -> Story:
    """Was too late for the one in the cart, and takes its sister."""
    me.fills_cart(me.wish)
    yield me.minutes(3, 9)
    me.finds_wish_gone()
    letter = yield from _offer(me)
    if letter is not None:
        yield me.hours(0.2, 6)
        promise = me.looks_at(letter)
        yield me.minutes(1, 9)
        me.accepts(promise)
        me.orders_alternative(promise)


def remembers_at_the_last_moment(me: Buyer) -> Story:
    """Puts it off until the reminder."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    me.fails_verification(order)
    yield from _offer(me)
    letter = yield from _offer(me)
    if letter is not None:
        yield me.hours(0.2, 8)
        promise = me.looks_at(letter)
        me.accepts(promise)
        me.orders_alternative(promise)


def declines_the_alternative(me: Buyer) -> Story:
    """This one or none."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    me.fails_verification(order, approved_percent=80)
    letter = yield from _offer(me)
    if letter is not None:
        yield me.hours(0.2, 9)
        promise = me.looks_at(letter)
        yield me.minutes(1, 6)
        me.declines(promise)


def lets_the_offer_run_out(me: Buyer) -> Story:
    """Reads, thinks about it, reads the reminder, and thinks on."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    (me.is_declined if me.luck.chance(0.5) else me.fails_verification)(order)
    letter = yield from _offer(me)
    if letter is not None and me.luck.chance(0.5):
        yield me.hours(0.5, 20)
        me.looks_at(letter)


def accepts_and_forgets(me: Buyer) -> Story:
    """Says yes, and never orders."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    me.fails_verification(order)
    letter = yield from _offer(me)
    if letter is not None:
        yield me.hours(0.5, 12)
        me.accepts(me.looks_at(letter))


def can_afford_nothing_like_it(me: Buyer) -> Story:
    """The check would have let through less than any of them costs, so nobody writes."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    me.fails_verification(order, approved_percent=20)
    yield Wait(me.now())


def hears_nothing(me: Buyer) -> Story:
    """The offer ends before it reaches anybody."""
    order = me.orders_wish()
    yield me.minutes(1, 4)
    me.fails_verification(order)
