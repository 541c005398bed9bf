"""Prices end as the market is used to, and never leave what is legal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.price_offer.endings import ANY_AMOUNT, Tier, nearest, table_of, tiers_for
from functions.price_offer.model import deployed_model


def around(currency: str, price: int, market: str | None = None) -> list[int]:
    """The shipped model's customary prices next to one."""
    model = deployed_model()
    assert model is not None
    return sorted(nearest(tiers_for(model.endings, currency, market), 0, 10**9, price))


@pytest.mark.parametrize(
    ("currency", "market", "price", "expected"),
    [
        ("EUR", None, 5_040, {4_999, 5_099}),
        ("EUR", None, 40_200, {39_999, 40_499}),
        ("EUR", "NL", 5_040, {4_995, 5_095}),
        ("EUR", "DE", 5_040, {4_999, 5_099}),
        ("PLN", None, 4_250, {4_199, 4_299}),
        ("PLN", None, 89_500, {88_900, 89_900}),
        ("CZK", None, 49_930, {49_900, 50_000}),
        ("SEK", None, 89_500, {88_900, 89_900}),
        ("JPY", None, 1_234, {1_230, 1_240}),
        ("KWD", None, 12_345, {12_250, 12_500}),
        ("TND", None, 12_345, {12_345, 12_346}),
    ],
)
def test_customs_of_markets(currency: str, market: str | None, price: int, expected: set[int]) -> None:
    """.99 and .95, full crowns, tens of yen, quarters of a dinar; any amount where no custom is known."""
    assert expected <= set(around(currency, price, market))


TIERS = st.lists(
    st.tuples(
        st.integers(1, 500), st.integers(1, 300), st.lists(st.integers(0, 299), min_size=1, max_size=3)
    ),
    min_size=1,
    max_size=3,
).map(
    lambda parts: tuple(
        Tier(sum(gap for gap, _, _ in parts[:at]), step, tuple(ending % step for ending in endings))
        for at, (_, step, endings) in enumerate(parts)
    )
)


@given(tiers=TIERS, bounds=st.tuples(st.integers(0, 2_000), st.integers(0, 2_000)), price=st.floats(0, 3_000))
def test_the_best_customary_price_is_among_the_nearest(
    tiers: tuple[Tier, ...], bounds: tuple[int, int], price: float
) -> None:
    """Against looking at every price: nothing illegal, and nothing nearer is missed on either side."""
    lowest, highest = min(bounds), max(bounds)
    starts = [tier.start for tier in tiers] + [10**9]
    every = [
        one
        for one in range(lowest, highest + 1)
        for at, tier in enumerate(tiers)
        if tier.start <= one < starts[at + 1] and any((one - end) % tier.step == 0 for end in tier.endings)
    ]
    found = nearest(tiers, lowest, highest, price)
    assert set(found) <= set(every)
    below, above = [one for one in every if one <= price], [one for one in every if one > price]
    assert not below or max(below) in found
    assert not above or min(above) in found


def test_a_market_without_a_custom_takes_any_amount() -> None:
    """A price next to 1,234.5 is 1,234 or 1,235."""
    assert nearest(tiers_for({}, "EUR", None), 0, 10_000, 1_234.5) == [1_234, 1_235]
    assert tiers_for({}, "EUR", None) is ANY_AMOUNT


@pytest.mark.parametrize(
    "tiers",
    [
        [],
        [{"from": "1", "step": "1", "endings": ["0"]}],
        [{"from": "0", "step": "0", "endings": ["0"]}],
        [{"from": "0", "step": "1", "endings": ["1"]}],
        [{"from": "0", "step": "1", "endings": []}],
        [{"from": "0", "step": "1", "endings": ["0"]}, {"from": "0", "step": "1", "endings": ["0"]}],
    ],
)
def test_nonsense_in_the_table_is_an_error(tiers: list[dict[str, object]]) -> None:
    """Rather than prices that nobody meant."""
    with pytest.raises(ValueError, match="tier"):
        table_of({"EUR": tiers})
