"""What holds for every journey."""

from collections.abc import Sequence

import pytest

from common.application.wire import line_of
from common.domain.effects import Announce
from infra.local.local_bus import LocalBus
from tests.announced_schema import problem_of


@pytest.fixture(autouse=True)
def _every_announcement_fits_the_topic_s_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the cloud Pub/Sub would refuse another one, and its task would fail for ever."""
    publish = LocalBus.publish

    def checked(bus: LocalBus, announcements: Sequence[Announce]) -> None:
        problems = [problem for one in announcements if (problem := problem_of(line_of(one)))]
        assert not problems, "add the field to infra/cloud/recovery_events.proto"
        publish(bus, announcements)

    monkeypatch.setattr(LocalBus, "publish", checked)
