"""Offers over real HTTP on a real Firestore: a hundred people answer at once, on the web and in the app."""

import http.client
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from common.application.ports import Put, Ref
from common.application.tokens import OFFER, issue
from common.domain import ids
from common.domain.documents import Armed, Case, Customer
from common.domain.vocabulary import LookKind, OfferStage
from tests.integration.test_vouchers_by_http import API_KEY, CHECKOUTS, STORE, Shop, running
from tests.unit.functions.storefront_api import offered

TOKEN_KEY = "a key for links"
FORM = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
APP = {"Accept": "application/json", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def shop(
    firestore_emulator: str, pubsub_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """The function with a key for links, and the emulators behind it."""
    folder = tmp_path_factory.mktemp("offers")
    yield from running(firestore_emulator, pubsub_emulator, folder, {"RECOUP_SECRET_TOKEN_KEY": TOKEN_KEY})


def delivered(shop: Shop, subject: str) -> str:
    """A customer has an offer; its link's token."""
    now = datetime.now(UTC)
    made = offered.offer(subject=subject, valid_until=now + timedelta(days=7))
    customer_id = ids.customer_id(STORE, "id", f"c-{subject}")
    # Its one timer is set already, so that no queue is needed here.
    armed = Armed(LookKind.LAPSE, now + timedelta(days=1))
    case = offered.case(made, subject, store=STORE, customer_id=customer_id, armed=armed)
    customer = Customer(id=customer_id, store=STORE, offer_cases=(case.id,))
    shop.store.save(
        [Put(Ref("cases", case.id), case, None), Put(Ref("customers", customer_id), customer, None)]
    )
    return issue((TOKEN_KEY.encode(),), OFFER, (made.id,), now)


def stored(shop: Shop, subject: str) -> Case:
    """The case as it is now."""
    ref = Ref("cases", offered.case_id(subject))
    found = shop.store.load([ref])[ref].document
    assert isinstance(found, Case)
    return found


def call(shop: Shop, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """One call on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", shop.process.port, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def at_once(ask: Callable[[int], tuple[int, str]]) -> list[tuple[int, str]]:
    """A hundred calls at the same time."""
    with ThreadPoolExecutor(CHECKOUTS) as pool:
        return list(pool.map(ask, range(CHECKOUTS)))


def test_a_hundred_acceptances_at_once_are_one(shop: Shop) -> None:
    """On the web and in the app alike: all read the same outcome, one was saved (L52)."""
    path = f"/offers/{delivered(shop, 'o-100')}/accept"
    answers = at_once(lambda number: call(shop, "POST", path, FORM if number % 2 else APP))
    assert Counter(status for status, _ in answers) == {200: CHECKOUTS}
    assert len({text for text in (text for _, text in answers) if text.startswith("{")}) == 1
    case = stored(shop, "o-100")
    assert case.offer is not None
    assert case.offer.stage is OfferStage.ACCEPTED
    assert [moment.what for moment in case.timeline].count("offer accepted") == 1


def test_of_yes_and_no_at_once_one_is_true(shop: Shop) -> None:
    """Fifty accept and fifty decline: one side is told yes, the other why not, and nothing else (L52)."""
    token = delivered(shop, "o-101")
    answers = at_once(
        lambda number: call(shop, "POST", f"/offers/{token}/{('accept', 'decline')[number % 2]}", APP)
    )
    told = Counter(
        (number % 2, status, json.loads(text).get("reason")) for number, (status, text) in enumerate(answers)
    )
    half = CHECKOUTS // 2
    assert told in (
        {(0, 200, None): half, (1, 409, "accepted"): half},
        {(1, 200, None): half, (0, 409, "declined"): half},
    )
    whats = [moment.what for moment in stored(shop, "o-101").timeline]
    assert whats.count("offer accepted") + whats.count("offer declined") == 1


def test_a_hundred_looks_at_once_are_one(shop: Shop) -> None:
    """Noted once, and everybody sees the offer (L37)."""
    token = delivered(shop, "o-102")
    answers = at_once(lambda number: call(shop, "GET", f"/offers/{token}", {"Accept": "text/html"}))
    assert {status for status, _ in answers} == {200}
    assert all("Phone S" in text for _, text in answers)
    assert [moment.what for moment in stored(shop, "o-102").timeline].count("offer viewed") == 1


def test_the_backend_lists_what_its_customer_has(shop: Shop) -> None:
    """With the store's key; ids may need encoding."""
    delivered(shop, "ü 1")
    headers = {"Authorization": f"Bearer {API_KEY}", "X-Recoup-Store": STORE}
    status, text = call(shop, "GET", f"/customers/{quote('c-ü 1')}/offers", headers)
    assert status == 200
    assert [(one["order_id"], one["state"]) for one in json.loads(text)["offers"]] == [("ü 1", "delivered")]
    assert call(shop, "GET", "/customers/c-1/offers", {"X-Recoup-Store": STORE})[0] == 401


def test_nothing_secret_is_printed(shop: Shop) -> None:
    """No token, no key, no customer's id, whatever was asked above."""
    token = delivered(shop, "o-103")
    call(shop, "POST", f"/offers/{token}/accept", APP)
    printed = shop.process.output()
    assert re.search(r"offer_called", printed)
    for private in (API_KEY, TOKEN_KEY, "c-o-103", token):
        assert private not in printed
