"""Events to try the engine with, as a storefront would send them."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from common.application.failures import Unavailable
from common.application.ports import Ref
from common.domain import ids
from common.domain.bounds import basis_points
from common.domain.documents import Case, Customer
from common.domain.holdout import is_held
from common.domain.money import format_minor
from common.domain.vocabulary import VoucherState
from common.domain.vouchers import Incentive
from infra.dev.engine import DevEngine
from infra.dev.incoming import Incoming

STORE = "dev-shop"
_ATTRIBUTES = {"source": "recoup", "store": STORE}


@dataclass(frozen=True, slots=True)
class _Shopper:
    first: str
    last: str
    locale: str
    country: str
    currency: str
    goods: tuple[tuple[str, str, int, str], ...]
    consent: dict[str, bool] = field(default_factory=lambda: {"email": True, "sms": True})


_POLISH = (("LMP-01", "Lampka do czytania", 1, "189.00"), ("MUG-07", "Kubek kamionkowy", 2, "49.50"))
_SHOPPERS = (
    _Shopper("Emma", "Clarke", "en-GB", "GB", "GBP", (("RUG-11", "Wool rug, grey", 1, "249.00"),)),
    _Shopper("Anna", "Nowak", "pl-PL", "PL", "PLN", _POLISH),
    _Shopper(
        "James",
        "Miller",
        "en-GB",
        "GB",
        "GBP",
        (("MUG-07", "Stoneware mug, blue", 4, "14.00"), ("VAS-09", "Vase, smoked glass", 1, "39.50")),
        {"email": False, "sms": True},
    ),
)


class NothingToDo(Exception):
    """The sample needs something that hasn't happened yet; the sentence says what."""


class Samples:
    """Each publishes one event and says in a sentence what it was."""

    def __init__(self, engine: DevEngine) -> None:
        self._engine = engine
        self._carts = count()

    def abandoned_cart(self) -> str:
        """Somebody new fills a cart and goes away."""
        shopper = _SHOPPERS[next(self._carts) % len(_SHOPPERS)]
        customer = self._customer(shopper)
        cart_id = f"cart-{secrets.token_hex(3)}"
        lines = [
            {"sku": sku, "name": name, "quantity": quantity, "unit_price": price}
            for sku, name, quantity, price in shopper.goods
        ]
        url = f"https://shop.example/cart/{cart_id}"
        cart = {"id": cart_id, "currency": shopper.currency, "url": url, "lines": lines}
        self._publish("cart.updated", customer=customer, cart=cart)
        return f"{shopper.first} filled {cart_id} and went away."

    def order_with_newest_code(self) -> str:
        """The customer with the newest open code buys with it. Raises NothingToDo."""
        case = self._case_with_open_code()
        voucher = case.voucher
        if voucher is None or case.currency is None:
            raise NothingToDo("That case has no voucher.")
        discount = _discount(voucher.incentive, case.total_minor)
        order: dict[str, Any] = {
            "id": f"order-{secrets.token_hex(3)}",
            "cart_id": case.cart_id,
            "currency": case.currency,
            "total": format_minor(case.total_minor - discount, case.currency),
            "discount": format_minor(discount, case.currency),
            "voucher_codes": [voucher.code],
            "lines": [{"sku": line.sku, "quantity": line.quantity} for line in case.lines],
        }
        self._publish("order.placed", order=order)
        return f"{order['id']} was placed with {voucher.code}."

    def cancelled_order(self) -> str:
        """The order that was recovered last is cancelled. Raises NothingToDo."""
        for line in self._engine.journal.newest(200):
            if line["type"] == "case.reversed":
                break
            if line["type"] == "case.recovered":
                facts = {name: line[name] for name in ("currency", "discount")}
                order = {"id": line["order_id"], "total": line["revenue"], **facts}
                self._publish("order.cancelled", store=line["store"], order=order)
                return f"{line['order_id']} was cancelled."
        raise NothingToDo("There is no recovered order yet; buy with a code first.")

    def broken_event(self) -> str:
        """A cart whose price nobody can read."""
        cart_id = f"cart-{secrets.token_hex(3)}"
        line = {"sku": "RUG-11", "name": "Wool rug", "quantity": 1, "unit_price": "249,00 zł"}
        self._publish("cart.updated", cart={"id": cart_id, "currency": "PLN", "lines": [line]})
        return f"{cart_id} has a price that can't be read."

    def _publish(self, type: str, store: str = STORE, **facts: Any) -> None:
        now = self._engine.clock.now() - self._engine.clock.ahead
        event = {"id": secrets.token_hex(8), "type": type, "occurred_at": _written(now), **facts}
        data = json.dumps(event, ensure_ascii=False).encode()
        self._engine.publish([Incoming({**_ATTRIBUTES, "store": store}, data)])

    def _customer(self, shopper: _Shopper) -> dict[str, Any]:
        """Somebody who isn't in the control group, if the policy leaves anybody out of it: a sample shows mail."""
        token = next(
            (one for one in (secrets.token_hex(3) for _ in range(50)) if not self._held(one)), "held"
        )
        return {
            "id": f"customer-{token}",
            "email": f"{shopper.first.lower()}.{token}@shop.test",
            "phone": f"+48 60{1 + int(secrets.token_hex(4), 16) % 9_999_999:07}",
            "name": f"{shopper.first} {shopper.last}",
            "locale": shopper.locale,
            "country": shopper.country,
            "consent": shopper.consent,
        }

    def _held(self, token: str) -> bool:
        id = ids.customer_id(STORE, "id", f"customer-{token}")
        try:
            return is_held(Customer(id=id, store=STORE), self._engine.rules.current())
        except Unavailable:
            return False

    def _case_with_open_code(self) -> Case:
        for line in self._engine.journal.newest(500):
            if line["type"] in ("voucher.issued", "voucher.released"):
                ref = Ref("cases", line["case_id"])
                case: Case | None = self._engine.machine.store.load([ref])[ref].document
                if case and _has_open_code(case, self._engine.clock.now()):
                    return case
        raise NothingToDo("There is no open code yet; abandon a cart and skip on until a message is sent.")


def _has_open_code(case: Case, now: datetime) -> bool:
    voucher = case.voucher
    if voucher is None or voucher.valid_until is None or now >= voucher.valid_until:
        return False
    return voucher.state in (VoucherState.ISSUED, VoucherState.RELEASED)


def _discount(incentive: Incentive, total_minor: int) -> int:
    if incentive.percent is not None:
        return total_minor * basis_points(incentive.percent) // 10_000
    return min(incentive.amount.minor, total_minor) if incentive.amount else 0


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
