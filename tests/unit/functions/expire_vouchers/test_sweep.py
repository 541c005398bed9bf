"""The sweep asks for what is late, and no more."""

from dataclasses import replace
from datetime import datetime, timedelta

from common.application.ports import Page
from functions.expire_vouchers import sweep
from tests.stories import Story


class _Asked:
    def __init__(self) -> None:
        self.asked: list[tuple[str, datetime]] = []

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        self.asked.append((collection, until))
        return Page((), None)


def test_only_what_is_late_by_the_grace_is_found() -> None:
    """A timer is late for ten minutes before it counts as lost."""
    story, store = Story(), _Asked()
    assert sweep.sweep(replace(story.machine.engine, store=store)) == 0  # type: ignore[arg-type]  # all it asks
    assert store.asked == [("cases", story.clock.now() - timedelta(minutes=10))]
