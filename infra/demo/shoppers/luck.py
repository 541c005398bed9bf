"""Chance that can be repeated: the same seed and name give the same luck, on any machine."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


class Luck:
    """One stream of chance. Streams of different names don't disturb each other."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed}/{name}")  # noqa: S311 - a simulation, no secret

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._random.random() * len(choices))]

    def draw(self, choices: Sequence[T], count: int) -> list[T]:
        """Several different ones, in random order."""
        return sorted(choices, key=lambda _: self._random.random())[:count]

    def between(self, shortest: timedelta, longest: timedelta) -> timedelta:
        """A span in whole seconds; short ones are likelier than long ones."""
        span = (longest - shortest).total_seconds()
        return shortest + timedelta(seconds=int(span * self._random.random() ** 1.7))

    def number(self, lowest: int, highest: int) -> int:
        """A whole number, both ends included."""
        return lowest + int(self._random.random() * (highest - lowest + 1))
