"""Customers: consent, merging and returns, without an engine around them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from common.domain.book import Book
from common.domain.customers import follow, identify, told
from common.domain.documents import (
    MAX_HISTORY,
    MAX_PURCHASES,
    Consent,
    Customer,
    OpenVoucher,
    Purchase,
    Redemption,
    Return,
)
from common.domain.histories import with_purchases, with_returns, without_purchase
from common.domain.lapses import flag_lapsed
from common.domain.merging import merge
from common.domain.storefront import Person
from common.domain.vocabulary import Channel, IncentiveKind
from common.domain.vouchers import Incentive
from tests.builders import rules

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
MINUTES = st.integers(0, 50).map(lambda minutes: AT + timedelta(minutes=minutes))
WORDS = st.lists(st.tuples(MINUTES, st.booleans()), min_size=1, max_size=8)
NOBODY = Customer(id="c", store="s")


def book(*customers: Customer) -> Book:
    """A book with these customers, and nobody else."""
    return Book(
        _Everywhere({("customers", customer.id): customer for customer in customers}), rules(), AT, "m"
    )


class _Everywhere(dict[Any, Any]):
    """Documents that aren't there are known not to be there."""

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: Any) -> Any:
        return self.get(key)


def saying(given: bool) -> Person:
    """Somebody who agrees to e-mail, or doesn't."""
    return Person(email="a@shop.test", consent={Channel.EMAIL: given})


@given(WORDS, st.randoms(use_true_random=False))
def test_the_last_word_wins_in_any_order(words: list[tuple[datetime, bool]], random: Any) -> None:
    """However the words arrive, the newest holds; of one moment the no (L13, L38)."""
    shuffled = list(words)
    random.shuffle(shuffled)
    customer = NOBODY
    for at, word in shuffled:
        customer = told(customer, saying(word), at)
    last = min(word for at, word in words if at == max(moment for moment, _ in words))
    assert customer.consent[Channel.EMAIL].given is last


@given(WORDS, st.randoms(use_true_random=False))
def test_a_no_wins_over_what_carts_repeat_in_any_order(
    words: list[tuple[datetime, bool]], random: Any
) -> None:
    """In passing a yes keeps its first date; whose last word was a no is not contacted all the same (L13, L38)."""
    shuffled = list(words)
    random.shuffle(shuffled)
    customer = NOBODY
    for at, word in shuffled:
        customer = told(customer, saying(word), at, in_passing=True)
    last = min(word for at, word in words if at == max(moment for moment, _ in words))
    if not last:
        assert customer.consent[Channel.EMAIL].given is False
    if all(word for _, word in words):
        assert customer.consent[Channel.EMAIL].given is True


@given(WORDS)
def test_words_in_their_own_order_are_taken_as_they_come(words: list[tuple[datetime, bool]]) -> None:
    """The newest word holds; of one moment the no."""
    customer = NOBODY
    for at, word in sorted(words, key=lambda word: (word[0], not word[1])):
        customer = told(customer, saying(word), at)
    last = min(word for at, word in words if at == max(moment for moment, _ in words))
    assert customer.consent[Channel.EMAIL].given is last


def test_a_yes_said_again_in_passing_writes_nothing() -> None:
    """A cart event seldom has to write its customer."""
    once = told(NOBODY, saying(True), AT)
    assert told(once, saying(True), AT + timedelta(hours=1), in_passing=True) is once


def test_merging_loses_nothing_and_doubles_nothing() -> None:
    """Returns, redemptions and purchases add up, each once; consent is the later word; the later voucher stays."""
    fixed = Incentive(kind=IncentiveKind.PERCENT, percent=5)
    vouchers = [
        OpenVoucher(code=code, case_id=code, incentive=fixed, valid_until=AT + timedelta(days=days))
        for code, days in (("early", 1), ("late", 2))
    ]
    one = Customer(
        id="one",
        store="s",
        email="a@shop.test",
        consent={Channel.EMAIL: Consent(True, AT)},
        returns=(Return("r1", AT), Return("r2", AT)),
        redemptions=(Redemption("c1", "o1", AT),),
        purchases=(Purchase("o1", AT),),
        last_message_at=AT,
        last_message_case_id="k1",
        open_voucher=vouchers[0],
    )
    other = Customer(
        id="other",
        store="s",
        external_id="account",
        consent={Channel.EMAIL: Consent(False, AT + timedelta(minutes=1))},
        returns=(Return("r2", AT), Return("r3", AT)),
        redemptions=(Redemption("c1", "o1", AT), Redemption("c2", "o2", AT)),
        purchases=(Purchase("o1", AT), Purchase("o2", AT)),
        last_message_at=AT - timedelta(hours=1),
        last_message_case_id="k2",
        open_voucher=vouchers[1],
    )
    page = book(one, other)
    both = merge(page, one, other)
    assert (both.id, both.email, both.external_id) == ("one", "a@shop.test", "account")
    assert [entry.id for entry in both.returns] == ["r1", "r2", "r3"]
    assert [entry.code for entry in both.redemptions] == ["c1", "c2"]
    assert [entry.order_id for entry in both.purchases] == ["o1", "o2"]
    assert not both.consent[Channel.EMAIL].given
    assert (both.last_message_at, both.last_message_case_id) == (AT, "k1")
    assert both.open_voucher == vouchers[1]
    assert page.changes["customers", "other"] == replace(other, merged_into="one")
    assert merge(book(), both, other).returns == both.returns


def test_signposts_are_followed_and_never_for_ever() -> None:
    """Two hops lead to the person; a circle, which should not exist, ends with nobody."""
    chain = [
        Customer(id="a", store="s", merged_into="b"),
        Customer(id="b", store="s", merged_into="c"),
        NOBODY,
    ]
    assert follow(book(*chain), "a") == NOBODY
    circle = [Customer(id="a", store="s", merged_into="b"), Customer(id="b", store="s", merged_into="a")]
    assert follow(book(*circle), "a") is None
    assert follow(book(), None) is None


def test_somebody_without_any_identifier_is_nobody() -> None:
    """A name and a locale make no customer (L29)."""
    page = book()
    assert identify(page, "s", Person(name="Anna", locale="pl"), AT) is None
    assert identify(page, "s", None, AT) is None
    assert page.changes == {}


def test_lists_of_a_customer_are_bounded() -> None:
    """The newest are kept."""
    returns = tuple(Return(f"r{n:03}", AT + timedelta(days=n)) for n in range(MAX_HISTORY + 10))
    purchases = [Purchase(f"o{n}", AT + timedelta(days=n)) for n in range(MAX_PURCHASES + 3)]
    assert with_returns(NOBODY, returns, rules(), AT).returns[0].id == "r010"
    assert with_purchases(NOBODY, *purchases).purchases[0].order_id == "o3"


def test_a_purchase_that_comes_to_nothing_is_taken_out() -> None:
    """Only its own; another order stays."""
    customer = with_purchases(NOBODY, Purchase("o1", AT), Purchase("o2", AT))
    assert [entry.order_id for entry in without_purchase(customer, "o1").purchases] == ["o2"]


def test_the_flag_lapses_at_its_moment() -> None:
    """Not a moment sooner, and once."""
    flagged = with_returns(NOBODY, (Return("r", AT),), rules(), AT)
    until = flagged.returned_until
    assert until is not None
    assert flag_lapsed(flagged, until - timedelta(microseconds=1)) is flagged
    lapsed = flag_lapsed(flagged, until)
    assert (lapsed.returned_customer, lapsed.returned_until) == (False, None)
    assert flag_lapsed(lapsed, until) is lapsed


def test_a_return_from_before_the_window_raises_no_flag() -> None:
    """The flag says "at least one return within the window", as of now."""
    old = with_returns(NOBODY, (Return("r", AT - timedelta(days=90)),), rules(), AT)
    assert (old.returned_customer, old.returned_until, len(old.returns)) == (False, None, 1)
    young = with_returns(old, (Return("r2", AT - timedelta(days=89)),), rules(), AT)
    assert (young.returned_customer, young.returned_until) == (True, AT + timedelta(days=1))
