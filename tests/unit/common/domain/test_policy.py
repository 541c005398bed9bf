"""Policy documents: bounds that keep every decision sensible, and what an incentive is worth."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.incentives import IncentivePolicy, Tier
from common.domain.money import Money
from common.domain.policy import ConsentPolicy, RecoveryPolicy, SequencePolicy, Step
from common.domain.vocabulary import Channel, IncentiveKind, Segment

PERCENT, FIXED = IncentiveKind.PERCENT, IncentiveKind.FIXED


def incentives(tier: Tier, **ceiling: str) -> IncentivePolicy:
    """One tier for everybody."""
    tiers = dict.fromkeys(Segment, tier)
    return IncentivePolicy(tiers=tiers, ceiling={code: Decimal(text) for code, text in ceiling.items()})


def test_the_defaults_are_those_that_are_documented() -> None:
    """Half an hour, seven days, ninety, thirty, five, ten per cent."""
    policy = RecoveryPolicy()
    assert (policy.abandon_after_minutes, policy.max_cart_age_days, policy.voucher_lifetime_days) == (
        30,
        7,
        7,
    )
    assert (policy.returned_customer_window_days, policy.frequency_cap_days) == (90, 30)
    assert (policy.attribution_days, policy.holdout_percent, policy.when_capped) == (5, 10, "remind")
    assert [(step.id, step.after_minutes) for step in SequencePolicy().steps] == [
        ("first", 30),
        ("last_call", 1440),
    ]
    assert SequencePolicy().minimum_gap_minutes == 180
    assert all(ConsentPolicy().requires(channel) for channel in Channel)


@pytest.mark.parametrize(
    ("field", "value"),
    [("abandon_after_minutes", 0), ("max_cart_age_days", 0), ("holdout_percent", 101), ("holdout_percent", -1),
     ("voucher_lifetime_days", 0), ("attribution_days", 0), ("frequency_cap_days", -1),
     ("returned_customer_window_days", 0)],
)  # fmt: skip
def test_a_number_out_of_bounds_names_its_field(field: str, value: int) -> None:
    """The sentence says what it is and what it may be."""
    with pytest.raises(ValueError, match=f"{field} is {value}; it must lie between"):
        RecoveryPolicy(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [({"kind": PERCENT}, "percent is missing"), ({"kind": PERCENT, "percent": 0}, "percent is 0"),
     ({"kind": PERCENT, "percent": 101}, "percent is 101"), ({"kind": FIXED}, "amounts is missing"),
     ({"kind": FIXED, "percent": 5}, "percent has no meaning"),
     ({"kind": PERCENT, "percent": 5, "amounts": {"EUR": Decimal(1)}}, "amounts has no meaning"),
     ({"kind": FIXED, "amounts": {"JPY": Decimal("0.5")}}, r"amounts\.JPY"),
     ({"kind": FIXED, "amounts": {"EUR": Decimal(-1)}}, r"amounts\.EUR")],
)  # fmt: skip
def test_a_tier_that_makes_no_sense_is_refused(fields: dict[str, Any], problem: str) -> None:
    """Each kind has what it needs and nothing else."""
    with pytest.raises(ValueError, match=problem):
        Tier(**fields)


@pytest.mark.parametrize("percent", [5, 7.5, 12.35, 99.99])
def test_a_percentage_is_promised_as_it_is_written(percent: float) -> None:
    """Two decimals are exact, and a whole one stays a whole number on the wire."""
    promised = incentives(Tier(kind=PERCENT, percent=float(percent))).incentive_for(
        Segment.NOT_RETURNED, Money(100, "PLN")
    )
    assert repr(promised.as_fields()["percent"]) == repr(percent)
    with pytest.raises(ValueError, match="two decimals"):
        Tier(kind=PERCENT, percent=percent + 0.001)


def test_a_fraction_of_a_percent_counts_against_the_ceiling() -> None:
    """To the last minor unit: 7.5 percent of 133.33 are 9.99975."""
    policy = incentives(Tier(kind=PERCENT, percent=7.5), PLN="10.00")
    assert policy.incentive_for(Segment.NOT_RETURNED, Money(13_333, "PLN")).percent == 7.5
    assert policy.incentive_for(Segment.NOT_RETURNED, Money(13_334, "PLN")).amount == Money(1_000, "PLN")


@pytest.mark.parametrize(
    ("steps", "problem"),
    [([("a", 30), ("a", 60)], "same id"), ([("a", 60), ("b", 30)], "order"),
     ([(f"s{n}", n) for n in range(11)], "at most 10")],
)  # fmt: skip
def test_a_plan_that_makes_no_sense_is_refused(steps: list[tuple[str, int]], problem: str) -> None:
    """Steps have ids of their own and come in the order of their time."""
    with pytest.raises(ValueError, match=problem):
        SequencePolicy(
            steps=tuple(Step(id=id, after_minutes=after, channels=(Channel.EMAIL,)) for id, after in steps)
        )


@given(
    st.integers(0, 10**9),
    st.one_of(
        st.builds(lambda percent: Tier(kind=PERCENT, percent=percent), st.integers(1, 100)),
        st.builds(
            lambda minor: Tier(kind=FIXED, amounts={"PLN": Decimal(minor) / 100}), st.integers(0, 10**7)
        ),
    ),
    st.none() | st.integers(0, 10**7),
)
def test_an_incentive_never_exceeds_ceiling_or_cart(total: int, tier: Tier, ceiling: int | None) -> None:
    """Whatever the tier, what is promised is at most the ceiling and the cart, and never negative (L30)."""
    limits = {} if ceiling is None else {"PLN": str(Decimal(ceiling) / 100)}
    promise = incentives(tier, **limits).incentive_for(Segment.NOT_RETURNED, Money(total, "PLN"))
    worth = promise.amount.minor if promise.amount else total * (promise.percent or 0) // 100
    assert 0 <= worth <= total
    assert ceiling is None or worth <= ceiling
    assert promise.amount is None or promise.amount.minor > 0


def test_a_currency_without_an_amount_promises_nothing() -> None:
    """A fixed incentive in PLN says nothing about a cart in EUR (L34)."""
    policy = incentives(Tier(kind=FIXED, amounts={"PLN": Decimal(20)}))
    assert policy.incentive_for(Segment.NOT_RETURNED, Money(9900, "EUR")).kind is IncentiveKind.NONE


def test_free_shipping_has_neither_percent_nor_amount() -> None:
    """It can't be taken off goods, and no ceiling turns it into money (L31)."""
    promise = incentives(Tier(kind=IncentiveKind.FREE_SHIPPING), PLN="1.00").incentive_for(
        Segment.NOT_RETURNED, Money(9900, "PLN")
    )
    assert promise.as_fields() == {"kind": "free_shipping"}
