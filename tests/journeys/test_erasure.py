"""Erasing a person: nothing that leads to them is left anywhere, and every figure stays as it was."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import stamina

from common import wiring
from common.application import privacy
from common.application.engine import Engine
from common.application.privacy import carry_out
from common.application.shell import advance
from common.domain import ids
from common.domain.effects import SendMessage
from common.domain.privacy import RequestState
from common.domain.storefront import CustomerErased, Person, StoreErased
from common.domain.triggers import Accepted, CustomersSeparated, Rejected
from common.domain.vocabulary import Reason, Stage, VoucherState
from tests.builders import ANNA, BEN, BOOTS, SOCKS, STORE, Shopper
from tests.crashing import Crashes
from tests.providers.scripted import Crash, ScriptedProvider
from tests.stories import Story

ZOE = Shopper(
    id="account-7731",
    anonymous_id="browser-9af31c",
    email="zoe.quimby@distinct.test",
    phone="+48601777888",
    name="Zoe Quimby-Distinct",
    locale="pl-PL",
)
GUEST_ZOE = Shopper(email=ZOE.email, name=ZOE.name)
GIFT = {
    "sku": "GIFT",
    "name": "Mug for Quimby-Distinct",
    "quantity": 1,
    "unit_price": "90.00",
    "url": "https://socks.test/p/zoe-token",
}
TRACES = (
    "zoe.quimby",
    "Quimby",
    "601777888",
    "account-7731",
    "browser-9af31c",
    "zoe-token",
    *(
        ids.customer_id(STORE, kind, value)
        for kind, value in (
            ("id", ZOE.id or ""),
            ("email", ZOE.email or ""),
            ("phone", ZOE.phone or ""),
            ("anonymous", ZOE.anonymous_id or ""),
        )
    ),
)
"""Whatever says who it was, and the hashes of it that anybody can make."""


@pytest.fixture(autouse=True)
def _no_waiting() -> Any:
    stamina.set_testing(True, attempts=8, cap=True)
    yield
    stamina.set_testing(False)


def a_life(story: Story) -> None:
    """Two carts, reminders, an order with a code, a return, a visit as a guest, and messages nobody could read."""
    browser = Shopper(anonymous_id=ZOE.anonymous_id, consent={})
    story.put("zoe-browser-cart", "09:00", browser, SOCKS)
    story.cart("k1", "10:00", GUEST_ZOE, GIFT, url="https://socks.test/cart?token=zoe-token")
    story.customer(ZOE, "10:05")
    story.run_until("13:00")
    code = story.code()
    story.order("o1", "14:00", ZOE, cart="k1", total="85.50", discount="4.50", codes=[code])
    story.returned("r1", "15:00", "o1", ZOE, total="10.00")
    story.cart("k2", "16:00", ZOE, BOOTS)
    story.cart("k3", "16:30", BEN, BOOTS)
    story.tell("cart.updated", "16:40", ZOE, cart={"id": "k9", "currency": "XXX", "lines": [1]})
    story.run_until("18:00")


def erase(story: Story, at: str = "20:00", who: Shopper = ZOE, **more: Any) -> Any:
    """The customer asks to be forgotten."""
    return story.tell("customer.erased", at, replace(who, consent={}), **more)


def work_on(story: Story, engine: Engine) -> None:
    """From now on the story's functions have this engine."""
    story.machine.engine = engine
    wiring.use(lambda: engine)


def everything(story: Story) -> str:
    """All that is stored, apart from the counters."""
    with story.database.lock:
        rows = story.database.execute("SELECT collection, id, body FROM documents").fetchall()
    return "\n".join(f"{collection}/{id} {bytes(body).decode()}" for collection, id, body in rows)


def traces(text: str) -> list[str]:
    """Which of the person's traces are in a text."""
    return [trace for trace in TRACES if trace.lower() in text.lower()]


def test_nothing_that_leads_to_the_person_is_left() -> None:
    """Not in any document, nor in a document's id; what others are known by stays."""
    story = Story()
    a_life(story)
    assert len(traces(everything(story))) == len(TRACES)
    erase(story)
    assert traces(everything(story)) == []
    assert story.person(BEN).email == BEN.email
    (said,) = story.said("customer.erased")
    assert said["counts"]["cases"] == 3
    assert ids.customer_id(STORE, "email", ZOE.email or "") in said["customer_ids"]
    assert traces(json.dumps({**said, "customer_ids": []})) == []


@pytest.mark.parametrize(
    "named",
    [
        Shopper(id=ZOE.id),
        Shopper(email=ZOE.email),
        Shopper(phone=ZOE.phone),
        Shopper(email=(ZOE.email or "").upper()),
    ],
)
def test_one_identifier_is_enough(named: Shopper) -> None:
    """Whichever the shop names, all documents of the person are found; refused messages by all that is known."""
    story = Story()
    a_life(story)
    erase(story, who=named)
    assert traces(everything(story)) == []


def test_the_figures_stay() -> None:
    """Counters, recovered revenue, states and articles are the same; a later cancellation still counts."""
    story = Story()
    a_life(story)
    before = story.counters()
    recovered = [case.recovery for case in story.documents("cases") if case.recovery]
    assert len(recovered) == 1
    erase(story)
    after = story.counters()
    assert {name: after[name] for name in before} | {"intake_understood_recoup": 0} == before | {
        "intake_understood_recoup": 0
    }
    (case,) = [case for case in story.documents("cases") if case.recovery]
    assert case.recovery == recovered[0]
    assert [line.sku for line in case.lines] == ["GIFT"]
    assert story.order_document("o1").case_id == case.id
    story.order("o1", "21:00", cart=None, type="cancelled", total="85.50")
    (reversed_,) = story.said("case.reversed")
    assert reversed_["revenue"] == "85.50"


def test_nothing_is_sent_any_more() -> None:
    """Sequences end, timers that are still set find nothing, and no announcement follows about the person."""
    story = Story()
    a_life(story)
    sent = len(story.provider.offered)
    erase(story)
    said = len(story.lines())
    story.run_until("+30d 00:00")
    later = story.lines()[said:]
    assert [
        message.recipient for message in story.provider.offered[sent:] if message.recipient != BEN.email
    ] == []
    assert traces(json.dumps(later)) == []
    assert traces(everything(story)) == []


def test_a_promise_is_kept() -> None:
    """A code that the customer has in their hands is honoured, counted, and lapses when its time is over."""
    story = Story()
    story.cart("k1", "10:00", ZOE, BOOTS)
    story.run_until("11:30")
    code = story.code()
    erase(story, "12:00")
    (case,) = story.documents("cases")
    assert (case.stage, case.voucher.state) == (Stage.LOST, VoucherState.ISSUED)
    story.order("o7", "13:00", BEN, codes=[code], total="380.00", discount="20.00")
    assert [line["revenue"] for line in story.said("case.recovered")] == ["380.00"]

    other = Story()
    other.cart("k1", "10:00", ZOE, BOOTS)
    other.run_until("11:30")
    erase(other, "12:00")
    other.run_until("+9d 00:00")
    assert [line["code"] for line in other.said("voucher.expired")] == [other.code()]


def test_twice_changes_nothing() -> None:
    """Delivered again, and asked again: no document changes but the second request's own."""
    story = Story()
    a_life(story)
    message = erase(story)
    before = everything(story)
    said = story.lines()
    story.redeliver(message)
    assert everything(story) == before
    assert story.lines() == said
    erase(story, "20:30")
    assert len(story.documents("privacy_requests")) == 2
    assert traces(everything(story)) == []


def test_an_id_is_used_for_one_request_only() -> None:
    """The same id for somebody else's erasure is refused, and nobody is erased."""
    story = Story()
    story.customer(ZOE, "10:00")
    story.customer(BEN, "10:00")
    erase(story, event_id="once")
    erase(story, "20:10", BEN, event_id="once")
    assert [line["reason"] for line in story.said("intake.refused")] == ["id_reused"]
    assert story.person(BEN).email == BEN.email


def told_and_erased(crashes: Crashes) -> Story:
    """A life, and its end; crashes count from the erasure on."""
    story = Story()
    a_life(story)
    work_on(story, crashes.wrap(story.machine.engine))
    erase(story)
    return story


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_call_is_repaired_by_redelivery(after: bool) -> None:
    """Before or after each call to the outside: the same counts, nothing left, the figures whole."""
    undisturbed = Crashes()
    expected = told_and_erased(undisturbed)
    for call, name in enumerate(undisturbed.calls):
        story = told_and_erased(Crashes([call], after=after))
        where = f"crashed {'after' if after else 'before'} call {call}, {name}"
        assert traces(everything(story)) == [], where
        assert story.documents("privacy_requests") == expected.documents("privacy_requests"), where
        assert len(story.documents("cases")) == len(expected.documents("cases")), where
        assert story.counters() == expected.counters(), where
        assert story.said("customer.erased") == expected.said("customer.erased"), where


class Meanwhile:
    """A store at whose nth call something else happens first."""

    def __init__(self, store: Any, call: int, deed: Callable[[], None]) -> None:
        self._store, self._left, self._deed = store, call, deed

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._deed()
            return method(*arguments, **options)

        return call


def test_an_event_at_the_same_moment_leaves_nothing_behind() -> None:
    """At whichever call of the erasure a cart event of the person had begun, and ends only then."""
    for call in range(1, 300):
        story = Story()
        a_life(story)
        engine = story.machine.engine
        done: list[int] = []

        def deed(story: Story = story, engine: Engine = engine, done: list[int] = done) -> None:
            """The event is dealt with on its own, in the midst of the erasure."""
            done.append(1)
            watched = story.machine.engine
            work_on(story, engine)
            story.cart("k4", "20:00", ZOE, SOCKS)
            work_on(story, watched)

        watched = replace(engine, store=Meanwhile(engine.store, call, deed))
        work_on(story, watched)
        erase(story)
        work_on(story, engine)
        if not done:
            break
        left = traces(everything(story))
        if left:  # the event came after all was over: then it is a new beginning, whole and reachable
            assert story.person(ZOE).email == ZOE.email
            assert story.case("k4").customer_id == story.person(ZOE).id
    else:
        raise AssertionError("the erasure never ends")


class _Passed:
    """A store that passes everything on."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_case_begun_before_and_saved_after_is_decided_again() -> None:
    """An event that had read the person's document can't save once that is gone: it starts from scratch."""
    story = Story()
    story.customer(ZOE, "10:00")
    engine = story.machine.engine
    erased: list[int] = []

    class ErasedBeforeSaving(_Passed):
        def save(self, *arguments: Any) -> Any:
            if not erased:
                erased.append(1)
                work_on(story, engine)
                erase(story, "10:30")
            return self._store.save(*arguments)

    work_on(story, replace(engine, store=ErasedBeforeSaving(engine.store)))
    story.cart("k1", "10:30", Shopper(email=ZOE.email), BOOTS)
    again = story.person(Shopper(email=ZOE.email))
    assert again.external_id is None
    assert story.case("k1").customer_id == again.id


def test_an_answer_that_comes_after_the_erasure_brings_nothing_back() -> None:
    """The person is erased while the provider has the message: its answer finds no case."""
    provider = ScriptedProvider()
    story = Story(provider=provider)

    def erased_meanwhile(message: SendMessage) -> Any:
        erase(story, "10:59")
        return Accepted("provider-id")

    story.cart("k1", "10:00", ZOE, BOOTS)
    provider.always = erased_meanwhile
    story.run_until("11:30")
    provider.always = lambda message: None
    story.run_until("+9d 00:00")
    assert story.said("stimulus.sent") == []
    assert traces(everything(story)) == []


def test_an_event_after_the_erasure_starts_from_scratch() -> None:
    """A later order of the person is a new customer's first, and its history is empty."""
    story = Story()
    a_life(story)
    erase(story)
    story.order("o9", "21:00", ZOE, total="20.00")
    zoe = story.person(ZOE)
    assert [entry.order_id for entry in zoe.purchases] == ["o9"]
    assert zoe.returns == ()


def test_an_old_yes_opens_nothing() -> None:
    """An event from before the erasure that turns up later is not a new consent, though it says yes."""
    story = Story()
    a_life(story)
    sent = len(story.provider.offered)
    erase(story)
    story.cart("k5", "19:59", Shopper(email=ZOE.email), BOOTS, arrives="20:05")
    story.run_until("+2d 00:00")
    assert {message.recipient for message in story.provider.offered[sent:]} <= {BEN.email}
    assert ("stimulus.skipped", "suppressed_address") in story.reasons()


def test_a_new_yes_counts() -> None:
    """Who registers again and agrees again is reminded again."""
    story = Story()
    a_life(story)
    erase(story)
    sent = len(story.provider.offered)
    story.cart("k5", "+1d 10:00", Shopper(email=ZOE.email), BOOTS)
    story.run_until("+3d 00:00")
    assert ZOE.email in {message.recipient for message in story.provider.offered[sent:]}


def test_another_stores_customer_with_that_address_is_untouched() -> None:
    """An erasure at one store says nothing about another one."""
    story = Story()
    story.customer(ZOE, "10:00")
    erase(story, "11:00")
    documents = story.documents("suppressions")
    assert [one.reason for one in documents] == ["erased", "erased"]
    assert ids.suppression_id(story.rules.policy.keys.suppression, ZOE.email or "") not in {
        one.id for one in documents
    }


def test_a_suppression_survives() -> None:
    """Who opted out at the provider stays opted out, whatever they say later at the shop."""
    opted_out = Rejected(Reason.SUPPRESSED_ADDRESS)
    story = Story(provider=ScriptedProvider(opted_out, opted_out))
    story.cart("k1", "10:00", ZOE, BOOTS)
    story.run_until("11:30")
    reasons = [one.reason for one in story.documents("suppressions")]
    assert reasons == ["opted out at the provider"] * 2
    erase(story, "12:00")
    story.cart("k2", "+1d 10:00", ZOE, BOOTS)
    story.run_until("+3d 00:00")
    assert story.provider.delivered == []


def _separation(kind: str, value: str) -> CustomersSeparated:
    return CustomersSeparated(id=f"separate {kind}", store=STORE, kind=kind, value=value)


def test_whoever_shares_a_phone_is_somebody_else() -> None:
    """Two accounts with one number: erasing one leaves the other, with the number."""
    story = Story()
    story.customer(replace(BEN, phone=ZOE.phone), "10:00")
    story.customer(ZOE, "10:05")
    story.cart("k-ben", "10:10", Shopper(id=BEN.id), BOOTS)
    erase(story, "11:00")
    ben = story.person(Shopper(id=BEN.id))
    assert (ben.email, ben.phone) == (BEN.email, ZOE.phone)
    assert story.case("k-ben").customer_id == ben.id


def test_a_shared_browser_forgets_one_of_its_users() -> None:
    """It is still the other's and nobody's; the erased one's hash is gone from it."""
    story = Story()
    story.cart("k1", "10:00", replace(ANNA, anonymous_id="family-pc"))
    story.cart("k2", "10:10", replace(ZOE, anonymous_id="family-pc"), BOOTS)
    erase(story, "12:00", replace(ZOE, anonymous_id="family-pc"))
    assert [trace for trace in traces(everything(story)) if trace in TRACES[-4:]] == []
    assert story.person(ANNA).email == ANNA.email


def test_whom_somebody_was_separated_from_is_forgotten() -> None:
    """The other one's document names no hash of the erased person, and no case an address of theirs."""
    story = Story()
    story.customer(BEN, "10:00")
    story.cart("k1", "10:01", replace(BEN, email=ZOE.email), BOOTS)
    story.customer(ZOE, "10:02")
    story.run_until("12:00")
    advance(story.machine.engine, _separation("email", ZOE.email or ""))
    erase(story, "13:00")
    erase(story, "13:01", Shopper(email=ZOE.email))
    left = traces(everything(story))
    assert left == []


def test_an_order_that_is_named_leads_to_its_person() -> None:
    """A request may name orders only."""
    story = Story()
    a_life(story)
    request = CustomerErased(
        id="x", store=STORE, source="shopify", occurred_at=story.clock.now(), order_ids=("o1",)
    )
    assert carry_out(story.machine.engine, request) == "customer_erased"
    assert [trace for trace in traces(everything(story)) if trace != "browser-9af31c"] == []


@pytest.mark.parametrize("first_as_guest", [False, True])
def test_an_address_that_was_given_up_leads_to_who_has_it(first_as_guest: bool) -> None:
    """Its former owner, also if they were known by it alone at first, is somebody else."""
    story = Story()
    mail = Shopper(email="x@shop.test")
    if first_as_guest:
        story.customer(mail, "9:00")
    story.customer(Shopper(id="a1", email="x@shop.test"), "9:01")
    story.customer(Shopper(id="a1", email="y@shop.test"), "9:02")
    story.cart("k2", "10:00", mail, BOOTS)
    story.cart("k1", "10:01", Shopper(id="a1"))
    erase(story, "10:10", mail)
    assert "x@shop.test" not in everything(story)
    story.run_until("+9d 00:00")
    assert {recipient for _, _, recipient in story.sent()} == {"y@shop.test"}


def test_nobody_known_is_no_mistake() -> None:
    """The request is kept as done, with nothing in it."""
    story = Story()
    erase(story, "10:00")
    (record,) = story.documents("privacy_requests")
    assert (record.state, record.counts, record.subject_ids) == (RequestState.DONE, {}, ())
    assert traces(everything(story)) == []


def test_what_was_asked_for_is_gone_with_the_person() -> None:
    """An export that nobody has handed over yet is closed, and names nobody."""
    story = Story()
    a_life(story)
    story.tell("customer.data_requested", "19:00", replace(ZOE, consent={}))
    (asked,) = story.documents("privacy_requests")
    assert asked.state is RequestState.OPEN
    (said,) = story.said("customer.data_requested")
    assert said["request_id"] == asked.id
    assert traces(json.dumps({**said, "customer_ids": []})) == []
    erase(story)
    assert {one.state for one in story.documents("privacy_requests")} == {RequestState.DONE}
    assert traces(everything(story)) == []


def store_erasure(story: Story) -> StoreErased:
    return StoreErased(id="redact-1", store=STORE, source="shopify", occurred_at=story.clock.now())


def test_a_whole_store_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page: the call does what it can, the sweep goes on until nothing is left; figures stay."""
    monkeypatch.setattr(privacy, "CALL_SECONDS", -1.0)
    story = Story()
    a_life(story)
    for number in range(20):
        story.cart(f"x{number}", "18:30", Shopper(email=f"s{number}@other.test"), SOCKS)
    assert carry_out(story.machine.engine, store_erasure(story)) == "running"
    (record,) = story.documents("privacy_requests")
    assert (record.state, record.cursor is None) == (RequestState.RUNNING, False)
    assert story.sweep()["requests"] == 1
    assert traces(everything(story)) == []
    assert "@other.test" not in everything(story)
    assert story.documents("customers") == []
    (record,) = story.documents("privacy_requests")
    assert record.counts["cases"] == len(story.documents("cases")) == 24
    assert len(story.said("store.erased")) == 1
    assert carry_out(story.machine.engine, store_erasure(story)) == "repeated"
    before = everything(story)
    story.sweep()
    assert everything(story) == before


def test_an_erasure_that_stopped_is_taken_up_by_the_sweep() -> None:
    """If nobody delivers the request again, the sweep ends it."""
    story = Story()
    a_life(story)
    request = CustomerErased(
        id="x", store=STORE, source="cli", occurred_at=story.clock.now(), person=Person(email=ZOE.email)
    )
    for call in (8, 14, 25):
        crashing = Crashes([call]).wrap(story.machine.engine)
        with pytest.raises(Crash):
            carry_out(crashing, request)
    assert story.sweep()["requests"] == 1
    assert [one.state for one in story.documents("privacy_requests")] == [RequestState.DONE]
    assert [trace for trace in traces(everything(story)) if "browser" not in trace] == []


def test_more_refused_messages_than_a_call_has_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request is delivered again and goes on where it was, until all of them are searched."""
    monkeypatch.setattr(privacy, "CALL_SECONDS", -1.0)
    story = Story()
    a_life(story)
    for number in range(70):
        broken = {"id": f"b{number}", "type": "cart.updated", "customer": {"email": ZOE.email}, "cart": []}
        story.deliver(replace(story.message(broken, story.clock.now()), id=f"broken-{number}"))
    erase(story)
    assert traces(everything(story)) == []
    (record,) = story.documents("privacy_requests")
    assert (record.state, record.counts["intake_failures"]) == (RequestState.DONE, 71)
