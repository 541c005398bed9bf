"""The command `recoup replay` as a person runs it, and files for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.domain import ids
from infra.local.machine import LOCAL_KEYS
from tests.builders import BEN, SOCKS, STORE, Shopper, when, wire, written

RECOUP = Path(sys.executable).with_name("recoup")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run printed, and its exit status."""

    status: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output, which is JSON Lines throughout."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, type: str) -> list[dict[str, Any]]:
        """The lines of one type."""
        return [line for line in self.lines if line["type"] == type]


def replay(*arguments: object, stdin: bytes = b"", **environment: str) -> Outcome:
    """One run, in a process of its own."""
    run = subprocess.run(
        [RECOUP, "replay", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    return Outcome(run.returncode, run.stdout, run.stderr.decode())


def message(type: str, at: str, customer: Shopper | None = None, *, id: str = "", **facts: Any) -> bytes:
    """One good line: a canonical event that is published the moment it happens."""
    happened = wire(when(at))
    event = {"id": id or f"{type} {at}", "type": type, "occurred_at": happened, **facts}
    if customer is not None:
        event["customer"] = customer.as_json()
    attributes = {"source": "recoup", "store": STORE}
    return json.dumps({"publish_time": happened, "attributes": attributes, "data": event}).encode()


def cart(id: str, at: str, customer: Shopper | None = None, *lines: Any) -> bytes:
    """A cart as it is now: a pair of socks unless other lines are given."""
    stated = {"id": id, "currency": "PLN", "lines": written(*(lines or (SOCKS,)))}
    return message("cart.updated", at, customer, id=f"{id} {at}", cart=stated)


def order(id: str, type: str, at: str, customer: Shopper, **more: Any) -> bytes:
    """An order of 100.00 PLN."""
    stated = {"id": id, "currency": "PLN", "total": "100.00", **more}
    return message(f"order.{type}", at, customer, id=f"{id} {type}", order=stated)


def code_of(cart: str) -> str:
    """The voucher code of a cart's case: the same in every run."""
    return ids.voucher_code(LOCAL_KEYS.voucher, ids.case_id(STORE, cart))


def write(path: Path, lines: Iterable[bytes]) -> Path:
    """A file of lines."""
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def policy(folder: Path, **documents: str) -> Path:
    """A policy folder; without a control group unless `recovery` is given."""
    folder.mkdir()
    for name, text in ({"recovery": "holdout_percent: 0"} | documents).items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


CARLA = Shopper(id="c-carla", email="carla@shop.test")
DORA = Shopper(id="c-dora", email="dora@shop.test", consent={"email": False})
"""She said no to e-mail, and there is nothing else to reach her by."""


def everything(anna: Shopper) -> list[bytes]:
    """A day in which nearly everything happens that can be announced; in time order."""
    redeemed = {"total": "95.00", "discount": "5.00", "voucher_codes": [code_of("k1")]}
    return [
        cart("k1", "10:00", anna),
        cart("k2", "10:01", BEN),
        cart("k3", "10:02"),
        cart("k4", "10:03", CARLA),
        cart("k5", "10:04", DORA),
        order("o4", "placed", "10:50", CARLA, cart_id="k4"),
        order("o1", "placed", "12:00", anna, cart_id="k1", **redeemed),
        order("o1", "cancelled", "13:00", anna, **redeemed),
        order("o2", "placed", "+1d 13:00", BEN, cart_id="k2"),
    ]
