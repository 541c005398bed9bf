"""A shop removes the engine, and comes back."""

from common.application.privacy_stores import store_returned
from common.application.shell import advance
from common.domain.storefront import StoreLeft
from tests.builders import ANNA, BEN, BOOTS, STORE
from tests.stories import Story


def test_a_store_that_came_back_reaches_its_customers_again() -> None:
    """While it is gone nobody is contacted; afterwards everybody with a consent is."""
    story = Story()
    engine = story.machine.engine
    advance(engine, StoreLeft(id="left", store=STORE, source="shopify", occurred_at=story.clock.now()))
    story.cart("k1", "10:00", ANNA)
    story.run_until("+3d 00:00")
    assert story.provider.offered == []
    assert store_returned(engine, STORE)
    assert not store_returned(engine, STORE)
    story.cart("k2", "+3d 10:00", BEN, BOOTS)
    story.run_until("+5d 00:00")
    assert {message.recipient for message in story.provider.offered} == {BEN.email}
