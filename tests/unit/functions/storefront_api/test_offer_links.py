"""The link to an offer: it is looked at, and answered once, on the web and in the app."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from common.application.ports import Counters, Put, Ref
from common.application.tokens import CART, OFFER, issue
from common.domain.offers import Offer
from common.domain.vocabulary import (
    CaseKind,
    OfferStage,
    OfferTrigger,
    Reason,
    SalesChannel,
    VerificationReason,
)
from functions.storefront_api import offer_links
from functions.storefront_api.calls import Call
from functions.storefront_api.rate_limit import RateLimiter
from infra.local.machine import LOCAL_KEYS
from tests.builders import DAY
from tests.unit.functions.storefront_api.offered import (
    ANNA,
    NOW,
    OURS,
    PROPOSAL,
    UNTIL,
    Shop,
    case,
    case_id,
    offer,
    policy,
    shop,
)

NEVER_SAID = [
    *(one.value for one in (*VerificationReason, *OfferTrigger, *CaseKind) if one.value not in ("other", "value")),
    "verification", "weryfikac", "Anna", "Nowak", "anna@", "48600", "c-anna", "o-7",
]  # fmt: skip


class Failing:
    """The engine's own store, which fails at what a test says."""

    def __init__(self, opened: Shop, *fails: str) -> None:
        self._store, self._fails = opened.engine.store, fails
        opened.backend.engine = replace(opened.engine, store=self)  # type: ignore[arg-type]

    def load(self, refs: list[Ref]) -> Any:
        if "load" in self._fails:
            raise Unavailable("Firestore: UNAVAILABLE")
        return self._store.load(refs)

    def save(self, puts: list[Put], counters: Counters | None = None) -> Any:
        if "save" in self._fails:
            raise Unavailable("Firestore: UNAVAILABLE")
        return self._store.save(puts, counters)


class FailingBus:
    """A bus that is away until it is told otherwise."""

    def __init__(self, opened: Shop) -> None:
        self._bus, self.is_down = opened.engine.bus, True
        opened.backend.engine = replace(opened.engine, bus=self)

    def publish(self, announcements: Any) -> None:
        if self.is_down:
            raise Unavailable("Pub/Sub: UNAVAILABLE")
        self._bus.publish(announcements)


def kept(opened: Shop) -> list[Any]:
    """All that the engine keeps."""
    return [opened.story.documents(one) for one in ("cases", "customers", "orders")]


# Looking at it.


def test_an_app_is_told_all_that_it_needs_and_nothing_else() -> None:
    """The whole body, with amounts in both spellings."""
    assert shop(offer(wanted=replace(offer().wanted, quantity=2))).app().body == {
        "offer_id": f"{case_id('o-7')}-1",
        "state": "viewed",
        "version": 4,
        "currency": "PLN",
        "wanted": {
            "name": "Phone X 256 GB",
            "quantity": 2,
            "unit_price": "4999.00",
            "unit_price_minor": 499900,
            "image_url": "https://cdn.socks.test/phone-x.jpg",
        },
        "alternative": {
            "sku": "PHONE-S",
            "name": "Phone S 128 GB",
            "quantity": 2,
            "unit_price": "2799.00",
            "unit_price_minor": 279900,
            "regular_price": "2999.00",
            "regular_price_minor": 299900,
            "total": "5598.00",
            "total_minor": 559800,
            "url": "https://socks.test/phone-s",
            "image_url": "https://cdn.socks.test/phone-s.jpg",
        },
        "valid_until": "2026-03-09T09:30:00Z",
        "personalized_price": False,
    }


@pytest.mark.parametrize(
    ("accept", "as_json"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/json, */*", True),
        ("application/json, text/plain, */*;q=0.1", True),
        ("application/json, text/html;q=0.5", True),
        ("application/json;q=0.9, text/html;q=0.1", True),
        ("application/json;q=0.1, text/html", False),
        ("application/json, text/html", False),
        ("application/json;q=0", False),
        ("application/json;q=0.1, */*", False),
        ("image/png", False),
        ("application/json;q=much", False),
        (";;,q=", False),
    ],
)
def test_who_asks_says_what_they_like_best(accept: str | None, as_json: bool) -> None:
    """By weight; a page for whom both are as welcome, for whom neither is, and for whom says nothing."""
    answer = shop().visit(headers={} if accept is None else {"accept": accept})
    assert answer.status == 200
    assert (answer.body is not None, answer.page is None) == (as_json, as_json)


@pytest.mark.parametrize("by", ["web", "app"])
def test_the_first_look_is_noted_and_no_other(by: str) -> None:
    """`viewed` is all that a GET changes, once, and it is told once (L37)."""
    opened = shop()
    look = opened.visit if by == "web" else opened.app
    assert look().status == 200
    assert opened.offer().stage is OfferStage.VIEWED
    assert len(opened.said("offer.viewed")) == 1
    before, told = kept(opened), len(opened.story.announced)
    for _ in range(3):
        assert opened.visit().status == opened.app().status == 200
    assert (kept(opened), len(opened.story.announced)) == (before, told)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"purpose": "prefetch"}),
        ("GET", {"sec-purpose": "prefetch;prerender"}),
        ("GET", {"sec-purpose": "prefetch;anonymous-client-ip"}),
        ("GET", {"x-moz": "prefetch"}),
        ("GET", {"x-purpose": "preview"}),
    ],
)
def test_what_nobody_asked_to_see_is_no_look(method: str, headers: dict[str, str]) -> None:
    """HEAD, and pages that a browser fetches ahead: they show the offer and change nothing (L37)."""
    opened = shop()
    before = kept(opened)
    given = opened.visit(method=method, headers=headers)
    assert given.status == 200
    assert "Phone S" in str(given.page)
    assert kept(opened) == before
    assert opened.story.announced == []


@pytest.mark.parametrize("stage", [one for one in OfferStage if one is not OfferStage.DELIVERED])
@pytest.mark.parametrize("now", [NOW, UNTIL])
def test_looking_changes_no_other_state(stage: OfferStage, now: datetime) -> None:
    """Whatever became of the offer, and when its time is over (L37)."""
    opened = shop(offer(stage))
    opened.story.clock.set(now)
    before = kept(opened)
    assert {opened.visit().status, opened.app().status} == {200}
    assert kept(opened) == before


def test_an_offer_whose_time_is_over_is_not_viewed_any_more() -> None:
    """Its link shows that it has ended; nothing is written (L50)."""
    opened = shop()
    opened.story.clock.set(UNTIL)
    before = kept(opened)
    told = opened.app()
    assert told.body is not None
    assert (told.body["state"], "version" in told.body) == ("expired", False)
    assert "wygasła" in str(opened.visit().page)
    assert "<form" not in str(opened.visit().page)
    assert kept(opened) == before


def test_a_look_that_can_not_be_saved_shows_the_offer_all_the_same() -> None:
    """The customer need not wait for our bookkeeping."""
    opened = shop()
    Failing(opened, "save")
    assert "Phone S" in str(opened.visit().page)
    assert (opened.app().body or {})["state"] == "delivered"
    assert opened.offer().stage is OfferStage.DELIVERED


def test_without_its_documents_the_offer_is_not_called_closed() -> None:
    """503 and try again, on the page and in the app (L51)."""
    opened = shop()
    Failing(opened, "load")
    page, told = opened.visit(), opened.app()
    assert (page.status, told.status, told.headers["Retry-After"]) == (503, 503, "10")
    assert "did not work just now" in str(page.page)
    for text in (str(page.page), str(told.body)):
        assert "no longer" not in text
        assert "ended" not in text


# Answering it.


@pytest.mark.parametrize(("action", "stage"), [("accept", "accepted"), ("decline", "declined")])
def test_an_answer_works_once_and_reads_the_same_each_time(action: str, stage: str) -> None:
    """A replay finds the first outcome, from either side, days later and after the order (L52)."""
    opened = shop()
    first = opened.app(action, {"version": 4})
    assert (first.status, (first.body or {})["state"]) == (200, stage)
    assert (first.body or {})["answered_through"] == "app"
    assert len(opened.said(f"offer.{stage}")) == 1
    opened.story.clock.set(UNTIL + timedelta(days=2))
    again = opened.app(action, {"version": 4})
    assert (again.status, again.body) == (first.status, first.body)
    assert opened.press(action, version=4).status == 200
    assert opened.offer().answered_through is SalesChannel.APP
    assert len({str(one) for one in opened.said(f"offer.{stage}")}) == 1


def test_an_acceptance_reads_the_same_once_its_order_is_there() -> None:
    """The offer has gone on to `ordered`; whoever repeats the acceptance learns that it was accepted (L52)."""
    opened = shop()
    first = opened.app("accept")
    taken = replace(opened.offer(), stage=OfferStage.ORDERED, version=9, order_id="o-8")
    opened.put(case(taken))
    assert opened.app("accept").body == first.body
    assert (opened.app().body or {})["state"] == "ordered"
    assert "zamówiona" in str(opened.visit().page)


@pytest.mark.parametrize(("first", "then"), [("accept", "decline"), ("decline", "accept")])
def test_a_second_thought_is_refused(first: str, then: str) -> None:
    """409 with the reason and where it stands; nothing changes."""
    opened = shop()
    opened.app(first)
    before = kept(opened)
    refused = opened.app(then)
    reason = "accepted" if first == "accept" else "declined"
    body = refused.body or {}
    assert (refused.status, body["reason"], body["offer"]["state"]) == (409, reason, reason)
    assert set(body) == {"error", "reason", "message_for_customer", "offer"}
    assert opened.press(then).status == 409
    assert kept(opened) == before


def test_on_the_web_and_in_the_app_at_the_same_moment_it_is_taken_once() -> None:
    """Forty people at once: one acceptance is saved and told, and everybody reads the same."""
    opened = shop()
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda n: opened.press("accept") if n % 2 else opened.app("accept"), range(40))
        )
    assert {one.status for one in answers} == {200}
    assert len({str(one.body) for one in answers if one.body}) == 1
    assert len({str(one) for one in opened.said("offer.accepted")}) == 1
    assert [moment.what for moment in opened.story.documents("cases")[0].timeline].count(
        "offer accepted"
    ) == 1


def test_yes_and_no_at_the_same_moment_leave_one_of_them() -> None:
    """Whoever is first wins; all others are told so, and nobody gets an error."""
    opened = shop()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: (n % 2, opened.app(("accept", "decline")[n % 2])), range(40)))
    outcomes = {(kind, one.status) for kind, one in answers}
    assert outcomes in ({(0, 200), (1, 409)}, {(0, 409), (1, 200)})
    assert len({str(one) for type in ("accepted", "declined") for one in opened.said(f"offer.{type}")}) == 1


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_an_offer_is_over_at_its_minute_and_not_before(action: str) -> None:
    """410, whoever's timer is late; the server's own clock decides (L50)."""
    opened = shop()
    opened.story.clock.set(UNTIL)
    for refused in (opened.app(action), opened.press(action)):
        assert refused.status == 410
    body = opened.app(action).body or {}
    assert (body["reason"], body["offer"]["state"]) == ("expired", "expired")
    assert opened.offer().answered_at is None
    in_time = shop()
    in_time.story.clock.set(UNTIL - timedelta(seconds=1))
    assert in_time.app(action).status == 200


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (offer(OfferStage.READY), "not_ready"),
        (offer(OfferStage.CANCELLED, reason=Reason.OUT_OF_STOCK), "cancelled"),
        (offer(OfferStage.REPLACED), "replaced"),
        (offer(proposal=replace(PROPOSAL, unit_price_minor=1), limits=offer().limits), "limit_breached"),
    ],
)
def test_what_can_not_be_accepted_says_why(made: Offer, reason: str) -> None:
    """409 with a reason for the app and a page for a person; the engine's own reason stays inside."""
    opened = shop(made)
    refused = opened.app("accept")
    assert (refused.status, (refused.body or {})["reason"]) == (409, reason)
    page = opened.press("accept")
    assert page.status == 409
    assert "<form" not in str(page.page)
    assert "out_of_stock" not in str(page.page) + str(refused.body)
    assert opened.offer().stage is made.stage


def test_another_version_than_the_one_that_was_seen_is_refused() -> None:
    """The current offer comes with the refusal; answered at its version it is taken."""
    opened = shop()
    refused = opened.app("accept", {"version": 3})
    body = refused.body or {}
    assert (refused.status, body["reason"], body["offer"]["version"]) == (409, "out_of_date", 4)
    page = opened.press("accept", version="3")
    assert page.status == 409
    assert "zmieniła się" in str(page.page)
    assert '<form method="post" action="accept">' in str(page.page)
    assert opened.press("accept", version="four").status == 409
    assert opened.offer().answered_at is None
    assert opened.press("accept", version="4").status == 200


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"accept"', "not a JSON object"),
        (b'{"version": "4"}', "version can't be used"),
        (b'{"version": true}', "version can't be used"),
        (b'{"version": 0}', "version can't be used"),
        (b'{"version": 4.5}', "version can't be used"),
        (b'{"channel": "pos"}', "channel can't be used"),
        (b'{"channel": ["app"]}', "channel can't be used"),
        (b'{"price": "1.00"}', "price is not a field"),
    ],
)
def test_a_body_that_can_not_be_used_says_why(body: bytes, sentence: str) -> None:
    """400, a sentence, and nothing happens: a misspelt field must not silently mean nothing."""
    opened = shop()
    refused = opened.visit("accept", headers={"content-type": "application/json"}, body=body)
    assert refused.status == 400
    assert sentence in (refused.body or {})["error"]
    assert opened.offer().stage is OfferStage.DELIVERED


@pytest.mark.parametrize("told", [None, {}, {"version": None}, {"version": 4, "channel": "app"}])
def test_an_app_may_say_no_more_than_yes(told: Any) -> None:
    """The body is optional, and so is all in it."""
    assert shop().app("accept", told).status == 200


def test_a_shop_that_shows_offers_on_its_own_pages_says_so() -> None:
    """JSON, but on the web."""
    opened = shop()
    assert (opened.app("accept", {"channel": "web"}).body or {})["answered_through"] == "web"


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_while_nobody_can_tell_the_answer_can_be_sent_again(action: str) -> None:
    """503, neither yes nor no, and never that the offer were closed; sent again it counts (L51, L52)."""
    opened = shop()
    whole = opened.engine
    Failing(opened, "load")
    page, told = opened.press(action, version=4), opened.app(action)
    assert (page.status, told.status, told.headers["Retry-After"]) == (503, 503, "10")
    assert f'<form method="post" action="{action}">' in str(page.page)
    assert 'name="version" value="4"' in str(page.page)
    for text in (str(page.page), str(told.body)):
        assert "no longer" not in text
        assert "ended" not in text
    opened.backend.engine = whole
    assert opened.press(action, version=4).status == 200


def test_an_acceptance_that_was_saved_but_not_told_is_told_by_the_next_try() -> None:
    """The shop hears of it, whenever the bus is back (L52)."""
    opened = shop()
    bus = FailingBus(opened)
    assert opened.app("accept").status == 503
    assert opened.offer().stage is OfferStage.ACCEPTED
    assert opened.said("offer.accepted") == []
    bus.is_down = False
    assert opened.app("accept").status == 200
    assert len(opened.said("offer.accepted")) == 1


# The link itself.


def test_links_that_do_not_work_are_answered_alike() -> None:
    """Broken, forged, too old, for something else, about nothing or not yet priced: 404, one page, no reason (L7)."""
    opened = shop()
    known, keys = opened.token(), LOCAL_KEYS.links
    opened.put(case(offer(OfferStage.REQUESTED, "o-9", proposal=None, valid_until=None), "o-9"))
    dead = [
        known[:-1],
        known + "x",
        "x",
        "x" * 2000,
        issue((b"a guessed key",), OFFER, (offer().id,), NOW),
        issue(keys, CART, (offer().id,), NOW),
        issue(keys, OFFER, (offer().id, "more"), NOW),
        issue(keys, OFFER, (f"{case_id('o-7')}-2",), NOW),
        issue(keys, OFFER, ("f" * 32 + "-1",), NOW),
        issue(keys, OFFER, ("nonsense",), NOW),
        opened.token(at=NOW - timedelta(days=60, seconds=2)),
        opened.token(f"{case_id('o-9')}-1"),
    ]
    answers = [opened.visit(action, token=one) for one in dead for action in ("", "accept", "decline")]
    assert {one.status for one in answers} == {404}
    assert len({one.page for one in answers}) == 1
    assert "no longer works" in str(answers[0].page)
    for one in dead:
        assert opened.app("accept", token=one).body == {"error": "this link no longer works"}
    assert opened.offer().stage is OfferStage.DELIVERED


def test_a_former_offer_keeps_its_own_link() -> None:
    """It was declined and followed by another one; its link tells of itself, and can't accept the other one."""
    first = offer(OfferStage.REPLACED, answered_at=NOW, answered_through=SalesChannel.WEB)
    second = offer(id=f"{case_id('o-7')}-2", proposal=replace(PROPOSAL, name="Phone M"))
    opened = shop(second, former_offer=first)
    assert "Phone M" not in str(opened.visit().page)
    assert (opened.app("accept").body or {})["reason"] == "replaced"
    assert (opened.app("decline").body or {})["state"] == "declined"
    newer = opened.token(second.id)
    assert "Phone M" in str(opened.visit(token=newer).page)
    assert opened.app("accept", token=newer).status == 200


def test_a_link_outlives_its_offer() -> None:
    """Eight days later it still tells that the offer has ended, not that the link is broken (L50)."""
    opened = shop()
    opened.story.clock.set(DAY + timedelta(days=59))
    assert "wygasła" in str(opened.visit().page)
    opened.story.clock.set(DAY + timedelta(days=60, seconds=2))
    assert opened.visit().status == 404


def test_methods_and_actions_that_are_none() -> None:
    """405 with what is allowed; 404 for an action that isn't one, such as `view`, which is the GET."""
    opened = shop()
    assert opened.visit(method="POST").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert opened.visit("accept", method="GET").headers["Allow"] == "POST, OPTIONS"
    assert opened.visit("accept", method="OPTIONS").status == 204
    assert [opened.visit(action).status for action in ("view", "ACCEPT", "price")] == [404] * 3
    assert opened.offer().stage is OfferStage.DELIVERED


def test_nobody_is_logged_in_and_nothing_is_kept() -> None:
    """No cookie; the address is a key, so it goes nowhere else (L7)."""
    for given in (shop().visit(), shop().app(), shop().press("accept")):
        assert "Set-Cookie" not in given.headers
        assert given.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in given.headers["X-Robots-Tag"]
        assert given.headers["Vary"] == "Accept"


@pytest.mark.parametrize("action", ["", "accept", "decline"])
def test_nothing_personal_and_no_reason_is_said(action: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither who the customer is, nor why the first choice came to nothing; not in a log either."""
    opened = shop()
    page, told = str(opened.visit(action).page), str(opened.app(action).body)
    text = page[: page.index("<style>")] + page[page.index("</style>") :] + told + caplog.text
    assert "Phone S" in text
    assert [word for word in NEVER_SAID if word in text] == []
    for word in ("case_id", "customer", "reason'"):
        assert word not in told
    assert opened.token() not in caplog.text


def test_one_address_may_not_ask_without_end() -> None:
    """429 with when to come back, as JSON and as a page; another address goes on."""
    opened = shop(rules=policy(storefront={"offer_calls_per_minute": 3}))
    limiter = RateLimiter(elapsed=lambda: 0.0)

    def ask(client: str, accept: str) -> Any:
        call = Call(method="GET", path=("offers", "x"), headers={"accept": accept}, client=client)
        return offer_links.take(opened.engine, opened.token(), None, call, limiter)

    assert [ask("192.0.2.1", "text/html").status for _ in range(4)] == [200, 200, 200, 429]
    told = ask("192.0.2.1", "application/json")
    assert (told.status, told.headers["Retry-After"]) == (429, "20")
    assert ask("192.0.2.1", "text/html").headers["Retry-After"] == "20"
    assert ask("192.0.2.2", "text/html").status == 200
    assert [ask(f"2001:db8::{n}", "text/html").status for n in range(4)] == [200, 200, 200, 429]


def test_the_address_is_where_messages_lead() -> None:
    """Without a form's or an app's own words a browser gets the page, whatever else it accepts."""
    opened = shop()
    given = opened.backend.visit(
        f"{OURS}/offers/{opened.token()}", headers={"accept": "text/html,application/json"}
    )
    assert given.page is not None
    assert opened.backend.visit(f"{OURS}/offers/{opened.token()}").page is not None


def test_a_customer_who_is_not_known_any_more_reads_the_browsers_language() -> None:
    """The offer stands without its customer's document."""
    opened = shop(customer_id=None)
    given = opened.visit(headers={"accept": "text/html", "accept-language": "de,pl;q=0.5"})
    assert '<html lang="pl">' in str(given.page)
    assert ANNA.locale == "pl-PL"
