"""The figures in docs/scale.md are those that are counted."""

import re
from pathlib import Path

import pytest

from infra.cost.measured import measured
from infra.cost.model import bill
from infra.cost.prices import read_prices

SCALE = (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text()
MONTH_SECONDS, PEAK = 30 * 86_400, 5
CLOSE = pytest.approx


def _row(title: str) -> list[float]:
    """The numbers in the table row of that title, in order."""
    (found,) = re.findall(rf"^\| {re.escape(title)} \|(.*)\|$", SCALE, re.MULTILINE)
    return [float(text.replace(",", "")) for text in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", found)]


def _a_cart(name: str) -> float:
    day = measured()
    return float(sum(getattr(row, name) for row in day.calls) / day.carts)


@pytest.mark.parametrize(
    ("title", "a_cart"),
    [
        ("events taken", measured().events / measured().carts),
        ("functions called", _a_cart("calls")),
        ("documents read", _a_cart("reads")),
        ("documents written", _a_cart("writes")),
        ("commits that count into the day's metrics", measured().hot["metrics"] / measured().carts),
        ("moves of `next_due_at`", measured().hot["next_due_at"] / measured().carts),
        ("tasks", _a_cart("tasks")),
        ("announcements", _a_cart("published")),
    ],
)
def test_what_a_cart_asks_for(title: str, a_cart: float) -> None:
    each, *seconds = _row(title)
    assert each == CLOSE(a_cart, rel=0.1)
    million = a_cart * 1_000_000 / MONTH_SECONDS
    expected = [million, PEAK * million, 100 * million, 100 * PEAK * million]
    assert seconds == [CLOSE(one, rel=0.15) for one in expected]


@pytest.mark.parametrize("queue", ["generate-offer", "send-stimulus", "expire-vouchers"])
def test_what_a_queue_dispatches(queue: str) -> None:
    day = measured()
    tasks = sum(row.calls for row in day.calls if row.function == queue.replace("-", "_")) / day.carts
    a_cart, small, large, carts = (*_row(f"`{queue}`")[:3], _row(f"`{queue}`")[-1])
    peak = PEAK * 1_000_000 / MONTH_SECONDS * tasks
    assert a_cart == CLOSE(tasks, abs=0.06)
    assert small == CLOSE(peak, abs=0.6)
    assert large == CLOSE(100 * peak, rel=0.1)
    assert carts == CLOSE(500 / peak, rel=0.1)


@pytest.mark.parametrize(("column", "carts"), [(0, 1_000_000), (1, 100_000_000)])
def test_what_it_costs(column: int, carts: int) -> None:
    lines = bill(measured(), read_prices(), carts)
    providers = sum(line.dollars for line in lines if line.service.startswith("Provider: "))
    assert _row("**Google Cloud**")[column] == CLOSE(sum(line.dollars for line in lines) - providers, rel=0.1)
    told = _row("providers: 386,000 e-mails and 30,000 SMS a million carts")
    assert told[column] == CLOSE(providers, rel=0.1)
    messages = [line.amount for line in lines if line.service.startswith("Provider: ")]
    assert messages == [CLOSE(carts / 1e6 * 386_000, rel=0.1), CLOSE(carts / 1e6 * 30_000, rel=0.1)]
