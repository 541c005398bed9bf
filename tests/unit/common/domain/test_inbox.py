"""The inbox remembers what was applied, and what was owed for it."""

from datetime import UTC, datetime

from common.domain import inbox
from common.domain.effects import Announce, ScheduleLook
from common.domain.vocabulary import LookKind

AT = datetime(2026, 3, 2, tzinfo=UTC)
LOOK = ScheduleLook(name="l", kind=LookKind.QUIET, case_id="c", customer_id=None, at=AT)
SAID = Announce(id="a", type="t", at=AT, store="s", case_id="c", customer_id=None, subject=None, fields={})


def test_an_applied_message_is_found_with_what_it_owed() -> None:
    """Announcements first, then timers."""
    applied = inbox.find(inbox.record((), "m", "digest", (LOOK, SAID)), "m")
    assert applied is not None
    assert (applied.digest, applied.owed) == ("digest", (SAID, LOOK))
    assert inbox.find((), "m") is None


def test_a_message_in_two_parts_keeps_one_entry() -> None:
    """What a step's outcome owes is added to the look that had it sent."""
    box = inbox.record(inbox.record((), "m", "digest", (LOOK,)), "m", "", (SAID,))
    assert [entry.owed for entry in box] == [(SAID, LOOK)]
    assert box[0].digest == "digest"


def test_the_oldest_are_forgotten() -> None:
    """A document stays bounded."""
    box: inbox.Inbox = ()
    for number in range(inbox.CAPACITY + 5):
        box = inbox.record(box, f"m{number}", "", ())
    assert len(box) == inbox.CAPACITY
    assert inbox.find(box, "m4") is None
    assert inbox.find(box, "m5") is not None


def test_only_what_can_be_done_again_is_owed() -> None:
    """A message to a customer is never remembered as owed: its claim alone may send it (L2)."""
    assert inbox.record((), "m", "", (object(),))[0].owed == ()
