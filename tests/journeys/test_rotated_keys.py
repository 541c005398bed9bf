"""What docs/operations.md says of keys that can't be rotated like others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from common import logs, wiring
from common.application.policies import build
from common.application.ports import Put, Ref
from common.domain import ids
from common.domain.documents import Suppression
from common.domain.policy import Policy
from infra.cli.replay import machine_for_replay
from infra.local.machine import LOCAL_KEYS, Machine, fixed_policies
from infra.local.replay import InputLine, Replay, read_line
from tests.builders import BEN, Shopper, when
from tests.integration.replay_runs import CARLA, cart, order

_DOCUMENTS = {"recovery": {"holdout_percent": 0}}


class Shop:
    """A replay that is told its lines one by one, and whose keys can be changed in between."""

    def __init__(self, machine: Machine, replay: Replay, told: list[Any]) -> None:
        self.machine, self._replay, self._told, self._lines = machine, replay, told, 0

    def hear(self, *lines: bytes) -> None:
        for line in lines:
            self._lines += 1
            self._replay.take(read_line(InputLine(self._lines, line)))

    def rotate(self, **keys: bytes) -> None:
        """As a deployment with other versions of the secrets does."""
        policies = fixed_policies(build(_DOCUMENTS, replace(LOCAL_KEYS, **keys)))
        engine = replace(self.machine.engine, policies=policies)
        wiring.use(lambda: engine)

    def of(self, type: str) -> list[Any]:
        return [line for line in self._told if line["type"] == type]


@pytest.fixture
def shop() -> Iterator[Shop]:
    logs.configure(severity="ERROR")
    with _opened(build(_DOCUMENTS, LOCAL_KEYS)) as shop:
        yield shop


@contextmanager
def _opened(policy: Policy) -> Iterator[Shop]:
    told: list[Any] = []
    with machine_for_replay(policy, None) as (machine, clock):
        yield Shop(machine, Replay(machine, clock, told.append), told)


def _passing_by(at: str) -> bytes:
    """Somebody else's cart, so that the clock moves on."""
    return cart(f"later {at}", at, CARLA)


def test_a_code_issued_under_the_old_voucher_key_is_honoured(shop: Shop) -> None:
    shop.hear(cart("k1", "10:00", BEN), _passing_by("11:20"))
    (issued,) = shop.of("voucher.issued")
    shop.rotate(voucher=b"another")
    used = {"total": "95.00", "discount": "5.00", "voucher_codes": [issued["code"]]}
    shop.hear(order("o1", "placed", "12:00", BEN, cart_id="k1", **used))
    assert [line["code"] for line in shop.of("voucher.redeemed")] == [issued["code"]]


def test_a_code_that_nobody_has_seen_is_made_by_the_new_voucher_key(shop: Shop) -> None:
    shop.hear(cart("k1", "10:00", BEN), _passing_by("10:40"))
    assert not shop.of("voucher.issued")
    shop.rotate(voucher=b"another")
    shop.hear(_passing_by("11:20"))
    (issued,) = shop.of("voucher.issued")
    assert issued["code"] == ids.voucher_code(b"another", issued["case_id"])


@pytest.mark.parametrize(("key", "written_to"), [(LOCAL_KEYS.suppression, False), (b"another", True)])
def test_under_another_suppression_key_nobody_is_known_to_have_said_no(
    shop: Shop, key: bytes, written_to: bool
) -> None:
    """Why it is never rotated."""
    _suppress(shop, BEN)
    shop.rotate(suppression=key)
    shop.hear(cart("k1", "10:00", BEN), _passing_by("11:20"))
    assert bool(shop.of("stimulus.sent")) is written_to


def _suppress(shop: Shop, shopper: Shopper) -> None:
    for address in filter(None, (shopper.email, shopper.phone)):
        id = ids.suppression_id(LOCAL_KEYS.suppression, address)
        entry = Suppression(id=id, at=when("09:00"), reason="opted out at the provider")
        shop.machine.store.save([Put(Ref("suppressions", id), entry, None)])
