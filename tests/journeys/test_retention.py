"""How long documents are kept: what is alive stays, whole; what nobody has touched for its time goes."""

from datetime import datetime, timedelta

from common.application.ports import Ref
from common.domain import ids
from common.domain.policy import RetentionPolicy
from infra.local.sqlite_store import SqliteStore
from tests.builders import ANNA, BOOTS, STORE, Shopper, when
from tests.stories import Story

KEPT = RetentionPolicy()
GUEST = Shopper(email=ANNA.email)


def expire_at(story: Story, collection: str, id: str) -> datetime | None:
    """The moment beside a document."""
    ref = Ref(collection, id)
    return story.machine.store.load([ref])[ref].expire_at


def purge(story: Story, now: datetime) -> None:
    """What Firestore does by itself."""
    store = story.machine.store
    assert isinstance(store, SqliteStore)
    store.purge_expired(now)


def of_customer(kind: str, value: str | None) -> str:
    """The document of one of Anna's identifiers."""
    return ids.customer_id(STORE, kind, value or "")


def test_every_document_has_its_time() -> None:
    """Cases, customers, orders and codes from their last event on; suppressions for ever."""
    story = Story()
    story.cart("k1", "10:00", ANNA, BOOTS)
    story.run_until("11:30")
    code = story.code()
    story.order("o1", "12:00", ANNA, cart="k1", codes=[code])
    at = when("12:00")
    assert expire_at(story, "cases", ids.case_id(STORE, "k1")) == at + KEPT.cases
    assert expire_at(story, "orders", ids.order_id(STORE, "o1")) == at + KEPT.orders
    assert expire_at(story, "customers", of_customer("id", ANNA.id)) == when("10:00") + KEPT.customers
    issued = expire_at(story, "voucher_codes", ids.voucher_id(STORE, code))
    assert issued is not None
    assert issued > when("11:00") + KEPT.cases


def test_a_customer_who_comes_back_is_kept_with_all_signposts() -> None:
    """After half of the time the next event gives all of them their time again, also those it doesn't name."""
    story = Story()
    story.customer(ANNA, "10:00")
    first = when("10:00") + KEPT.customers
    story.order("o1", "+100d 10:00", Shopper(id=ANNA.id))
    documents = [
        of_customer("id", ANNA.id),
        of_customer("email", ANNA.email),
        of_customer("phone", ANNA.phone),
    ]
    assert {expire_at(story, "customers", id) for id in documents} == {first}
    story.order("o2", "+400d 10:00", Shopper(id=ANNA.id))
    later = when("+400d 10:00") + KEPT.customers
    assert {expire_at(story, "customers", id) for id in documents} == {later}
    purge(story, first)
    story.customer(GUEST.saying(email=False), "+750d 10:00")
    assert story.person(Shopper(id=ANNA.id)).id == story.person(GUEST).id


def test_an_event_that_changes_little_writes_no_customer() -> None:
    """The moment of a customer moves at most once in half of its time."""
    story = Story()
    story.cart("k1", "10:00", ANNA, BOOTS)
    before = expire_at(story, "customers", of_customer("id", ANNA.id))
    for day in range(1, 5):
        story.cart("k1", f"+{day}d 10:00", ANNA, BOOTS)
    assert expire_at(story, "customers", of_customer("id", ANNA.id)) == before


def test_whoever_does_not_come_back_is_forgotten() -> None:
    """After their time nothing of them is stored, and nothing pends."""
    story = Story()
    story.cart("k1", "10:00", ANNA, BOOTS)
    story.order("o1", "12:00", ANNA, cart="k1")
    story.run_until("+20d 00:00")
    purge(story, story.clock.now() + max(KEPT.customers, KEPT.orders) + timedelta(days=30))
    for collection in ("cases", "customers", "orders", "voucher_codes"):
        assert story.documents(collection) == []
