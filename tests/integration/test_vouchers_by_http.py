"""storefront_api's vouchers over real HTTP on a real Firestore: a hundred checkouts at once."""

import http.client
import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from common.adapters.firestore_store import FirestoreStore
from common.adapters.google_calls import emulator_channel
from common.application.ports import Put, Ref
from common.domain import ids
from common.domain.documents import Armed, Case, Customer
from common.domain.vocabulary import IncentiveKind, LookKind, Stage, VoucherState
from common.domain.vouchers import Incentive, Voucher, VoucherCode
from tests.deployment.processes import FunctionProcess
from tests.integration.test_storefront_api import environment

STORE, API_KEY, CHECKOUTS = "bielik", "rk_bielik", 100


@dataclass(frozen=True, slots=True)
class Shop:
    """The running function, and the documents behind it."""

    process: FunctionProcess
    store: FirestoreStore

    def call(self, action: str, code: str, order: str) -> tuple[int, Mapping[str, Any]]:
        """One call on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.process.port, timeout=60)
        headers = {"Authorization": f"Bearer {API_KEY}", "X-Recoup-Store": STORE}
        try:
            connection.request("POST", f"/vouchers/{code}/{action}", json.dumps({"order_id": order}), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def at_once(self, action: str, code: str, orders: list[str]) -> list[tuple[int, Mapping[str, Any]]]:
        """All of the calls at the same time."""
        with ThreadPoolExecutor(len(orders)) as pool:
            return list(pool.map(lambda order: self.call(action, code, order), orders))

    def issued(self) -> str:
        """A voucher that its customer has."""
        cart = uuid.uuid4().hex
        case_id, customer_id = ids.case_id(STORE, cart), ids.customer_id(STORE, "id", cart)
        code, now = ids.voucher_code(b"a key", case_id), datetime.now(UTC)
        voucher = Voucher(
            code=code,
            incentive=Incentive(kind=IncentiveKind.PERCENT, percent=10),
            state=VoucherState.ISSUED,
            reserved_at=now,
            issued_at=now,
            valid_until=now + timedelta(days=7),
            delivered=True,
        )
        case = Case(
            id=case_id,
            store=STORE,
            cart_id=cart,
            opened_at=now,
            last_activity_at=now,
            stage=Stage.LOST,
            customer_id=customer_id,
            voucher=voucher,
            armed=Armed(LookKind.LAPSE, now + timedelta(days=1)),
        )
        owner = VoucherCode(code=code, store=STORE, case_id=case_id, customer_id=customer_id)
        self.store.save(
            [
                Put(Ref("cases", case_id), case, None),
                Put(Ref("customers", customer_id), Customer(id=customer_id, store=STORE), None),
                Put(Ref("voucher_codes", ids.voucher_id(STORE, code)), owner, None),
            ]
        )
        return code

    def case(self, code: str) -> Case:
        """The case behind a code."""
        ref = Ref("voucher_codes", ids.voucher_id(STORE, code))
        place = Ref("cases", self.store.load([ref])[ref].document.case_id)
        found = self.store.load([place])[place].document
        assert isinstance(found, Case)
        return found


def running(firestore: str, pubsub: str, folder: Path, secrets: Mapping[str, str]) -> Iterator[Shop]:
    """The function in a process of its own, in a project of its own, with one more secret or two."""
    project = f"test-{uuid.uuid4().hex[:20]}"
    process = FunctionProcess("storefront_api", folder)
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=emulator_channel(pubsub)))
    for topic in ("recovery-events", "storefront-events"):
        publisher.create_topic(name=f"projects/{project}/topics/{topic}")
    try:
        keys = {"RECOUP_SECRET_API_KEY_BIELIK": f"the next one\n{API_KEY}"}
        process.start(environment(project, pubsub, firestore) | keys | dict(secrets))
        process.wait_until_ready()
        yield Shop(process, FirestoreStore(project, channel=emulator_channel(firestore)))
    finally:
        process.kill()


@pytest.fixture(scope="module")
def shop(
    firestore_emulator: str, pubsub_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """The function, with the emulators behind it."""
    yield from running(firestore_emulator, pubsub_emulator, tmp_path_factory.mktemp("vouchers"), {})


@pytest.mark.parametrize("action", ["redeem", "lock"])
def test_of_a_hundred_orders_at_once_exactly_one_has_the_code(shop: Shop, action: str) -> None:
    """The others are told why not, and nothing else: no error, no time-out (L24)."""
    code = shop.issued()
    answers = shop.at_once(action, code, [f"{action}-{number}" for number in range(CHECKOUTS)])
    refusal = "already_redeemed" if action == "redeem" else "locked"
    assert Counter((status, said.get("reason")) for status, said in answers) == {
        (200, None): 1,
        (409, refusal): CHECKOUTS - 1,
    }
    (winner,) = (said["order_id"] for status, said in answers if status == 200)
    voucher = shop.case(code).voucher
    assert voucher is not None
    lock = voucher.lock
    assert winner == (voucher.order_id if action == "redeem" else lock and lock.order_id)


def test_a_hundred_calls_of_one_order_are_one_use(shop: Shop) -> None:
    """A storm of retries: all succeed, with the same answer (L25)."""
    code = shop.issued()
    answers = shop.at_once("redeem", code, ["o-1"] * CHECKOUTS)
    assert {status for status, _ in answers} == {200}
    assert len({json.dumps(said, sort_keys=True) for _, said in answers}) == 1
    assert [moment.what for moment in shop.case(code).timeline].count("voucher redeemed") == 1


def test_locks_and_redemptions_of_many_orders_at_once_leave_one_use(shop: Shop) -> None:
    """Every checkout locks and then redeems: whoever got the lock gets the code."""
    code = shop.issued()

    def checkout(number: int) -> list[int]:
        return [shop.call(action, code, f"both-{number}")[0] for action in ("lock", "redeem")]

    with ThreadPoolExecutor(25) as pool:
        told = list(pool.map(checkout, range(25)))
    assert told.count([200, 200]) == 1
    assert told.count([409, 409]) == 24


def test_nothing_secret_is_printed(shop: Shop) -> None:
    """Whatever was asked above."""
    shop.call("redeem", "AAAA-CCCC-DDDD", "o1")
    printed = shop.process.output()
    assert "voucher_called" in printed
    assert API_KEY not in printed
