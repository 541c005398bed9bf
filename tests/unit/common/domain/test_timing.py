"""When a case has to be looked at next."""

from datetime import UTC, datetime, timedelta

from common.domain.changing import replace
from common.domain.documents import Armed, Case, StepRecord
from common.domain.storefront import Line
from common.domain.timing import CLAIM_LEASE, arm, lost_at, next_due, pending_step, sent_before, step_due_at
from common.domain.vocabulary import Channel, IncentiveKind, LookKind, Stage, StepState, VoucherState
from common.domain.vouchers import Incentive, Voucher
from tests.builders import rules

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
POLICY = rules()
LINE = Line(sku="S", name="S", quantity=1, unit_price_minor=1)
OPEN = Case(id="c", store="s", cart_id="k", opened_at=AT, last_activity_at=AT, lines=(LINE,))
ABANDONED = replace(OPEN, stage=Stage.ABANDONED, abandoned_at=AT + timedelta(minutes=30))


def minutes(count: int) -> datetime:
    """So many minutes after the last activity."""
    return AT + timedelta(minutes=count)


def with_step(case: Case, state: StepState, at: datetime, **more: object) -> Case:
    """The case whose first step has come so far."""
    record = StepRecord(step="first", state=state, at=at, channel=Channel.EMAIL, **more)  # type: ignore[arg-type]
    return replace(case, steps=(record,))


def test_an_open_cart_waits_for_its_quiet_period() -> None:
    """And an empty one for nothing."""
    assert next_due(OPEN, POLICY) == Armed(LookKind.QUIET, minutes(30))
    assert next_due(replace(OPEN, lines=()), POLICY) is None


def test_an_abandoned_case_waits_for_its_next_step() -> None:
    """The first, then the last; a superseded or stopped one only for its end."""
    assert next_due(ABANDONED, POLICY) == Armed(LookKind.STEP, minutes(60))
    sent = with_step(ABANDONED, StepState.SENT, minutes(60))
    assert next_due(sent, POLICY) == Armed(LookKind.STEP, minutes(30 + 1440))
    for case in (replace(sent, stopped="order cancelled"), replace(sent, superseded_by="x")):
        assert pending_step(case, POLICY) is None
        assert next_due(case, POLICY) == Armed(LookKind.LAPSE, minutes(60) + timedelta(days=5))


def test_a_late_step_pushes_the_next_one_back() -> None:
    """By the gap that was planned between them (L4)."""
    sent = with_step(ABANDONED, StepState.SENT, minutes(5000))
    last_call = POLICY.sequence.steps[1]
    assert step_due_at(sent, last_call, POLICY) == minutes(5000 + 1410)
    skipped = with_step(ABANDONED, StepState.SKIPPED, minutes(5000))
    assert step_due_at(skipped, last_call, POLICY) == minutes(30 + 1440)


def test_an_open_claim_is_waited_for_in_any_stage() -> None:
    """Its lease comes before everything else that the case could wait for."""
    for stage in Stage:
        case = with_step(replace(ABANDONED, stage=stage), StepState.CLAIMED, minutes(1), claim_id="x")
        assert next_due(case, POLICY) == Armed(LookKind.STEP, minutes(1) + CLAIM_LEASE)
        armed, timer = arm(case, POLICY, minutes(2), "m")
        assert timer is None
        assert armed.next_due_at == minutes(1) + CLAIM_LEASE


def test_a_case_has_one_timer() -> None:
    """A pending one that fires early is left, as it re-arms itself; one that fires too late is replaced."""
    armed, timer = arm(OPEN, POLICY, AT, "m")
    assert timer is not None
    assert timer.at == minutes(30)
    later = replace(armed, last_activity_at=minutes(10))
    kept, none = arm(later, POLICY, minutes(10), "m2")
    assert (none, kept.armed, kept.next_due_at) == (None, armed.armed, minutes(40))
    rearmed, timer = arm(kept, POLICY, minutes(30), "m3")
    assert timer is not None
    assert rearmed.armed == Armed(LookKind.QUIET, minutes(40))
    sooner = replace(armed, armed=Armed(LookKind.QUIET, minutes(90)))
    _, timer = arm(sooner, POLICY, minutes(1), "m4")
    assert timer is not None
    assert timer.at == minutes(30)


def test_a_timer_has_one_name_per_message() -> None:
    """Deciding the same message again names the same timer; another message another one."""
    names = [arm(OPEN, POLICY, AT, message)[1] for message in ("m", "m", "n")]
    assert names[0] == names[1]
    assert names[0] != names[2]


def test_a_case_is_lost_when_attribution_and_voucher_are_over() -> None:
    """The later of the two; the control group is watched as long as if it had been contacted."""
    sent = with_step(ABANDONED, StepState.SENT, minutes(60))
    assert lost_at(sent, POLICY) == minutes(60) + timedelta(days=5)
    voucher = Voucher(
        code="c",
        incentive=Incentive(kind=IncentiveKind.FREE_SHIPPING),
        state=VoucherState.ISSUED,
        reserved_at=AT,
        valid_until=minutes(60) + timedelta(days=7),
    )
    assert lost_at(replace(sent, voucher=voucher), POLICY) == minutes(60) + timedelta(days=7)
    assert lost_at(replace(ABANDONED, stage=Stage.HELD), POLICY) == minutes(30 + 1440) + timedelta(days=5)


def test_only_what_certainly_left_counts_for_attribution() -> None:
    """Sent, not unknown; within the span, both ends included; not before the message (L12, L45)."""
    span = timedelta(days=5)
    sent = with_step(ABANDONED, StepState.SENT, minutes(60))
    moments = [minutes(59), minutes(60), minutes(60) + span, minutes(61) + span]
    assert [sent_before(sent, at, span) for at in moments] == [False, True, True, False]
    assert not sent_before(with_step(ABANDONED, StepState.UNKNOWN, minutes(60)), minutes(61), span)
