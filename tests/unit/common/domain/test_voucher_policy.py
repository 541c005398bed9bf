"""Document `vouchers`, and what the checkout makes of it."""

from typing import Any

import pytest

from common.application.policies import InvalidPolicy, build, parse
from infra.local.machine import LOCAL_KEYS
from tests.builders import ANNA
from tests.shop_backend import ShopBackend
from tests.stories import Story


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"lock_minutes": 0}, "lock_minutes"),
        ({"lock_minutes": 121}, "lock_minutes"),
        ({"floor_percent": 101}, "floor_percent"),
        ({"binding": "borrowed"}, "binding"),
        ({"min_total": {"PLN": "1.001"}}, "min_total.PLN"),
        ({"unknown_codes_per_minute": 0}, "unknown_codes_per_minute"),
        ({"lock_minuets": 30}, "lock_minuets"),
    ],
)
def test_a_mistake_is_named(document: dict[str, Any], field: str) -> None:
    """With its field, in a sentence."""
    with pytest.raises(InvalidPolicy, match=field):
        parse("vouchers", document)


@pytest.mark.parametrize("field", ["cart_link_days", "unsubscribe_link_days"])
def test_links_work_for_a_time_that_makes_sense(field: str) -> None:
    """Neither for no time nor for ever."""
    for days in (0, 4000):
        with pytest.raises(InvalidPolicy, match=field):
            parse("storefront", {field: days})


def test_minimum_and_floor_count_at_the_checkout() -> None:
    """Per currency; a total just at the minimum will do (L30)."""
    documents: dict[str, dict[str, Any]] = {
        "recovery": {"holdout_percent": 0},
        "vouchers": {"min_total": {"PLN": "50.00"}, "floor_percent": 90},
    }
    story = Story(build(documents, LOCAL_KEYS))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    shop, code = ShopBackend(story.machine.engine), story.code()
    assert shop.told("validate", code, currency="PLN", total="49.99") == "below_minimum"
    assert shop.told("validate", code, currency="PLN", total="50.00") == "valid"
    assert shop.told("validate", code, currency="EUR", total="1.00") == "valid"
    stacked = shop.ask("validate", code, currency="PLN", total="100.00", other_discount="8.00").body
    assert stacked is not None
    assert (stacked["discount"]["goods"], stacked["discount"]["payable"]) == ("2.00", "90.00")
