"""A generated day at a shop, as lines for `recoup replay`: any number of events, streamed in time order.

`python -m tests.bench.shop_day 200000 > day.jsonl`. The same number gives the same day.
"""

import heapq
import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

EVENTS_PER_CART = 10
"""On average; a session has 8 to 12."""
IDENTIFIED, BUYING = 0.5, 0.4
OPENS_AT = datetime(2026, 3, 2, tzinfo=UTC)
LASTS = timedelta(hours=24)

_STORE = {"source": "recoup", "store": "bench-shop"}
_GOODS = [
    ("LMP-01", "Reading lamp, brass", 18900),
    ("MUG-07", "Stoneware mug, blue", 4950),
    ("TBL-02", "Side table, oak", 64900),
    ("RUG-11", "Wool rug, grey", 89900),
    ("CUP-03", "Espresso cups, set of four", 11800),
    ("THR-05", "Linen throw", 24500),
    ("VAS-09", "Vase, smoked glass", 15900),
    ("CLK-04", "Wall clock", 21900),
]
_NAMES = [("Anna", "Nowak"), ("Jan", "Kowalski"), ("Zofia", "Wójcik"), ("Piotr", "Lewandowski")]

Line = dict[str, Any]
_Moment = tuple[datetime, int, Line]


def lines(events: int, begins_at: Callable[[float], float] = lambda share: share) -> Iterator[str]:
    """The day's lines; `events` of them, give or take the length of a session.

    `begins_at` says by which share of the day that share of the carts has begun; evenly, unless told otherwise.
    """
    chance = random.Random(events)
    carts = max(1, events // EVENTS_PER_CART)
    waiting: list[_Moment] = []
    number = 0
    for cart in range(carts):
        begins = OPENS_AT + LASTS * begins_at(cart / carts)
        while waiting and waiting[0][0] <= begins:
            yield _line(heapq.heappop(waiting))
        for moment, data in _session(chance, cart, carts, begins):
            heapq.heappush(waiting, (moment, number := number + 1, data))
    while waiting:
        yield _line(heapq.heappop(waiting))


def _line(moment: _Moment) -> str:
    at, number, data = moment
    data = {"id": f"e{number}", "occurred_at": at.isoformat(), "channel": "web", **data}
    line = {
        "publish_time": (at + timedelta(milliseconds=300)).isoformat(),
        "attributes": _STORE,
        "data": data,
    }
    return json.dumps(line, ensure_ascii=False)


def _session(
    chance: random.Random, cart: int, carts: int, begins: datetime
) -> Iterator[tuple[datetime, Line]]:
    """Somebody looks around, fills a cart, perhaps signs in, and buys it or leaves it."""
    customer = _customer(chance, carts) if chance.random() < IDENTIFIED else None
    buys = chance.random() < BUYING
    bought: list[Line] = []
    at = begins
    for step in range(chance.randint(6, 10) if buys else chance.randint(8, 12)):
        at += timedelta(seconds=chance.uniform(5, 240))
        # Who it is becomes known on the way, as in a real session.
        known = {"customer": customer} if customer and step >= 2 else {}
        if step == 0 or chance.random() < 0.45:
            _put_in(chance, bought)
            yield at, {"type": "cart.updated", **known, "cart": _cart(cart, bought)}
        else:
            kind = "checkout.started" if step > 5 else "page.viewed"
            yield at, {"type": kind, **known, "cart_id": f"c{cart}"}
    if buys:
        for kind in ("order.placed", "order.paid"):
            at += timedelta(seconds=chance.uniform(5, 60))
            known = {"customer": customer} if customer else {}
            yield at, {"type": kind, **known, "order": _order(cart, bought)}


def _customer(chance: random.Random, carts: int) -> Line:
    number = chance.randrange(max(1, carts // 2))
    first, last = _NAMES[number % len(_NAMES)]
    return {
        "id": f"u{number}",
        "email": f"customer{number}@shop.test",
        "phone": f"+48 {501_000_000 + number % 90_000_000}",
        "name": f"{first} {last}",
        "locale": "pl-PL" if number % 3 else "en-GB",
        "time_zone": "Europe/Warsaw",
        "country": "PL",
        "consent": {"email": number % 8 != 0, "sms": number % 2 == 0},
    }


def _put_in(chance: random.Random, bought: list[Line]) -> None:
    sku, name, price = chance.choice(_GOODS)
    for line in bought:
        if line["sku"] == sku:
            line["quantity"] += 1
            return
    url = f"https://shop.test/goods/{sku}"
    bought.append({"sku": sku, "name": name, "quantity": 1, "unit_price": _major(price), "url": url})


def _cart(cart: int, bought: list[Line]) -> Line:
    # A copy: the cart goes on changing while this event waits for its turn.
    now = [dict(line) for line in bought]
    return {"id": f"c{cart}", "currency": "PLN", "url": f"https://shop.test/cart/c{cart}", "lines": now}


def _order(cart: int, bought: list[Line]) -> Line:
    total = sum(line["quantity"] * round(float(line["unit_price"]) * 100) for line in bought)
    goods = [{"sku": line["sku"], "quantity": line["quantity"]} for line in bought]
    order = {"id": f"o{cart}", "cart_id": f"c{cart}", "currency": "PLN", "total": _major(total)}
    return {**order, "discount": "0.00", "lines": goods}


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000):
        sys.stdout.write(line + "\n")
