"""Nothing personal in any log line, whatever happens, nor a hash of it that anybody can make (L40)."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from common import logs
from common.application.failures import Conflict, Unavailable
from common.application.privacy import carry_out
from common.domain.storefront import StoreErased
from common.domain.triggers import NotSent, Rejected, Uncertain
from common.domain.vocabulary import Reason
from tests.builders import BOOTS, STORE
from tests.journeys.test_erasure import TRACES, ZOE, a_life, erase, work_on
from tests.providers.scripted import ScriptedProvider
from tests.stories import Story


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """All that was logged or printed, with every field of every record."""
    lines = io.StringIO()
    root = logging.getLogger("recoup")
    before = root.handlers[:], root.level, root.propagate
    logs.configure(lines, severity="DEBUG")
    root.addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)

    def all_of_it() -> str:
        output = capfd.readouterr()
        records = "\n".join(repr(vars(record)) for record in caplog.records)
        return f"{lines.getvalue()}\n{output.out}\n{output.err}\n{records}"

    yield all_of_it
    root.handlers[:], root.level, root.propagate = before


def found_in(text: str) -> list[str]:
    """Which traces of the person a log has."""
    return [trace for trace in TRACES if trace.lower() in text.lower()]


def test_a_life_and_its_end_are_not_logged(said: Any) -> None:
    """Carts, reminders, refusals, broken payloads, requests and erasures: ids, reasons and counts only."""
    story = Story()
    a_life(story)
    broken = story.message({"id": "broken"}, story.clock.now())
    for body in (
        b'{"customer": {"email": "zoe.quimby@distinct.test"',
        json.dumps({"id": 1, "type": "cart.updated", "customer": ZOE.as_json(), "cart": []}).encode(),
        json.dumps({"type": "zoe.quimby@distinct.test", "occurred_at": "Zoe Quimby-Distinct"}).encode(),
    ):
        story.deliver(replace(broken, id=f"m-{len(body)}", data=body))
    story.tell("customer.data_requested", "19:00", replace(ZOE, consent={}))
    erase(story)
    story.sweep()
    erased = StoreErased(id="r", store=STORE, source="shopify", occurred_at=story.clock.now())
    carry_out(story.machine.engine, erased)
    text = said()
    assert "privacy_request" in text
    assert "intake_refused" in text
    assert found_in(text) == []


@pytest.mark.parametrize(
    "answer",
    [
        Rejected(Reason.PROVIDER_REFUSED, detail="550"),
        Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail="451"),
        Uncertain("timed out"),
        NotSent(),
    ],
)
def test_what_a_provider_answers_is_logged_without_the_recipient(said: Any, answer: Any) -> None:
    """Whatever became of the message."""
    provider = ScriptedProvider(*[answer] * 3)
    story = Story(provider=provider)
    story.cart("k1", "10:00", ZOE, BOOTS)
    story.run_until("+3d 00:00")
    assert provider.offered
    assert found_in(said()) == []


def test_conflicts_and_outages_are_logged_without_ids_of_persons(said: Any) -> None:
    """Documents are named by hashes that anybody can make of an address, so a log doesn't name them."""
    story = Story()
    story.customer(ZOE, "10:00")
    engine = story.machine.engine

    class Contended:
        """Every fourth call, if it saves, is in conflict; the fiftieth fails."""

        calls = 0

        def __getattr__(self, name: str) -> Any:
            method = getattr(engine.store, name)

            def call(*arguments: Any, **options: Any) -> Any:
                Contended.calls += 1
                if name == "save" and Contended.calls % 4 == 0:
                    raise Conflict("a document changed")
                if Contended.calls % 50 == 0:
                    raise Unavailable("Firestore: UNAVAILABLE")
                return method(*arguments, **options)

            return call

    work_on(story, replace(engine, store=Contended()))
    story.cart("k1", "10:10", ZOE, BOOTS)
    story.order("o1", "10:20", ZOE, cart="k1")
    erase(story, "10:30")
    assert found_in(said()) == []
