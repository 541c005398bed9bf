"""What a customer gets to see: everything about them, in words, and nothing about anybody else."""

import json
from dataclasses import replace
from typing import Any

from common.application.privacy_export import export
from common.application.privacy_finding import find_subject
from common.application.privacy_requests import handed_over
from common.domain.privacy import RequestState
from common.domain.storefront import Person
from tests.builders import BEN, STORE
from tests.journeys.test_erasure import ZOE, a_life, everything
from tests.stories import Story


def exported(story: Story, **person: Any) -> dict[str, Any]:
    """The export of whoever is named so."""
    engine = story.machine.engine
    return export(engine, find_subject(engine, STORE, Person(**person)))


def test_everything_is_in_it() -> None:
    """Who they are, what they agreed to, carts, messages, orders, vouchers, returns, refused messages."""
    story = Story()
    a_life(story)
    found = exported(story, email=ZOE.email)
    identity = found["who_you_are_to_us"]
    assert identity["account_ids"] == [ZOE.id]
    assert identity["email_addresses"] == [ZOE.email]
    assert identity["phone_numbers"] == [ZOE.phone]
    assert identity["name"] == ZOE.name
    assert {one["channel"]: one["agreed"] for one in found["consents"]} == {"email": True, "sms": True}
    assert {one["cart"] for one in found["carts"]} == {"zoe-browser-cart", "k1", "k2"}
    (first,) = [one for one in found["carts"] if one["cart"] == "k1"]
    assert first["total"] == {"amount": "90.00", "currency": "PLN"}
    assert first["items"][0]["unit_price"] == {"amount": "90.00", "currency": "PLN"}
    assert "abandoned" in [entry["what"] for entry in first["what_happened"]]
    assert {one["to"] for one in found["messages_sent_to_you"]} == {ZOE.email}
    code = story.said("voucher.issued")[0]["code"]
    assert found["messages_sent_to_you"][0]["promised_code"] == code
    (order,) = found["orders"]
    assert (order["order"], order["total"]) == ("o1", {"amount": "85.50", "currency": "PLN"})
    assert code in {one["code"] for one in found["vouchers"]}
    assert [one["id"] for one in found["returned_goods"]] == ["r1"]
    (refused,) = found["messages_about_you_that_could_not_be_read"]
    assert "zoe.quimby@distinct.test" in refused["message"]
    assert (BEN.email or "?") not in json.dumps(found)
    assert "k3" not in json.dumps([one["cart"] for one in found["carts"]])


def test_it_is_plain_json_without_floats() -> None:
    """Any reader can take it; times carry their offset."""
    story = Story()
    a_life(story)
    text = json.dumps(exported(story, external_id=ZOE.id))

    def no_float(number: str) -> Any:
        raise AssertionError(f"{number} is a float")

    json.loads(text, parse_float=no_float)
    assert exported(story, phone=ZOE.phone)["exported_at"].endswith("Z")


def test_exporting_changes_nothing() -> None:
    """Reading is all it does."""
    story = Story()
    a_life(story)
    before = everything(story)
    exported(story, email=ZOE.email)
    assert everything(story) == before


def test_nobody_has_an_empty_export() -> None:
    """Whoever isn't known learns just that."""
    found = exported(Story(), email="nobody@distinct.test")
    assert found["carts"] == found["orders"] == found["consents"] == []


def test_a_request_is_open_until_its_data_is_handed_over() -> None:
    """The shop's staff export by the request's id; then nothing in it leads to the person."""
    story = Story()
    a_life(story)
    message = story.tell("customer.data_requested", "19:00", replace(ZOE, consent={}))
    (asked,) = story.documents("privacy_requests")
    assert asked.state is RequestState.OPEN
    engine = story.machine.engine
    found = export(engine, find_subject(engine, STORE, None, (), asked.subject_ids))
    assert found["who_you_are_to_us"]["email_addresses"] == [ZOE.email]
    assert handed_over(engine, asked.id)
    assert not handed_over(engine, asked.id)
    story.redeliver(message)
    (asked,) = story.documents("privacy_requests")
    assert (asked.state, asked.subject_ids) == (RequestState.DONE, ())
    assert len(story.said("customer.data_requested")) == 1
