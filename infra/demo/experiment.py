"""Contacted customers against the control group, stated no more surely than the numbers allow."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from infra.demo.cases import CaseStory, Result, by_person

_Z = 1.959964
"""Two-sided 95 percent."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One group of customers: how many, and how many of them bought in the end."""

    customers: int
    bought: int

    @property
    def rate(self) -> float:
        """From 0 to 1; 0 of an empty group."""
        return self.bought / self.customers if self.customers else 0.0

    def interval(self) -> tuple[float, float]:
        """The rate's 95 percent confidence interval (Wilson 1927), which holds for small groups too."""
        if not self.customers:
            return 0.0, 1.0
        n, p = self.customers, self.rate
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        reach = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The experiment's result."""

    contacted: Arm
    control: Arm

    @property
    def difference(self) -> float:
        """In shares of 1: how many more bought among the contacted."""
        return self.contacted.rate - self.control.rate

    def interval(self) -> tuple[float, float]:
        """The difference's 95 percent confidence interval (Newcombe 1998, method 10)."""
        (low, high), (low_control, high_control) = self.contacted.interval(), self.control.interval()
        p, q = self.contacted.rate, self.control.rate
        return (
            self.difference - sqrt((p - low) ** 2 + (high_control - q) ** 2),
            self.difference + sqrt((high - p) ** 2 + (q - low_control) ** 2),
        )

    @property
    def is_distinguishable(self) -> bool:
        """Whether the interval leaves out zero."""
        low, high = self.interval()
        return low > 0 or high < 0

    def verdict(self) -> str:
        """A sentence that claims nothing more than the numbers do."""
        low, high = (round(100 * bound) for bound in self.interval())
        span = f"between {low:+} and {high:+} percentage points (95 % confidence)"
        if not self.is_distinguishable:
            return f"Too few to distinguish: the difference lies {span}, so it may be nothing at all."
        more = "more" if self.difference > 0 else "fewer"
        return f"{more.capitalize()} of the contacted customers bought; the difference lies {span}."


def compare(cases: Iterable[CaseStory]) -> Comparison:
    """By customer, as chance dealt them out: who was to be contacted counts, even if nothing could leave."""
    arms: dict[bool, list[bool]] = {True: [], False: []}
    entered = (case for case in cases if case.entered_the_experiment)
    for carts in by_person(entered).values():
        held = any(case.held for case in carts)
        arms[held].append(any(_bought(case) for case in carts))
    contacted, control = (Arm(len(arms[held]), sum(arms[held])) for held in (False, True))
    return Comparison(contacted, control)


def _bought(case: CaseStory) -> bool:
    return case.result is Result.RECOVERED or case.bought
