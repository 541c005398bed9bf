"""The cart link of a message: leads to the cart, or shows it. Changes nothing, logs nobody in (L6, L7, L37)."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from common.application.engine import Engine
from common.application.ports import Ref
from common.application.tokens import CART, InvalidToken, read
from common.domain import ids
from common.domain.book import CASES
from common.domain.documents import Case, Customer
from common.domain.policy import Policy
from common.domain.storefront import Line
from common.domain.vocabulary import Stage
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.link_calls import answered, gone, person, spoken, wants_json
from functions.storefront_api.pages import Item, page

_ORDERED = (Stage.ORDERED, Stage.RECOVERED)
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Vary": "Accept"}


def take(engine: Engine, token: str, call: Call) -> Answer:
    """303 to the shop's own cart, or 200 with what is in it; 404 for a link that doesn't work."""

    def act(policy: Policy) -> Answer:
        case, customer = _found(engine, policy, token)
        if case is None or customer is None:
            return gone(policy, call)
        if wants_json(call):
            return Answer(200, _body(case, policy), _HEADERS)
        return _shown(case, customer, policy, call)

    return answered(engine, call, ("GET", "HEAD"), act)


def _found(engine: Engine, policy: Policy, token: str) -> tuple[Case | None, Customer | None]:
    """The cart and its owner, if that is still whom the message went to (L6). Raises InvalidToken, Unavailable."""
    lifetime = timedelta(days=policy.storefront.cart_link_days)
    content = read(policy.keys.links, CART, token, engine.clock.now(), lifetime)
    if len(content) != 2:
        raise InvalidToken("content")
    case_id, customer_id = content
    case, customer = _case(engine, case_id), person(engine, customer_id)
    if case is None or customer is None or not (case.lines or case.stage in _ORDERED):
        return None, None
    is_theirs = all(_is_of(engine, one, customer) for one in (case, _newest(engine, case)))
    return (case, customer) if is_theirs else (None, None)


def _case(engine: Engine, id: str) -> Case | None:
    ref = Ref(CASES, id)
    found: Case | None = engine.store.load([ref])[ref].document
    return found


def _newest(engine: Engine, case: Case) -> Case:
    """What the cart is about by now: the shop's own address of it leads there."""
    first = case if case.episode == 1 else _case(engine, ids.case_id(case.store, case.cart_id))
    newest = first.latest_episode if first else case.episode
    if newest == case.episode:
        return case
    return _case(engine, ids.case_id(case.store, case.cart_id, newest)) or case


def _is_of(engine: Engine, case: Case, customer: Customer) -> bool:
    if case.customer_id == customer.id:
        return True
    owner = person(engine, case.customer_id) if case.customer_id else None
    return owner is not None and owner.id == customer.id


def _shown(case: Case, customer: Customer, policy: Policy, call: Call) -> Answer:
    lang = spoken(call, policy, customer)
    if case.stage in _ORDERED:
        return page("ordered", lang, policy.shop)
    if own := _own_url(case, policy):
        return Answer(303, None, {**_HEADERS, "Location": own})
    items = [
        Item(_name(line), line.quantity, _allowed(line.url, case.store, policy)) for line in _lines(case)
    ]
    return page("cart", lang, policy.shop, items=items)


def _body(case: Case, policy: Policy) -> dict[str, Any]:
    """The cart for an app, which puts back what is missing; prices and stock are the shop's to say (L10)."""
    if case.stage in _ORDERED:
        return {"state": "ordered", "lines": []}
    lines = [
        {
            "sku": line.sku,
            "name": _name(line),
            "quantity": line.quantity,
            "url": _allowed(line.url, case.store, policy),
        }
        for line in _lines(case)
    ]
    return {
        "state": "open",
        "cart_id": case.cart_id,
        "cart_url": _own_url(case, policy),
        "currency": case.currency,
        "merge": "add_missing",
        "lines": lines,
    }


def _lines(case: Case) -> tuple[Line, ...]:
    return tuple(line for line in case.lines if line.available)


def _name(line: Line) -> str:
    """With its variant, as the shop tells it."""
    return line.name or line.sku


def _own_url(case: Case, policy: Policy) -> str | None:
    return _allowed(case.url, case.store, policy)


def _allowed(url: str | None, store: str, policy: Policy) -> str | None:
    """The address if it leads to the shop or to a host that the shop named, and nowhere else."""
    if url is None or not url.isascii() or not url.isprintable() or "\\" in url:
        return None
    access = policy.storefront.stores.get(store)
    if access is not None and access.may_link_to(url):
        return url
    try:
        parts, shop = urlsplit(url), urlsplit(policy.shop.url)
    except ValueError:
        return None
    is_shops = parts.scheme in ("http", "https") and bool(shop.hostname) and parts.hostname == shop.hostname
    return url if is_shops and "@" not in parts.netloc else None
