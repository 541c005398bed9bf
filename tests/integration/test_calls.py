"""What each function calls of Google's APIs, whatever happens, is what docs/permissions.md says."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.application import privacy
from common.application.ports import Put, Ref
from common.application.tokens import CART, OFFER, UNSUBSCRIBE, issue
from common.domain import ids
from common.domain.catalogue import STATUS, CatalogueStatus, status_id
from common.domain.documents import Case, Customer
from common.domain.storefront import Line
from common.domain.vocabulary import IncentiveKind, Stage, VoucherState
from common.domain.vouchers import Incentive, Voucher, VoucherCode
from main import ENTRY_POINTS
from tests.google_calls import Call
from tests.integration.shop_on_google import PUBLIC_KEY, STORE, ShopOnGoogle, opened
from tests.permissions import calls_of, functions, placed, secrets_of
from tests.phones import a_phone
from tests.providers.twilio import TOKEN

API_KEY, WEBHOOK_SECRET, LINK_KEY = "rk_bielik", "shpss_of_bielik", "a key for links"
SECRETS = {
    "voucher_key": "a key for vouchers",
    "suppression_key": "a key for suppressions",
    "token_key": LINK_KEY,
    "smtp_password": "s3cret",
    "twilio_auth_token": TOKEN,
    "webhook_shopify_bielik": WEBHOOK_SECRET,
    "api_key_bielik": API_KEY,
}
BACKEND = {"Authorization": f"Bearer {API_KEY}", "X-Recoup-Store": STORE}
MUG = {"sku": "mug", "name": "Mug", "quantity": 1, "unit_price": "120.00"}


def somebody(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "email": f"{name}@example.com", "consent": {"email": True}, **more}


def cart(id: str) -> dict[str, Any]:
    return {"id": id, "currency": "PLN", "lines": [MUG]}


def fills_cart(shop: ShopOnGoogle, name: str, **more: Any) -> None:
    shop.hears("cart.updated", cart=cart(f"cart-{name}"), customer=somebody(name, **more))


def case_of(shop: ShopOnGoogle, name: str) -> Case:
    ref = Ref("cases", ids.case_id(STORE, f"cart-{name}"))
    found = shop.store.load([ref])[ref].document
    assert isinstance(found, Case)
    return found


def is_reminded(shop: ShopOnGoogle, name: str, **more: Any) -> str:
    """Half an hour after the cart, and half an hour later the message; its code."""
    fills_cart(shop, name, **more)
    shop.let_pass(minutes=70)
    case = case_of(shop, name)
    assert case.stage is Stage.STIMULATED, case
    assert case.voucher is not None
    return case.voucher.code


def a_cart_is_won_back(shop: ShopOnGoogle) -> None:
    code = is_reminded(shop, "anna")
    order = {"id": "order-anna", "cart_id": "cart-anna", "currency": "PLN", "total": "110.00"}
    shop.hears("order.placed", order={**order, "voucher_codes": [code]}, customer=somebody("anna"))
    assert case_of(shop, "anna").stage is Stage.RECOVERED
    shop.hears("order.cancelled", order=order, customer=somebody("anna"))


def an_order_fails_before_a_message_left(shop: ShopOnGoogle) -> None:
    fills_cart(shop, "ola")
    shop.let_pass(minutes=40)
    order = {"id": "order-ola", "cart_id": "cart-ola", "currency": "PLN", "total": "110.00"}
    shop.hears("order.placed", order=order, customer=somebody("ola"))
    shop.let_pass(minutes=40)
    shop.hears("order.payment_failed", order=order, customer=somebody("ola"))
    assert case_of(shop, "ola").stage is Stage.ABANDONED


def a_text_message_goes_out_and_its_voucher_lapses(shop: ShopOnGoogle) -> None:
    is_reminded(shop, "stas", email=None, phone="+48601100101", consent={"sms": True})
    shop.let_pass(days=31)
    voucher = case_of(shop, "stas").voucher
    assert voucher is not None
    assert voucher.state is VoucherState.EXPIRED


def a_customer_returns_goods_and_is_flagged_for_a_while(shop: ShopOnGoogle) -> None:
    goods = {"id": "r1", "order_id": "o1", "total": "10.00", "currency": "PLN"}
    shop.hears("order.returned", **{"return": goods}, customer=somebody("ewa"))
    shop.let_pass(days=91)
    assert shop.looks("expire_vouchers", job="flags") == {"flags": 1}


def an_offer_takes_a_lost_order_s_place(shop: ShopOnGoogle) -> None:
    phones = a_phone("fox-128", 120_000, 80_000, store=STORE), a_phone("fox-64", 90_000, 60_000, store=STORE)
    shop.catalogue.put_many(phones)
    status = CatalogueStatus(id=status_id(STORE), store=STORE, version=1, products=2, begun=True)
    shop.store.save([Put(Ref(STATUS, status.id), status, None)])
    wanted = {"sku": "fox-128", "name": "Phone fox-128", "quantity": 1, "unit_price": "1200.00"}
    order = {"id": "order-iga", "currency": "PLN", "total": "1200.00", "lines": [wanted]}
    verification = {"id": "check-iga", "order_id": "order-iga", "reason": "identity"}
    shop.hears("verification.failed", verification=verification, order=order, customer=somebody("iga"))
    shop.let_pass(minutes=5)
    backend = shop.asks("storefront_api", "GET", "/customers/iga/offers", headers=BACKEND)
    (offer,) = (backend.json or {})["offers"]
    token = issue((LINK_KEY.encode(),), OFFER, (offer["offer_id"],), shop.tasks.now())
    for method, path in (("GET", f"/offers/{token}"), ("POST", f"/offers/{token}/accept")):
        answer = shop.asks("storefront_api", method, path, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text


def a_message_s_links_are_followed(shop: ShopOnGoogle) -> None:
    is_reminded(shop, "jan")
    case, keys = case_of(shop, "jan"), (LINK_KEY.encode(),)
    link = issue(keys, CART, (case.id, case.customer_id or ""), shop.tasks.now())
    assert shop.asks("storefront_api", "GET", f"/cart/{link}").status_code == 200
    no = issue(keys, UNSUBSCRIBE, (case.id, case.customer_id or "", "email"), shop.tasks.now())
    assert shop.asks("storefront_api", "POST", f"/unsubscribe/{no}").status_code == 200


def a_code_goes_through_a_checkout(shop: ShopOnGoogle) -> None:
    code = is_reminded(shop, "lena")
    for action in ("validate", "lock", "release", "lock", "redeem"):
        at_checkout(shop, action, code, "order-lena")


def at_checkout(shop: ShopOnGoogle, action: str, code: str, order: str) -> None:
    body = {"order_id": order}
    answer = shop.asks("storefront_api", "POST", f"/vouchers/{code}/{action}", json=body, headers=BACKEND)
    assert answer.status_code == 200, answer.text


def a_platform_and_a_page_send_events(shop: ShopOnGoogle) -> None:
    body = json.dumps({"id": 1}).encode()
    signature = base64.b64encode(hmac.digest(WEBHOOK_SECRET.encode(), body, "sha256")).decode()
    headers = {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Topic": "orders/paid"}
    answer = shop.asks("storefront_api", "POST", f"/webhooks/shopify/{STORE}", data=body, headers=headers)
    assert answer.status_code == 202
    event = {"type": "page.viewed", "cart_id": "c"}
    answer = shop.asks(
        "storefront_api", "POST", f"/events/{STORE}", json=event, headers={"X-Recoup-Key": PUBLIC_KEY}
    )
    assert answer.status_code == 202, answer.text


def a_person_is_forgotten(shop: ShopOnGoogle) -> None:
    is_reminded(shop, "zoe")
    shop.hears_raw(b'{"customer": {"email": "zoe@example.com"', source="recoup", store=STORE)
    shop.hears("customer.erased", customer={"email": "zoe@example.com"})
    ref = Ref("customers", ids.customer_id(STORE, "id", "zoe"))
    assert shop.store.load([ref])[ref].document is None


def a_store_is_forgotten_by_call_and_job(shop: ShopOnGoogle) -> None:
    domain = "left.myshopify.com"
    for number in range(9):
        event = {
            "id": f"left-{number}",
            "type": "cart.updated",
            "occurred_at": shop.tasks.now().isoformat(),
            "cart": cart(f"left-{number}"),
            "customer": somebody(f"left-{number}"),
        }
        shop.hears_raw(json.dumps(event).encode(), source="recoup", store=domain)
    body = json.dumps({"shop_id": 1, "shop_domain": domain}).encode()
    with pytest.MonkeyPatch.context() as hurried:
        hurried.setattr(privacy, "CALL_SECONDS", -1.0)
        shop.hears_raw(body, **{"X-Shopify-Topic": "shop/redact", "X-Shopify-Shop-Domain": domain})
    assert shop.looks("expire_vouchers", job="reconcile") == {"requests": 1}


def a_case_without_a_timer(
    shop: ShopOnGoogle, name: str, stage: Stage, due_at: datetime | None = None
) -> tuple[str, str]:
    """It waits for a quiet hour, a step or its voucher's end, and no task is set for that; its id and its code."""
    cart, now = f"cart-{name}", shop.tasks.now()
    case_id, customer_id = ids.case_id(STORE, cart), ids.customer_id(STORE, "id", name)
    code = ids.voucher_code(b"a key", case_id)
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
        lines=(Line(sku="mug", name="Mug", quantity=1, unit_price_minor=120_00),),
        currency="PLN",
        stage=stage,
        customer_id=customer_id,
        voucher=voucher,
        next_due_at=due_at,
    )
    owner = VoucherCode(code=code, store=STORE, case_id=case_id, customer_id=customer_id)
    shop.store.save(
        [
            Put(Ref("cases", case_id), case, None),
            Put(Ref("customers", customer_id), Customer(id=customer_id, store=STORE), None),
            Put(Ref("voucher_codes", ids.voucher_id(STORE, code)), owner, None),
        ]
    )
    return case_id, code


def lost_timers_are_set_by_whoever_comes_by(shop: ShopOnGoogle) -> None:
    for stage in (Stage.OPEN, Stage.ABANDONED, Stage.LOST):
        for function in ("generate_offer", "send_stimulus", "expire_vouchers"):
            case_id, _ = a_case_without_a_timer(shop, f"{function}-{stage}", stage)
            shop.looks(function, id=f"look-{case_id}", case_id=case_id)
        _, code = a_case_without_a_timer(shop, f"storefront-{stage}", stage)
        at_checkout(shop, "lock", code, f"order-{stage}")


def the_scheduler_s_other_jobs_are_done(shop: ShopOnGoogle) -> None:
    late = shop.tasks.now() - timedelta(hours=1)
    a_case_without_a_timer(shop, "late", Stage.ABANDONED, late)
    assert shop.looks("expire_vouchers", job="sweep") == {"cases": 1}
    assert shop.looks("expire_vouchers", job="metrics").keys() == {"ok", "warn", "fail"}


SCENARIOS: tuple[Callable[[ShopOnGoogle], None], ...] = (
    a_cart_is_won_back,
    an_order_fails_before_a_message_left,
    an_offer_takes_a_lost_order_s_place,
    a_message_s_links_are_followed,
    a_code_goes_through_a_checkout,
    a_platform_and_a_page_send_events,
    a_person_is_forgotten,
    a_store_is_forgotten_by_call_and_job,
    lost_timers_are_set_by_whoever_comes_by,
    the_scheduler_s_other_jobs_are_done,
    a_text_message_goes_out_and_its_voucher_lapses,
    a_customer_returns_goods_and_is_flagged_for_a_while,
)
"""Those in which much time passes come last. Nobody asks whether a function is ready: it fetches all its secrets then,
needed or not.
"""


def readable(function: str) -> dict[str, str]:
    known = secrets_of(function)
    return {name: text for name, text in SECRETS.items() if placed(name, known) in known}


@pytest.fixture
def shop(firestore_emulator: str, pubsub_emulator: str) -> Iterator[ShopOnGoogle]:
    """Each function has the secrets that the document says it reads."""
    secrets = {function: readable(function) for function in ENTRY_POINTS}
    with opened(firestore_emulator, pubsub_emulator, secrets) as running:
        yield running


def test_each_function_calls_what_is_written_down_and_nothing_else(shop: ShopOnGoogle) -> None:
    """Every kind of call of every function is made in one of the scenarios."""
    for happens in SCENARIOS:
        happens(shop)
    for function in ENTRY_POINTS:
        written = calls_of(function)
        known = {call.on for call in written}
        made = {Call(method, placed(on, known)) for method, on in shop.calls.of[function]}
        assert made == written, function


def test_every_function_is_in_the_document() -> None:
    assert functions() == set(ENTRY_POINTS)
