"""Figures beside their targets."""

import pytest

from tests.bench.figure import TIMES, Figure, ratio, table


@pytest.mark.parametrize(
    ("value", "limit", "verdict"),
    [
        (1.25, "≤", "met"),
        (1.26, "≤", "MISSED"),
        (0.8, "≥", "met"),
        (0.79, "≥", "MISSED"),
        (None, "≥", "skipped"),
    ],
)
def test_a_figure_says_whether_its_target_is_met(value: float | None, limit: str, verdict: str) -> None:
    """The target itself is met; what could not be measured is never called met."""
    target = 1.25 if limit == "≤" else 0.8
    figure = Figure(what="x", value=value, limit=limit, target=target)  # type: ignore[arg-type]
    assert figure.verdict == verdict


def test_a_ratio_compares_turn_by_turn() -> None:
    """A slow moment that hits both sides of one turn changes nothing."""
    assert ratio([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == 2.0


def test_a_table_has_a_line_for_each_figure() -> None:
    """Measured, target and verdict stand below one another."""
    figures = [
        Figure(what="a", value=1.5, limit="≤", target=2),
        Figure(what="longer", value=None, note="why"),
    ]
    lines = table(figures).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["a", f"1.50{TIMES}", "≤", f"2.00{TIMES}", "met"],
        ["longer", "none", "skipped", "why"],
    ]
