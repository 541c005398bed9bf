"""Real Shopify payloads through the whole engine: each is taken, ignored or kept with its reason."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.application.ports import PubSubMessage
from common.application.wire import line_of
from common.domain.effects import Announce
from common.domain.policy import Policy, RecoveryPolicy
from common.domain.vocabulary import Channel
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import LOCAL_KEYS, Machine, fixed_policies
from infra.local.mailbox import MailboxSender

NOW = datetime(2024, 8, 8, tzinfo=UTC)


class Run:
    """An engine that has taken some messages, and what it said."""

    def __init__(self) -> None:
        policy = Policy(keys=LOCAL_KEYS, recovery=RecoveryPolicy(holdout_percent=0))
        database, self.clock = Database(":memory:", exclusive=True), VirtualClock(NOW)
        senders = dict.fromkeys(Channel, MailboxSender(database, lambda: policy.shop))
        self.machine = Machine(database, self.clock, fixed_policies(policy), senders, lasting=False)
        self.said: list[Announce] = []
        self.machine.bus.subscribe(self.said.append)

    def take(self, path: Path, topic: str | None = None) -> None:
        content = json.loads(path.read_text())
        headers = content.get("headers") if isinstance(content, dict) else None
        attributes = {
            "X-Shopify-Topic": topic or content["topic"],
            "X-Shopify-Shop-Domain": "s.myshopify.com",
        }
        for name in ("x-shopify-triggered-at", "x-shopify-webhook-id"):
            if headers and name in headers:
                attributes[name] = headers[name]
        body = content["body"] if headers else content
        self.machine.receive(PubSubMessage(path.stem, NOW, attributes, json.dumps(body).encode()))

    def finish(self) -> Counter[str]:
        self.machine.run_due(NOW + timedelta(days=30), arrive=self.clock.set)
        return Counter(announced.type for announced in self.said)


def delivered(shared_data: Path) -> list[Path]:
    """The delivered webhooks in an order that a shop's life could have: it leaves last, its customers before."""
    last = ("customers.delete", "app.uninstalled")
    paths = sorted((shared_data / "shopify" / "hookdeck").rglob("*.json"))
    return sorted(paths, key=lambda path: last.index(path.stem) if path.stem in last else -1)


def test_delivered_webhooks_become_cases_orders_and_customers(shared_data: Path) -> None:
    """Every webhook that Shopify delivered is taken or ignored, none refused, and the engine runs to its end."""
    run = Run()
    for path in delivered(shared_data):
        run.take(path)
    said = run.finish()
    assert said["intake.refused"] == 0
    assert run.machine.store.counters(NOW.date())["intake_ignored_shopify"] > 20
    assert said["case.suppressed"] + said["case.abandoned"] + said["case.ordered"] > 0
    assert run.machine.timer.pending() == 0


def test_masked_payloads_are_kept_whole_with_their_reason(shared_data: Path) -> None:
    """What can't be understood is stored with the raw message, a reason and the field; the engine goes on."""
    run = Run()
    paths = sorted((shared_data / "shopify" / "gadget-exemplars" / "2025-04").glob("carts_*.json"))
    for path in paths:
        run.take(path, topic="carts/update")
    refusals = [announced for announced in run.said if announced.type == "intake.refused"]
    assert len(refusals) == len(paths) > 0
    for refusal in refusals:
        line = line_of(refusal)
        assert line["reason"] == "currency_unknown"
        assert "line_items" in line["field"]
    assert run.finish()["stimulus.sent"] == 0


@pytest.mark.parametrize("times", [2, 3])
def test_webhooks_delivered_again_change_nothing(shared_data: Path, times: int) -> None:
    """Shopify repeats webhooks; the same payloads again announce nothing new (L13)."""
    paths = delivered(shared_data)
    assert _announced(paths * times) == _announced(paths) != set()


def _announced(paths: list[Path]) -> set[str]:
    run = Run()
    for path in paths:
        run.take(path)
    run.finish()
    return {announced.id for announced in run.said}
