"""What becomes of people's carts: one short story each, as a person would live it.

A story never asks whether its customer is in the control group. Whoever waits for a letter that doesn't come
just doesn't get one.
"""

from dataclasses import replace
from datetime import timedelta

from infra.demo.shoppers.shopper import Shopper, code_in
from infra.demo.simulation import Story, Wait
from infra.demo.storefronts.catalogue import small

_BACK_UNASKED = 0.11
"""How likely somebody comes back by themselves."""
_PERSUADED = {"first": 0.08, "last_call": 0.04}
"""How likely a letter brings somebody back who would not have come."""
_TYPES_THE_CODE = 0.8


def buys_at_once(me: Shopper) -> Story:
    """Most carts are never lost."""
    me.fills_cart()
    yield me.minutes(2, 9)
    if me.luck.chance(0.4):
        me.fills_cart()
        yield me.minutes(2, 12)
    me.orders()


def undecided(me: Shopper) -> Story:
    """Leaves a cart behind; perhaps comes back unasked, perhaps is persuaded, mostly neither."""
    me.fills_cart()
    for _ in range(me.luck.pick((0, 0, 1, 1, 2, 3))):
        yield me.minutes(1, 14)
        me.luck.pick((me.edits_cart, me.looks_at_page))()
    unasked = me.hours(1.2, 90) if me.luck.chance(_BACK_UNASKED) else None
    end = unasked or Wait(me.now() + timedelta(days=4))
    while (letter := (yield Wait(end.until, for_letter=True))) is not None:
        if me.luck.chance(_PERSUADED[letter.message.step]):
            yield me.hours(0.2, 20)
            me.orders(code_in(letter) if me.luck.chance(_TYPES_THE_CODE) else None)
            return
    if unasked:
        me.orders()


def returns_with_the_code(me: Shopper) -> Story:
    """Is glad of the code and uses it."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(0.3, 9)
        me.orders(code_in(letter))


def returns_at_the_last_call(me: Shopper) -> Story:
    """Needs to be asked twice."""
    me.fills_cart()
    yield me.letter()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(0.5, 30)
        me.orders(code_in(letter))


def returns_without_the_code(me: Shopper) -> Story:
    """Comes back because of the letter, and forgets the code in it."""
    me.fills_cart()
    if (yield me.letter()) is not None:
        yield me.hours(2, 60)
        me.orders()


def buys_before_any_message(me: Shopper) -> Story:
    """Was only at lunch: back after the cart counted as lost, before the first reminder."""
    me.fills_cart()
    yield me.minutes(34, 55)
    me.orders()


def buys_something_else(me: Shopper) -> Story:
    """Buys in another way before the first reminder, so that the cart isn't asked after."""
    me.fills_cart()
    yield me.minutes(36, 52)
    me.takes_new_cart()
    me.fills_cart()
    yield Wait(me.now() + timedelta(minutes=3))
    me.orders(from_cart=False)


def orders_as_somebody_else(me: Shopper) -> Story:
    """Leaves a cart as a guest, orders with an account without e-mail address, and then adds the address."""
    known = me.person
    me.person = replace(known, account=None, phone=None)
    me.fills_cart()
    yield me.minutes(33, 45)
    me.person = replace(known, email=None)
    me.takes_new_cart()
    me.fills_cart()
    me.orders(from_cart=False)
    yield Wait(me.now() + timedelta(minutes=4))
    me.becomes(known, "added the e-mail address to the account")


def empties_the_cart(me: Shopper) -> Story:
    """Decides against it, and says so in the only way a shop understands."""
    me.fills_cart()
    yield me.minutes(40, 56) if me.luck.chance(0.5) else me.hours(3, 9)
    me.empties_cart()


def ignores_everything(me: Shopper) -> Story:
    """Reads, shrugs, and lets the voucher run out."""
    me.fills_cart()
    yield me.letter()


def withdraws_consent(me: Shopper) -> Story:
    """One reminder was one too many."""
    me.fills_cart()
    if (yield me.letter()) is not None:
        yield me.hours(0.2, 6)
        me.becomes(
            replace(me.person, agrees={"email": False, "sms": False}), "withdrew the consent to messages"
        )


def logs_in_later(me: Shopper) -> Story:
    """A guest who logs in with the same address is the same person, and gets one sequence."""
    account = me.person.account
    me.person = replace(me.person, account=None)
    me.fills_cart()
    yield me.minutes(6, 20)
    me.becomes(replace(me.person, account=account), "logged in")
    me.edits_cart()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(1, 8)
        me.orders(code_in(letter))


def comes_again_in_the_evening(me: Shopper) -> Story:
    """Redeems a code, leaves another cart soon after, and is reminded without a second code."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is None:
        return
    yield me.hours(0.3, 2)
    me.orders(code_in(letter))
    yield me.hours(3, 8)
    me.takes_new_cart()
    me.fills_cart()
    if (yield me.letter()) is not None and me.luck.chance(0.5):
        yield me.hours(1, 10)
        me.orders()


def leaves_two_carts(me: Shopper) -> Story:
    """A second cart within the hour: one sequence, and three hours between two messages."""
    me.fills_cart()
    yield me.minutes(40, 55)
    me.takes_new_cart()
    me.fills_cart()
    for _ in range(3):
        letter = yield me.letter()
    if letter is not None:
        yield me.hours(1, 5)
        me.orders(code_in(letter))


def pays_at_the_second_try(me: Shopper) -> Story:
    """The bank declines, the voucher is free again, and two hours later it works."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is None:
        return
    yield me.hours(0.5, 5)
    order = me.places_order(code_in(letter))
    yield me.minutes(2, 9)
    me.fails_to_pay(order)
    yield me.hours(1, 4)
    me.pays(order)


def never_pays(me: Shopper) -> Story:
    """The bank declines, and that was that."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(0.5, 5)
        order = me.places_order(code_in(letter))
        yield me.minutes(2, 9)
        me.fails_to_pay(order)


def cancels_afterwards(me: Shopper) -> Story:
    """Comes back with the code and changes their mind."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(0.5, 6)
        order = me.orders(code_in(letter))
        yield me.hours(2, 30)
        me.cancels(order)


def sends_it_back(me: Shopper) -> Story:
    """Comes back with the code; the goods come back too."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(0.5, 6)
        order = me.orders(code_in(letter))
        yield me.hours(80, 110)
        me.sends_back(order)


def comes_too_late(me: Shopper) -> Story:
    """Finds the letter after the voucher has run out and too long after it to count."""
    me.fills_cart()
    letter = yield me.letter()
    if letter is not None:
        yield me.hours(24 * 7.6, 24 * 8.4)
        me.orders(code_in(letter))


def finds_everything_sold_out(me: Shopper) -> Story:
    """Nobody is reminded of what can't be had."""
    me.fills_cart()
    yield me.minutes(5, 15)
    me.finds_sold_out()


def finds_one_thing_sold_out(me: Shopper) -> Story:
    """What can't be had drops out of the reminder."""
    me.fills_cart()
    me.fills_cart(*small())
    yield me.minutes(5, 15)
    me.finds_sold_out(me.basket.lines[-1].article.sku)
    letter = yield me.letter()
    if letter is not None and me.luck.chance(0.5):
        yield me.hours(1, 9)
        me.orders(code_in(letter))


def fills_a_tiny_cart(me: Shopper) -> Story:
    """A bar of soap is not worth a message."""
    me.fills_cart(small()[-1])
    yield me.minutes(1, 2)


def cannot_decide_at_all(me: Shopper) -> Story:
    """Forty changes in an hour and a half are one lost cart."""
    me.fills_cart()
    for _ in range(40):
        yield me.minutes(1, 4)
        me.edits_cart()
    yield me.letter()


def telephones(me: Shopper) -> Story:
    """Has the shop's staff order after the reminder: bought, but not counted as brought back."""
    me.fills_cart()
    if (yield me.letter()) is not None:
        yield me.hours(2, 20)
        me.orders(by_staff=True)
