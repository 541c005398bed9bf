"""Things that happen at a shop, made up by hypothesis, and told in the order in which they are heard of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from common.application.ports import PubSubMessage
from common.domain.effects import SendMessage
from tests.builders import ANNA, BEN, BOOTS, DAY, GUEST_ANNA, SOCKS
from tests.journeys.witness import BUYERS, Witness
from tests.providers.scripted import REFUSED, TIMED_OUT
from tests.stories import Story

CARTS, ORDERS = ("k1", "k2"), ("o1", "o2")
CUSTOMERS = (ANNA, GUEST_ANNA, BEN)
LINES = ([SOCKS], [BOOTS], [SOCKS, ("LAMP", 1, "80.00")])
ANSWERS: dict[str, Callable[[SendMessage], Any]] = {
    "accepts": lambda message: None,
    "refuses e-mail": lambda message: REFUSED if message.channel == "email" else None,
    "refuses all": lambda message: REFUSED,
    "times out": lambda message: TIMED_OUT if message.step == "first" else None,
}


@dataclass(frozen=True)
class Deed:
    """Something that happened `minute` minutes into the story and was heard of `delay` minutes later."""

    kind: str
    minute: int
    delay: int
    cart: str
    order: str
    customer: Any
    lines: Any
    with_code: bool
    names_cart: bool


def _by_its_buyer(deed: Deed) -> Deed:
    """Every event about an order names the same customer."""
    of_order = deed.kind in ("placed", "paid", "payment_failed", "cancelled", "returned")
    return replace(deed, customer=BUYERS[deed.order]) if of_order else deed


def at_once(deed: Deed) -> Deed:
    """A consent that is heard of at once: a late no beats a yes that a cart only repeated, until it is said again."""
    return replace(deed, delay=0) if deed.kind in ("yes", "no") else deed


DEEDS = st.lists(
    st.builds(
        Deed,
        kind=st.sampled_from(
            """
            cart cart put taken sold_out emptied visit
            placed paid payment_failed cancelled returned redeemed no yes
            """.split()
        ),
        minute=st.integers(600, 2400),
        delay=st.sampled_from([0, 0, 0, 1, 45, 400]),
        cart=st.sampled_from(CARTS),
        order=st.sampled_from(ORDERS),
        customer=st.sampled_from(CUSTOMERS),
        lines=st.sampled_from(LINES),
        with_code=st.booleans(),
        names_cart=st.booleans(),
    ).map(_by_its_buyer),
    min_size=2,
    max_size=14,
    unique_by=lambda deed: deed.minute,
)


def moment(minute: int) -> str:
    """A minute of the story as stories write it."""
    at = timedelta(minutes=minute)
    return f"+{at.days}d {at.seconds // 3600}:{at.seconds % 3600 // 60:02}"


def do(story: Story, deed: Deed) -> PubSubMessage:
    """Tell the deed; a code is the one that was issued last."""
    times: dict[str, Any] = {"at": moment(deed.minute), "arrives": moment(deed.minute + deed.delay)}
    issued = story.said("voucher.issued") if deed.with_code else []
    code = issued[-1]["code"] if issued else "SUMMER"
    cart = deed.cart if deed.names_cart else None
    match deed.kind:
        case "cart":
            return story.cart(deed.cart, times["at"], deed.customer, *deed.lines, arrives=times["arrives"])
        case "put":
            return story.put(deed.cart, times["at"], deed.customer, *deed.lines, arrives=times["arrives"])
        case "taken":
            return story.taken(deed.cart, times["at"], deed.customer, *deed.lines, arrives=times["arrives"])
        case "sold_out":
            return story.tell("item.unavailable", item={"sku": "SOCKS"}, cart_id=deed.cart, **times)
        case "emptied":
            return story.emptied(deed.cart, customer=deed.customer, **times)
        case "visit":
            return story.visit(deed.cart, customer=deed.customer, **times)
        case "returned":
            return story.returned("r1", order=deed.order, customer=deed.customer, total="10.00", **times)
        case "redeemed":
            return story.redeemed(code, order=deed.order, **times)
        case "no" | "yes":
            given = deed.kind == "yes"
            return story.customer(deed.customer.saying(email=given, sms=given), **times)
        case type:
            return story.order(
                deed.order, customer=deed.customer, type=type, cart=cart, codes=[code], **times
            )


def known(story: Story, cart: str) -> bool:
    """Whether the engine has a case of the cart."""
    return cart in {case.cart_id for case in story.documents("cases")}


def tell(deeds: list[Deed], answers: str) -> tuple[Story, list[PubSubMessage], Witness]:
    """The whole story, with two weeks after it, its messages, and who watched it."""
    story = Story()
    story.provider.always = ANSWERS[answers]
    witness = Witness(story)
    story.sweep_regularly(timedelta(hours=6))
    messages = []
    for deed in sorted(deeds, key=lambda deed: (deed.minute + deed.delay, deed.minute)):
        if deed.kind == "sold_out" and not known(story, deed.cart):
            continue  # What sells out in an unknown cart leaves nothing behind.
        messages.append(do(story, deed))
        witness.hear(deed)
    story.run_to(DAY + timedelta(days=16))
    return story, messages, witness
