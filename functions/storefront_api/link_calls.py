"""What all links of messages have in common: who may call how, and what is said when a link doesn't work."""

from collections.abc import Callable

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Ref
from common.application.tokens import InvalidToken
from common.domain.book import CUSTOMERS
from common.domain.documents import Customer
from common.domain.policy import Policy
from common.logs import log
from functions.storefront_api.calls import UNAVAILABLE, Answer, Call, options, wrong_method
from functions.storefront_api.languages import language
from functions.storefront_api.pages import page

_MAX_HOPS = 8
_READERS = ("GET", "HEAD")
_HTML, _JSON = "text/html", "application/json"


def answered(engine: Engine, call: Call, methods: tuple[str, ...], act: Callable[[Policy], Answer]) -> Answer:
    """What `act` answers; one page for every link that doesn't work, and one for a while in which nothing does."""
    if call.method == "OPTIONS":
        return options(*methods)
    if call.method not in methods:
        return wrong_method(*methods)
    policy = None
    try:
        policy = engine.policies.current()
        return act(policy)
    except InvalidToken as problem:
        log("link_refused", link=call.path[0], reason=str(problem))
        return gone(policy, call) if policy else UNAVAILABLE
    except Unavailable as unavailable:
        log("link_unavailable", "WARNING", link=call.path[0], detail=str(unavailable))
        if policy is None or wants_json(call):
            return UNAVAILABLE
        return page("unavailable", spoken(call, policy), policy.shop, 503)


def gone(policy: Policy, call: Call) -> Answer:
    """The same for a link that is too old, broken, for something else or about somebody else by now."""
    if wants_json(call):
        return Answer(404, {"error": "this link no longer works"})
    return page("gone", spoken(call, policy), policy.shop, 404)


def wants_json(call: Call) -> bool:
    """Whether an app asks, by RFC 9110, 12.5.1; HTML for whom both are as welcome, or neither is."""
    stated = parse_accept_header(call.header("accept"))
    accepted = MIMEAccept(
        [(kind.partition(";")[0], weight) for kind, weight in stated]
    )  # whatever the charset
    return accepted.best_match((_HTML, _JSON), default=_HTML) == _JSON


def spoken(call: Call, policy: Policy, customer: Customer | None = None) -> str:
    """The customer's language, else the browser's, else the shop's."""
    known = customer.locale if customer else None
    return language(known, call.header("accept-language"), policy.shop.default_locale)


def person(engine: Engine, id: str) -> Customer | None:
    """The person behind a document id, past any signposts; None if nobody is there. Raises Unavailable."""
    for _ in range(_MAX_HOPS):
        ref = Ref(CUSTOMERS, id)
        found: Customer | None = engine.store.load([ref])[ref].document
        if found is None or found.merged_into is None:
            return found
        id = found.merged_into
    return None
