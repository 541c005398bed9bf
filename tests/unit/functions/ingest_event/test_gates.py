"""The policy at the door: per source and store, what is turned away, passed over, or repaired."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from common.application.failures import Refused
from common.domain.intake_rules import IntakeOverride, IntakePolicy
from common.domain.money import Money
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    CANONICAL_EVENTS,
    CART,
    CUSTOMER,
    DROPPED,
    NOW,
    ORDER,
    SHOPIFY_CART,
    canonical,
    changed,
    from_recoup,
    from_shopify,
)

CART_EVENT = canonical("cart.updated", cart=CART, customer=CUSTOMER)
LENIENT = IntakePolicy(strictness="lenient")
SHED = Ignored("recoup", "socks", "browse_shed")


def told(payload: Any, policy: IntakePolicy, **attributes: str) -> Any:
    """The one thing that a canonical message tells under a policy."""
    (said,) = understand(from_recoup(payload, **attributes), NOW, policy)
    return said


def waited(minutes: int, payload: Any, policy: IntakePolicy = IntakePolicy()) -> Any:  # noqa: B008 - frozen
    """The same of a message that lay on the topic for a while."""
    message = from_recoup(payload)
    (said,) = understand(message, message.publish_time + timedelta(minutes=minutes), policy)
    return said


@pytest.mark.parametrize(
    ("rules", "reason", "field"),
    [
        ({"accepted_currencies": ("EUR",)}, "currency_not_accepted", "cart.currency"),
        ({"max_total": {"PLN": Decimal("578.79")}}, "total_too_large", "cart.total"),
        ({"max_lines": 1}, "too_many_lines", "cart.lines"),
        ({"required": ("channel",)}, "field_missing", "channel"),
        ({"required": ("cart.lines[].image_url",)}, "field_missing", "cart.lines[].image_url"),
    ],
)
def test_a_cart_that_breaks_a_rule_is_refused_with_its_money(
    rules: dict[str, Any], reason: str, field: str
) -> None:
    """The reason, the field, and what is at stake; the same cart passes where the rule doesn't hold."""
    refused = told(CART_EVENT, IntakePolicy(**rules))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field, refused.source, refused.store) == (
        reason,
        field,
        "recoup",
        "socks",
    )
    assert refused.at_stake == Money(57_880, "PLN")
    elsewhere = IntakePolicy(stores={"boots": IntakeOverride(**rules)})
    assert not isinstance(told(CART_EVENT, elsewhere), Refused)


@pytest.mark.parametrize("payload", CANONICAL_EVENTS[3:10], ids=lambda payload: payload["type"])
def test_orders_and_words_of_customers_are_never_turned_away(payload: dict[str, Any]) -> None:
    """Whoever bought would be reminded, and whoever said no would be written to (L1, L38)."""
    harsh = IntakePolicy(
        accepted_currencies=("JPY",),
        max_total={"PLN": Decimal(1)},
        max_lines=1,
        required=("customer.phone", "channel"),
        browse_sampling_percent=0,
    )
    said = told(payload, harsh, **{"user-agent": "Googlebot/2.1"})
    assert not isinstance(said, Refused | Ignored)


def test_an_emptied_cart_always_passes() -> None:
    """It stops what is pending (L9)."""
    emptied = canonical("cart.updated", cart={"id": "cart-9", "lines": []})
    assert told(emptied, IntakePolicy(required=("cart.url",), accepted_currencies=("EUR",))).cart.lines == ()


def test_a_stores_word_goes_before_its_sources() -> None:
    """Shopify may be lenient, one of its shops strict."""
    policy = IntakePolicy(
        sources={"recoup": IntakeOverride(max_lines=1)}, stores={"socks": IntakeOverride(max_lines=5)}
    )
    assert not isinstance(told(CART_EVENT, policy), Refused)
    assert told(CART_EVENT, policy, store="others").reason == "too_many_lines"


@pytest.mark.parametrize(
    "agent", ["Mozilla/5.0 (compatible; Googlebot/2.1)", "HeadlessChrome/120", "UptimeRobot"]
)
def test_robots_open_no_case(agent: str) -> None:
    """Counted, not kept (L42)."""
    said = told(CART_EVENT, IntakePolicy(), **{"user-agent": agent})
    assert said == Ignored("recoup", "socks", "bot")


def test_browsing_is_sampled_and_carts_are_not() -> None:
    """About a tenth of the page views; the same ones when they are delivered again."""
    policy = IntakePolicy(browse_sampling_percent=10)
    views = [canonical("page.viewed", cart_id="c", id=f"view-{number}") for number in range(500)]
    views = [{**view, "id": f"view-{number}"} for number, view in enumerate(views)]
    counted = [not isinstance(told(view, policy), Ignored) for view in views]
    assert 20 < sum(counted) < 90
    assert counted == [not isinstance(told(view, policy), Ignored) for view in views]
    assert not isinstance(told(CART_EVENT, policy), Ignored)


def test_browsing_that_waited_is_shed() -> None:
    """A page view is of use for a quarter of an hour; a cart or an order always is."""
    view = canonical("page.viewed", cart_id="c", customer={"anonymous_id": "browser-1"})
    assert waited(15, view) != SHED
    assert waited(16, view) == SHED
    assert waited(16, canonical("checkout.started", cart_id="c")) == SHED
    for payload in (CART_EVENT, canonical("order.placed", order=ORDER, customer=CUSTOMER)):
        assert not isinstance(waited(7 * 24 * 60, payload), Refused | Ignored)


@pytest.mark.parametrize(
    "customer", [{"email": "a@shop.test"}, {"id": "c-1"}, {"anonymous_id": "b", "consent": {"sms": False}}]
)
def test_a_visit_that_says_who_somebody_is_is_never_shed(customer: dict[str, Any]) -> None:
    """It may bring the address to write to, or a no (L38)."""
    assert waited(600, canonical("page.viewed", cart_id="c", customer=customer)) != SHED


def test_when_browsing_is_shed_is_policy() -> None:
    """Per source and store as well."""
    view = canonical("page.viewed", cart_id="c")
    policy = IntakePolicy(
        shed_browse_after_minutes=60, stores={"socks": IntakeOverride(shed_browse_after_minutes=1)}
    )
    assert waited(30, view, policy) == SHED
    assert waited(30, view, IntakePolicy(shed_browse_after_minutes=60)) != SHED


def test_how_far_a_clock_may_be_ahead_is_policy() -> None:
    """Beyond it the event is refused, within it it happened just now."""
    ahead = changed(CART_EVENT, occurred_at=(NOW + timedelta(minutes=20)).isoformat())
    assert told(ahead, IntakePolicy()).reason == "occurred_at_in_future"
    assert told(ahead, IntakePolicy(clock_skew_minutes=30)).occurred_at == NOW
    assert told(ahead, IntakePolicy()).reason == "occurred_at_in_future"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cart__currency": "pln"}, ("cart.currency", "PLN")),
        ({"cart__currency": " zł "}, ("cart.currency", "PLN")),
        ({"cart__lines__0__unit_price": 39.9}, ("cart.lines[0].unit_price", "39.90")),
        ({"cart__lines__0__unit_price": "39,90 PLN"}, ("cart.lines[0].unit_price", "39.90")),
        ({"cart__lines__0__unit_price": "39.901"}, ("cart.lines[0].unit_price", "39.90")),
        ({"cart__lines__1__unit_price": "1.499,00"}, ("cart.lines[1].unit_price", "1499.00")),
        ({"cart__lines__0__quantity": "2"}, ("cart.lines[0].quantity", "2")),
        ({"cart__lines__0__quantity": 2.0}, ("cart.lines[0].quantity", "2")),
        ({"cart__lines__0__name": DROPPED}, ("cart.lines[0].name", "SOCKS-42")),
        ({"cart__lines__1__available": "false"}, ("cart.lines[1].available", "False")),
    ],
)
def test_what_can_not_be_mistaken_is_repaired_and_noted(
    fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Refused where the store is strict; taken where it is lenient, with a note that names field and value."""
    broken = changed(CART_EVENT, **fields)
    strict = told(broken, IntakePolicy())
    assert isinstance(strict, Refused)
    event = told(broken, LENIENT)
    assert not isinstance(event, Refused), event
    assert event.repairs == (strict.reason,)
    assert expected[0] in event.notes[0]
    if "unit_price" in expected[0] or "quantity" in expected[0] or "currency" in expected[0]:
        total = 207_880 if "1499" in expected[1] else None
        assert event.cart.total_minor in (57_880, 157_880, total)


@pytest.mark.parametrize(
    "fields",
    [
        {"cart__currency": "$"},
        {"cart__currency": "credits"},
        {"cart__lines__0__unit_price": "1,299"},
        {"cart__lines__0__unit_price": "-5.00"},
        {"cart__lines__0__unit_price": "about ten"},
        {"cart__lines__0__quantity": -1},
        {"cart__lines__0__quantity": 1.5},
        {"cart__lines__0__sku": DROPPED},
        {"cart__lines": "none"},
        {"customer__consent__email": "perhaps"},
        {"id": DROPPED},
    ],
)
def test_what_could_be_mistaken_stays_refused(fields: dict[str, Any]) -> None:
    """A price that may be another price, a consent that nobody can read: no guessing, the same reason as strictly."""
    broken = changed(CART_EVENT, **fields)
    strict, lenient = told(broken, IntakePolicy()), told(broken, LENIENT)
    assert isinstance(lenient, Refused)
    assert (lenient.reason, lenient.field) == (strict.reason, strict.field)


def test_several_things_are_repaired_at_once() -> None:
    """Each with its note; one that can't be keeps the whole message refused."""
    broken = changed(
        CART_EVENT, cart__currency="pln", cart__lines__0__unit_price=39.9, cart__lines__1__quantity="1"
    )
    event = told(broken, LENIENT)
    assert len(event.repairs) == 3
    assert event.cart.total_minor == 57_880
    assert told(changed(broken, cart__lines__1__unit_price="?"), LENIENT).field == "cart.lines[1].unit_price"


def test_a_moment_is_repaired_to_what_it_must_be() -> None:
    """Milliseconds since 1970 are read as such; an unreadable or future moment becomes that of the publication."""
    millis = int((NOW - timedelta(minutes=3)).timestamp() * 1000)
    assert told(changed(CART_EVENT, occurred_at=millis), LENIENT).occurred_at == NOW - timedelta(minutes=3)
    assert told(changed(CART_EVENT, occurred_at="yesterday"), LENIENT).occurred_at == NOW
    assert told(changed(CART_EVENT, occurred_at="2026-06-01T00:00:00Z"), LENIENT).occurred_at == NOW


def test_a_platforms_own_fields_are_repaired_too() -> None:
    """The field that the refusal names is the platform's."""
    payload = changed(SHOPIFY_CART, line_items__0__quantity="2")
    (strict,) = understand(from_shopify("carts/update", payload), NOW)
    assert isinstance(strict, Refused)
    (event,) = understand(from_shopify("carts/update", payload), NOW, LENIENT)
    assert event.cart.lines[0].quantity == 2  # type: ignore[union-attr]


def test_an_order_is_repaired_as_well() -> None:
    """A lenient store loses no order over a spelling."""
    order = canonical("order.placed", order={**ORDER, "currency": "pln", "total": 549.8})
    assert told(order, LENIENT).order.total == Money(54_980, "PLN")


@pytest.mark.parametrize(
    "document",
    [
        {"required": ("cart.colour",)},
        {"accepted_currencies": ("EURO",)},
        {"clock_skew_minutes": -1},
        {"max_lines": 0},
        {"browse_sampling_percent": 101},
        {"max_total": {"JPY": Decimal("1.5")}},
        {"bot_user_agents": ("a",)},
    ],
)
def test_a_rule_that_makes_no_sense_is_turned_down(document: dict[str, Any]) -> None:
    """In the document and in its exceptions, with a sentence that names the field."""
    for kind in (IntakePolicy, IntakeOverride):
        with pytest.raises(ValueError, match=next(iter(document))):
            kind(**document)
