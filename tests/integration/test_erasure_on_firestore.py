"""Erasing and exporting on the real Store: its queries, conditional deletions and expiry moments."""

from dataclasses import replace

import pytest

from common.adapters.firestore_store import FirestoreStore
from common.application import privacy
from common.application.documents import COLLECTIONS, to_json
from common.application.engine import Engine
from common.application.ports import Ref
from common.application.privacy import carry_out
from common.application.privacy_export import export
from common.application.privacy_finding import browse, find_subject
from common.domain import ids
from common.domain.policy import RetentionPolicy
from common.domain.storefront import Person, StoreErased
from tests.builders import BEN, STORE, when
from tests.journeys.test_erasure import ZOE, a_life, erase, traces
from tests.stories import Story


def on_firestore(project: str) -> Story:
    """A story whose documents are in the emulator."""
    store = FirestoreStore(project)

    def wrapped(engine: Engine) -> Engine:
        return replace(engine, store=store)

    return Story(wrapped=wrapped)


def everything(story: Story) -> str:
    """All documents of all collections."""
    return "\n".join(
        f"{ref.collection}/{ref.id} {to_json(entry.document).decode()}"
        for collection in COLLECTIONS
        for ref, entry in browse(story.machine.engine, collection)
    )


def test_a_person_is_exported_and_erased(firestore_project: str) -> None:
    """The same story as in the file: all there, then nothing left, and the figures still whole."""
    story = on_firestore(firestore_project)
    a_life(story)
    assert len(traces(everything(story))) > 8
    engine = story.machine.engine
    found = export(engine, find_subject(engine, STORE, Person(phone=ZOE.phone)))
    assert {one["cart"] for one in found["carts"]} == {"zoe-browser-cart", "k1", "k2"}
    message = erase(story)
    assert traces(everything(story)) == []
    assert (BEN.email or "") in everything(story)
    before = everything(story)
    story.redeliver(message)
    assert everything(story) == before
    story.order("o1", "21:00", type="cancelled", total="85.50")
    assert [line["revenue"] for line in story.said("case.reversed")] == ["85.50"]


def test_a_store_is_erased_by_call_and_sweep(firestore_project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the call leaves is found by the record's state and goes on from its cursor."""
    monkeypatch.setattr(privacy, "CALL_SECONDS", -1.0)
    story = on_firestore(firestore_project)
    a_life(story)
    for number in range(12):
        story.visit(f"x{number}", "18:30", replace(BEN, id=f"b{number}", email=f"b{number}@other.test"))
        story.customer(replace(BEN, id=f"b{number}", email=f"b{number}@other.test", phone=None), "18:31")
    erased = StoreErased(id="r", store=STORE, source="shopify", occurred_at=story.clock.now())
    outcome = carry_out(story.machine.engine, erased)
    while outcome == "running":
        assert story.sweep()["requests"] == 1
        outcome = str(carry_out(story.machine.engine, erased))
    assert traces(everything(story)) == []
    assert "@other.test" not in everything(story)


def test_the_moment_of_expiry_is_a_field_that_firestore_can_go_by(firestore_project: str) -> None:
    """Firestore's TTL policy is on expire_at."""
    story = on_firestore(firestore_project)
    story.customer(ZOE, "10:00")
    ref = Ref("customers", ids.customer_id(STORE, "id", ZOE.id or ""))
    page = story.machine.store  # the file is empty: everything is in Firestore
    assert page.load([ref])[ref].document is None
    store = story.machine.engine.store
    moment = when("10:00") + RetentionPolicy().customers
    assert store.load([ref])[ref].expire_at == moment
    assert store.due("customers", "expire_at", moment, 5).ids == ()
    assert ref.id in store.due("customers", "expire_at", moment.replace(second=1), 5).ids
