"""Which refused messages come first, and which are alike."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.dead_letters import (
    HALF_LIFE,
    HIGHEST,
    TYPICAL,
    by_rule,
    general_field,
    rank,
    usual_amounts,
    weight,
)
from common.domain.money import Money
from common.domain.refused import FailureState, IntakeFailure
from tests.builders import DAY


def failure(id: str = "f", money: Money | None = None, **known: Any) -> IntakeFailure:
    """A failure of the first day."""
    stated: dict[str, Any] = {
        "received_at": DAY,
        "source": "recoup",
        "store": "socks",
        "reason": "amount_invalid",
        "detail": "It can't be read.",
        "field": "cart.total",
        "message_id": id,
        "publish_time": DAY,
        "attributes": {},
        "raw": "{}",
    }
    return IntakeFailure(id=id, at_stake=money, **stated | known)


def pln(major: int) -> Money:
    return Money(major * 100, "PLN")


@pytest.mark.parametrize(
    ("field", "general"),
    [
        ("line_items[3].price", "line_items[].price"),
        ("orders[0].lines[12].price", "orders[].lines[].price"),
        ("line_items.3.price", "line_items[].price"),
        ("line_items.3", "line_items[]"),
        ("address2.line", "address2.line"),
        ("[0].total", "[].total"),
        ("cart.total", "cart.total"),
        (None, None),
    ],
)
def test_indexes_dont_make_a_field_another_one(field: str | None, general: str | None) -> None:
    """The fourth line's price and the eighth line's price are one mistake."""
    assert general_field(field) == general


def test_alike_failures_are_one_group() -> None:
    """Source, reason and field are what makes them alike; store and index are not."""
    groups = rank(
        [
            failure("a", field="lines[0].price", store="socks"),
            failure("b", field="lines[7].price", store="boots"),
            failure("c", field="lines[0].price", source="shopify"),
            failure("d", field="lines[0].price", reason="field_missing"),
            failure("e", field=None),
        ],
        DAY,
    )
    assert sorted(sorted(one.id for one in group.failures) for group in groups) == [
        ["a", "b"],
        ["c"],
        ["d"],
        ["e"],
    ]


def test_more_money_comes_first() -> None:
    """Of groups that are as recent and as large."""
    found = [failure("small", pln(10), field="a"), failure("large", pln(500), field="b")]
    assert [group.failures[0].id for group in rank(found, DAY)] == ["large", "small"]


def test_more_recent_comes_first() -> None:
    """The same money weighs half after each half-life."""
    usual = {"PLN": 10_000}
    fresh, old = failure(money=pln(100)), failure(money=pln(100), received_at=DAY - HALF_LIFE)
    assert weight(fresh, usual, DAY) == 1.0
    assert weight(old, usual, DAY) == 0.5
    assert weight(failure(money=pln(100), received_at=DAY + HALF_LIFE), usual, DAY) == 1.0


def test_many_alike_come_before_one() -> None:
    """Five of the usual amount outweigh one of three times as much."""
    many = [failure(f"m{number}", pln(100), field="many") for number in range(5)]
    groups = rank([failure("one", pln(300), field="one"), *many], DAY)
    assert [len(group.failures) for group in groups] == [5, 1]
    assert groups[0].weight == 5.0


def test_currencies_are_compared_by_their_own_usual_amount() -> None:
    """A usual amount in yen has a hundred times the digits of one in euro, and weighs the same."""
    yen = [
        failure(f"y{number}", Money(amount, "JPY"), field="y")
        for number, amount in enumerate((9_000, 12_000, 15_000))
    ]
    euro = [
        failure(f"e{number}", Money(amount, "EUR"), field="e")
        for number, amount in enumerate((6_000, 8_000, 24_000))
    ]
    assert usual_amounts([*yen, *euro]) == {"JPY": 12_000, "EUR": 8_000}
    groups = rank([*yen, *euro], DAY)
    assert [group.failures[0].id for group in groups] == ["e2", "y2"]
    assert groups[0].at_stake == {"EUR": 38_000}


def test_money_of_several_currencies_is_listed_side_by_side() -> None:
    """Never added up."""
    (group,) = rank(
        [failure("a", pln(1)), failure("b", Money(5, "JPY")), failure("c", pln(2)), failure("d")], DAY
    )
    assert group.at_stake == {"JPY": 5, "PLN": 300}


def test_unknown_money_counts_as_the_usual_amount() -> None:
    """What nobody could read is neither nothing nor a fortune."""
    assert weight(failure(), {"PLN": 100}, DAY) == TYPICAL
    assert weight(failure(money=Money(0, "PLN")), {"PLN": 100}, DAY) == 0


def test_an_absurd_amount_does_not_hide_everything_else() -> None:
    """A misplaced decimal point weighs a hundred usual amounts at most."""
    assert weight(failure(money=Money(10**15, "PLN")), {"PLN": 100}, DAY) == HIGHEST


AMOUNTS = st.none() | st.builds(Money, st.integers(0, 10**15), st.sampled_from(["PLN", "JPY", "EUR"]))
FAILURES = st.lists(
    st.builds(
        failure,
        id=st.text("0123456789abcdef", min_size=4, max_size=4),
        money=AMOUNTS,
        field=st.sampled_from(["a", "lines[0].b", "lines[1].b", None]),
        received_at=st.integers(-100, 100).map(lambda hours: DAY + timedelta(hours=hours)),
    ),
    unique_by=lambda one: one.id,
    max_size=20,
)


@given(FAILURES)
def test_ranking_loses_nothing_and_is_repeatable(found: list[IntakeFailure]) -> None:
    """Every failure is in one group, and the order in which they are found doesn't matter."""
    groups = rank(found, DAY)
    assert sorted(one.id for group in groups for one in group.failures) == sorted(one.id for one in found)
    assert [group.weight for group in groups] == sorted((group.weight for group in groups), reverse=True)
    again = rank(found[::-1], DAY)
    assert [one.weight for one in again] == pytest.approx([one.weight for one in groups])


def test_a_rule_is_judged_by_what_a_replay_accepted() -> None:
    """Refused, later replayed, accepted: what the rule rejected wrongly, per reason."""
    accepted: dict[str, Any] = {"state": FailureState.ACCEPTED, "replayed_at": DAY}
    records = by_rule(
        [
            failure("a", reason="json_invalid"),
            failure("b", reason="amount_invalid", **accepted),
            failure("c", reason="amount_invalid", **accepted),
            failure("d", reason="amount_invalid", replayed_at=DAY),
            failure("e", reason="amount_invalid", state=FailureState.DROPPED),
            failure("f", reason="amount_invalid", state=FailureState.REPLACED, replayed_at=DAY),
            failure("g", reason="amount_invalid", state=FailureState.IGNORED, replayed_at=DAY),
        ]
    )
    assert [record.reason for record in records] == ["amount_invalid", "json_invalid"]
    first = records[0]
    assert (first.refused, first.open, first.replayed, first.accepted) == (6, 1, 5, 2)
    assert (first.ignored, first.replaced, first.dropped) == (1, 1, 1)
