"""One figure beside its target, and how a table of them is printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured. `value` None = it could not be measured here; `note` says why."""

    what: str
    value: float | None
    unit: str = TIMES
    digits: int = 2
    limit: Literal["≤", "≥"] | None = None
    target: float = 0.0
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty for a figure without one."""
        if self.value is None:
            return "skipped"
        if self.limit is None:
            return ""
        met = self.value <= self.target if self.limit == "≤" else self.value >= self.target
        return "met" if met else "MISSED"

    def cells(self) -> tuple[str, str, str, str, str]:
        """The figure's line of the table."""
        target = f"{self.limit} {self._written(self.target)}" if self.limit else ""
        measured = "none" if self.value is None else self._written(self.value)
        return self.what, measured, target, self.verdict, self.note

    def _written(self, value: float) -> str:
        return f"{value:,.{self.digits}f}{'' if self.unit == TIMES else ' '}{self.unit}"


def table(figures: Iterable[Figure]) -> str:
    """All figures below one another."""
    rows = [("", "measured", "target", "", ""), *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(_row(row, widths) for row in rows)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, measured, target, verdict = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    return f"  {what}  {measured.strip():>{widths[1]}}  {target.strip():>{widths[2]}}  {verdict}  {cells[4]}".rstrip()


def ratio(ours: Sequence[float], bare: Sequence[float]) -> float:
    """The median of the ratios of what was measured in turns: a slow moment hits both sides of one pair."""
    return median(a / b for a, b in zip(ours, bare, strict=True))
