"""The demonstration: every kind of fate, the same every time, and nothing that the engine must not do."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from common.domain.vocabulary import Reason
from infra.demo.cases import CaseStory, Result, by_person
from infra.demo.chosen import choose, choose_offers
from infra.demo.day import POLICY, Outcome, live_through
from infra.demo.experiment import Arm, Comparison
from infra.demo.figures import Figures, add_up
from infra.demo.offers import OfferResult, OfferStory
from infra.demo.report.letters import html_of, text_of_document
from infra.demo.report.page import render
from infra.demo.screen import show
from infra.demo.shoppers.cast import BOUNCES, LOSERS, OUTAGE, ROLES
from infra.demo.storefronts.furniture import FURNITURE
from infra.demo.words import REASONS
from infra.local.database import Database

ELSEWHERE = {
    Reason.RECOVERY_DISABLED: "the shop's policy has the engine switched on",
    Reason.PAUSED: "nobody pauses the engine",
    Reason.INTAKE_BEHIND: "the engine keeps up with both shops",
    Reason.CAP_REACHED: "the shop's policy reminds capped customers, without a voucher",
    Reason.TEMPLATE_INVALID: "the templates are in order",
    Reason.ORDER_CANCELLED: "a reason to take back, not to withhold",
    Reason.PAYMENT_FAILED: "a reason to take back, not to withhold",
    Reason.VERIFICATION_FAILED: "a reason to take back, not to withhold",
    Reason.WITHDRAWN: "a reason to take back, not to withhold",
    Reason.STORE_LEFT: "both shops stay",
    Reason.BOT: "no robot shops there",
    Reason.PRICING_UNAVAILABLE: "a reason to cancel an offer, not to withhold",
    Reason.PRICING_REFUSED: "a reason to cancel an offer, not to withhold",
    Reason.PRICING_INVALID: "a reason to cancel an offer, not to withhold",
    Reason.LIMIT_BREACHED: "a reason to cancel an offer, not to withhold",
    Reason.NO_ALTERNATIVE: "a reason to cancel an offer, not to withhold",
    Reason.NOT_APPROVED: "a reason to cancel an offer, not to withhold",
}


@dataclass(frozen=True)
class Demo:
    outcome: Outcome
    figures: Figures

    def cases_of(self, fate: str) -> list[CaseStory]:
        fates = self.outcome.diary.fates
        return [case for case in self.figures.cases if case.person and fates[case.person] == fate]

    @property
    def all(self) -> list[CaseStory | OfferStory]:
        """Lost carts and lost orders."""
        return [*self.figures.cases, *self.figures.offers.stories]

    def offers_of(self, fate: str) -> list[OfferStory]:
        fates = self.outcome.diary.fates
        return [one for one in self.figures.offers.stories if one.person and fates[one.person] == fate]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    database = Database(tmp_path_factory.mktemp("demo") / "demo.sqlite", exclusive=True)
    outcome = live_through(database)
    database.close()
    return Demo(outcome, add_up(outcome))


def recoup(
    *arguments: str | Path, hash_seed: str = "0", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("recoup"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, **environment},
    )


# Every kind of fate


@pytest.mark.parametrize(
    "type",
    """
    case.abandoned case.held case.suppressed case.recovered case.reversed case.ordered case.lost
    stimulus.sent stimulus.skipped stimulus.failed intake.refused
    voucher.issued voucher.redeemed voucher.expired voucher.revoked voucher.released
    offer.requested offer.ready offer.delivered offer.viewed offer.accepted offer.declined offer.expired offer.cancelled
    """.split(),
)
def test_everything_that_the_engine_can_say_is_said(demo: Demo, type: str) -> None:
    assert any(announced.type == type for announced in demo.outcome.diary.announced)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in ELSEWHERE], ids=str)
def test_every_reason_to_withhold_occurs(demo: Demo, reason: Reason) -> None:
    assert demo.figures.summary.withheld[reason.value] > 0


def test_every_reason_has_plain_words() -> None:
    assert set(REASONS) == {reason.value for reason in Reason}


@pytest.mark.parametrize("fate", [role.name for role in ROLES if role.name != "buys at once"])
def test_every_fate_leads_to_a_lost_cart(demo: Demo, fate: str) -> None:
    assert demo.cases_of(fate)


@pytest.mark.parametrize(
    ("fate", "result"),
    [
        ("returns with the code", Result.RECOVERED),
        ("returns by SMS", Result.RECOVERED),
        ("returns without the code", Result.RECOVERED),
        ("logs in later", Result.RECOVERED),
        ("pays at the second try", Result.RECOVERED),
        ("bounces, then SMS", Result.RECOVERED),
        ("buys before any message", Result.ORDERED),
        ("buys something else", Result.ORDERED),
        ("orders as somebody else", Result.ORDERED),
        ("telephones", Result.ORDERED),
        ("cancels afterwards", Result.LOST),
        ("never pays", Result.LOST),
        ("withdraws consent", Result.LOST),
        ("comes too late", Result.LOST),
        ("declined messages", Result.UNREACHED),
        ("do not contact", Result.UNREACHED),
        ("landline", Result.UNREACHED),
        ("anonymous", Result.LEFT_ALONE),
        ("empties the cart", Result.LEFT_ALONE),
        ("everything sold out", Result.LEFT_ALONE),
        ("tiny cart", Result.LEFT_ALONE),
        ("very old cart", Result.LEFT_ALONE),
    ],
)
def test_a_fate_ends_as_it_should_or_in_the_control_group(demo: Demo, fate: str, result: Result) -> None:
    results = {case.result for case in demo.cases_of(fate)}
    assert result in results
    assert results <= {result, Result.HELD}


@pytest.mark.parametrize(
    ("fate", "result"),
    [
        ("takes the alternative", OfferResult.TAKEN),
        ("takes the alternative abroad", OfferResult.TAKEN),
        ("takes the alternative by SMS", OfferResult.TAKEN),
        ("pays for the alternative", OfferResult.TAKEN),
        ("takes what is left", OfferResult.TAKEN),
        ("remembers at the last moment", OfferResult.TAKEN),
        ("declines the alternative", OfferResult.DECLINED),
        ("lets the offer run out", OfferResult.EXPIRED),
        ("accepts and forgets", OfferResult.ACCEPTED),
        ("can afford nothing like it", OfferResult.CANCELLED),
        (BOUNCES, OfferResult.CANCELLED),
        (OUTAGE, OfferResult.CANCELLED),
    ],
)
def test_a_lost_order_ends_as_it_should_or_in_the_control_group(
    demo: Demo, fate: str, result: OfferResult
) -> None:
    """Whoever loses an order while the pricing algorithm is down gets no offer, whatever they had in mind."""
    results = {one.result for one in demo.offers_of(fate) if one.reason != "pricing_unavailable"}
    assert result in results or fate == OUTAGE
    assert results <= {result, OfferResult.CONTROL}


def test_every_lost_order_is_a_story_of_its_own(demo: Demo) -> None:
    """One for each customer who lost one, and nobody's is missing."""
    for loser in LOSERS:
        assert len(demo.offers_of(loser.name)) == loser.count


@pytest.mark.parametrize("reason", ["pricing_unavailable", "no_alternative", "provider_refused"])
def test_offers_are_cancelled_for_several_reasons_before_anybody_heard_of_them(
    demo: Demo, reason: str
) -> None:
    """The outage of the pricing algorithm among them (L51)."""
    cancelled = [one for one in demo.figures.offers.stories if one.reason == reason]
    assert cancelled
    assert all(one.result is OfferResult.CANCELLED and not one.letters for one in cancelled)


def test_offers_are_cheaper_and_what_they_bring_back_is_what_they_promised(demo: Demo) -> None:
    """To the cent; and carts and offers together are what the engine counted (L45)."""
    taken = [one for one in demo.figures.offers.stories if one.revenue is not None]
    assert len(taken) >= 10
    for one in taken:
        assert one.wanted is not None
        assert one.price is not None
        assert one.price.minor < one.wanted.minor
        assert one.revenue == one.price
        assert {letter.message.offer.unit_price_minor for letter in one.letters if letter.message.offer} == {
            one.price.minor
        }
    counted = demo.figures.summary.as_fields()["recovered"]
    together = sum(one.orders for one in demo.figures.takings)
    together += sum(one.orders for one in demo.figures.offers.takings)
    assert together == sum(stated["orders"] for stated in counted.values())


def test_all_currencies_languages_and_platforms_are_there(demo: Demo) -> None:
    assert {one.currency for one in demo.figures.takings} == {"PLN", "EUR", "GBP", "USD", "JPY"}
    assert all(one.orders for one in demo.figures.takings)
    assert {letter.message.locale for letter in demo.outcome.diary.letters} >= {"pl-PL", "en-GB", "en-US"}
    assert {case.store for case in demo.figures.cases} == {"lipa-len-pl", "lipa-len.myshopify.com"}


def test_returns_raise_what_is_offered(demo: Demo) -> None:
    offered: dict[str, set[str]] = {}
    for letter in demo.outcome.diary.letters:
        incentive = letter.message.incentive
        if incentive is not None and incentive.percent is not None:
            case = next(case for case in demo.figures.cases if case.id == letter.message.case_id)
            offered.setdefault(case.segment, set()).add(str(incentive.percent))
    assert offered == {"not_returned": {"5"}, "returned_once": {"10"}, "returned_repeatedly": {"15"}}


def test_whoever_redeemed_a_voucher_is_reminded_without_another(demo: Demo) -> None:
    carts = by_person(demo.cases_of("comes again in the evening")).values()
    second = [cases[1] for cases in carts if len(cases) > 1]
    assert second
    assert all(case.messages and case.code is None for case in second)


def test_what_is_sold_out_drops_out_of_the_message(demo: Demo) -> None:
    letters = [letter for case in demo.cases_of("one thing sold out") for letter in case.letters]
    assert letters
    for letter in letters:
        assert "LL-SOAP" not in {line.sku for line in letter.message.lines if line.available}


def test_every_kind_of_story_is_told(demo: Demo) -> None:
    assert len(choose(demo.outcome, demo.figures)) == 6
    assert len(choose_offers(demo.outcome, demo.figures)) == 4


# What came in


def test_the_refused_messages_are_of_many_kinds_and_most_tell_the_money_at_stake(demo: Demo) -> None:
    assert len({refusal.reason for refusal in demo.figures.refusals}) >= 10
    assert sum(refusal.at_stake is not None for refusal in demo.figures.refusals) >= 8
    assert all(refusal.detail for refusal in demo.figures.refusals)


def test_irrelevant_repeated_and_late_messages_are_there(demo: Demo) -> None:
    assert demo.figures.ignored > 100
    assert demo.figures.repeated > 10
    assert demo.figures.late > 10
    ids = [message.id for message in demo.outcome.simulation.delivered]
    assert len(ids) - len(set(ids)) == demo.figures.repeated


def test_addresses_and_telephones_are_nobodys(demo: Demo) -> None:
    for person in demo.outcome.diary.people.values():
        assert person.email is None or person.email.rpartition("@")[2] in (
            "example.com",
            "example.org",
            "example.net",
        )
        assert person.phone is None or re.fullmatch(
            r"\+4670174 ?06(0[5-9]|[1-9]\d)|\+4917139200\d\d|\+1\d{3}55501\d\d|\+442079460\d{3}", person.phone
        )


# What must never happen


def test_nobody_is_contacted_without_consent(demo: Demo) -> None:
    withdrawn = {
        note.person: note.at for note in demo.outcome.diary.notes if note.what.startswith("withdrew")
    }
    assert withdrawn
    for number in demo.outcome.diary.people:
        agrees = demo.outcome.diary.people[number].agrees
        for letter in (letter for one in demo.all if one.person == number for letter in one.letters):
            assert agrees.get(letter.message.channel.value) is True
            assert number not in withdrawn or letter.message.claimed_at < withdrawn[number]


def test_no_message_leaves_after_a_purchase(demo: Demo) -> None:
    """Judged by what the shop sent, not by what the engine says."""
    bought = dict(_purchases(demo.outcome))
    failed = {case.cart_id for case in demo.figures.cases if case.reversed or _was_reversed(case)}
    late = [
        letter
        for case in demo.figures.cases
        for letter in case.letters
        if case.cart_id in bought
        and case.cart_id not in failed
        and letter.message.claimed_at > bought[case.cart_id]
    ]
    assert bought
    assert late == []


def test_the_control_group_is_never_contacted(demo: Demo) -> None:
    held = [case for case in demo.figures.cases if case.held]
    assert len(held) > 10
    assert not [case for case in held if case.letters]
    control = [one for one in demo.figures.offers.stories if one.result is OfferResult.CONTROL]
    assert control
    assert not [one for one in control if one.letters or one.trigger]


def test_no_cart_gets_two_text_messages_or_one_step_twice(demo: Demo) -> None:
    for case in demo.all:
        steps = [letter.message.step for letter in case.letters]
        assert len(steps) == len(set(steps))
        assert sum(letter.message.channel == "sms" for letter in case.letters) <= 1


def test_every_code_that_is_redeemed_was_sent_and_every_sent_message_was_announced(demo: Demo) -> None:
    sent = [announced for announced in demo.outcome.diary.announced if announced.type == "stimulus.sent"]
    codes = {announced.fields["voucher_code"] for announced in sent if "voucher_code" in announced.fields}
    redeemed = {
        announced.fields["code"]
        for announced in demo.outcome.diary.announced
        if announced.type == "voucher.redeemed"
    }
    assert len(sent) == len(demo.outcome.diary.letters)
    assert redeemed <= codes


def test_results_add_up_to_the_lost_carts(demo: Demo) -> None:
    assert sum(demo.figures.results.values()) == demo.figures.summary.events["case.abandoned"]
    assert demo.figures.results[Result.RECOVERED] == sum(one.orders for one in demo.figures.takings)


def _was_reversed(case: CaseStory) -> bool:
    return any(announced.type == "case.reversed" for announced in case.announced)


def _purchases(outcome: Outcome) -> Iterator[tuple[str, datetime]]:
    """Carts and when they were ordered, earliest last so that it wins."""
    for message in reversed(outcome.simulation.delivered):
        topic = message.attributes.get("X-Shopify-Topic", "")
        try:
            data: Any = json.loads(message.data)
        except ValueError:
            continue
        if data.get("type") == "order.placed" and data["order"].get("cart_id"):
            yield data["order"]["cart_id"], message.publish_time
        elif topic == "orders/create" and data.get("cart_token"):
            yield data["cart_token"], message.publish_time


# The report


class _Page(HTMLParser):
    """What a browser with scripts switched off finds in the report."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.frames: list[dict[str, str | None]] = []
        self.texts: list[str] = []
        self.linked: list[str] = []
        self._in_bubble = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.linked += [value for name in ("src", "href") if (value := values.get(name))]
        if tag == "iframe":
            self.frames.append(values)
        if values.get("class") == "bubble":
            self._in_bubble = True
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self._in_bubble:
            self.texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._in_bubble = False


@pytest.fixture(scope="module")
def page(demo: Demo) -> str:
    return render(demo.outcome, demo.figures)


def test_the_report_shows_every_message_exactly_as_it_left(demo: Demo, page: str) -> None:
    parsed = _Page()
    parsed.feed(page)
    letters = [letter.content for letter in demo.outcome.diary.letters]
    emails = sorted(html_of(content) for content in letters if isinstance(content, EmailMessage))
    texts = sorted(content.text for content in letters if not isinstance(content, EmailMessage))
    shown = re.findall(r"srcdoc='([^']*)'", page)
    assert sorted(map(text_of_document, shown)) == emails
    assert len(parsed.frames) == len(emails)
    assert sorted(parsed.texts) == texts


def test_the_frames_are_sandboxed_and_the_page_needs_no_network(page: str) -> None:
    parsed = _Page()
    parsed.feed(page)
    assert all(
        frame["sandbox"] is None and frame["loading"] == "lazy" and frame["title"] for frame in parsed.frames
    )
    assert all(link.startswith("#") for link in parsed.linked)
    assert "default-src 'none'" in page
    assert len(page) < 8_000_000


def test_the_report_names_every_customer_who_lost_a_cart_or_an_order_and_every_refusal(
    demo: Demo, page: str
) -> None:
    numbers = set(by_person(demo.figures.cases)) | {one.person for one in demo.figures.offers.stories}
    assert page.count('<details class="customer"') == len(numbers)
    assert all(f'id="customer-{number}"' in page for number in numbers)
    assert page.count("</tr>") >= len(demo.figures.refusals) + len(demo.figures.withheld)


# The command


def test_the_same_seed_gives_the_same_bytes_everywhere(demo: Demo, page: str, tmp_path: Path) -> None:
    run = recoup("demo", "--json", "--out", tmp_path / "report.html", hash_seed="1")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == demo.figures.as_fields()
    assert (tmp_path / "report.html").read_text("utf-8") == page


def test_another_seed_is_another_day(demo: Demo, tmp_path: Path) -> None:
    database = Database(tmp_path / "demo.sqlite", exclusive=True)
    other = live_through(database, seed=2)
    database.close()
    assert add_up(other).as_fields() != demo.figures.as_fields()


@pytest.mark.parametrize("columns", [80, 120])
def test_the_screen_fits_and_is_plain_when_it_is_no_terminal(demo: Demo, columns: int) -> None:
    written = io.StringIO()
    show(Console(file=written, width=columns, highlight=False), demo.outcome, demo.figures)
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in written.getvalue()
    assert "…" not in written.getvalue()
    for part in (
        *("hour by hour", "days after", "stories", "Money", "control group", "at stake"),
        *("offers delivered", "cancelled before anybody heard of it", "brought back, net"),
    ):
        assert part in written.getvalue()


def test_what_the_shop_sent_can_be_replayed_with_the_same_revenue(demo: Demo, tmp_path: Path) -> None:
    """Providers don't fail in a replay, so the messages differ; the money doesn't."""
    run = recoup(
        "demo", "--out", tmp_path / "report.html", "--messages", tmp_path / "day.jsonl", hash_seed="2"
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.rstrip().endswith("report.html")
    assert "\x1b" not in run.stdout
    replay = recoup("replay", tmp_path / "day.jsonl", "--policy", POLICY, "--catalog", FURNITURE)
    assert replay.returncode == 0
    summary = json.loads(replay.stdout.splitlines()[-1])
    assert summary["recovered"] == demo.figures.as_fields()["recovered"]


@pytest.mark.parametrize("out", ["nowhere/report.html", "."])
def test_a_report_that_cannot_be_written_is_one_sentence_and_status_2(tmp_path: Path, out: str) -> None:
    run = recoup("demo", "--out", tmp_path / out)
    assert run.returncode == 2
    assert run.stderr.startswith("recoup: ")
    assert run.stderr.count("\n") == 1


def test_help_has_an_example() -> None:
    run = recoup("demo", "--help")
    assert run.returncode == 0
    assert "Example: recoup demo" in run.stdout


# The experiment


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """56 of 70 against 48 of 80, the worked example of the paper: 0.0524 to 0.3339."""
    low, high = Comparison(Arm(70, 56), Arm(80, 48)).interval()
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_a_difference_that_may_be_chance_is_not_claimed() -> None:
    assert Comparison(Arm(300, 60), Arm(30, 4)).verdict().startswith("Too few to distinguish")
    assert Comparison(Arm(300, 0), Arm(0, 0)).verdict().startswith("Too few to distinguish")
    assert (
        Comparison(Arm(3000, 900), Arm(300, 30))
        .verdict()
        .startswith("More of the contacted customers bought")
    )
    assert (
        Comparison(Arm(3000, 300), Arm(300, 90))
        .verdict()
        .startswith("Fewer of the contacted customers bought")
    )
