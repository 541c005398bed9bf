"""Refused messages as JSON, for pipes. Names don't change; new ones may come."""

from typing import Any

from common.application.replaying import Replayed
from common.domain.dead_letters import Group, RuleRecord
from common.domain.money import format_minor
from common.domain.refused import IntakeFailure
from common.domain.wire import stamp


def failure_fields(failure: IntakeFailure) -> dict[str, Any]:
    """One failure, without its message; what isn't known is left out."""
    stake = failure.at_stake
    known = {
        "id": failure.id,
        "state": failure.state.value,
        "received_at": stamp(failure.received_at),
        "source": failure.source,
        "store": failure.store,
        "reason": failure.reason,
        "field": failure.field,
        "detail": failure.detail,
        "amount": stake.major if stake else None,
        "currency": stake.currency if stake else None,
        "message_id": failure.message_id,
        "publish_time": stamp(failure.publish_time),
        "expire_at": failure.expire_at and stamp(failure.expire_at),
        "replayed_at": failure.replayed_at and stamp(failure.replayed_at),
        "closed_at": failure.closed_at and stamp(failure.closed_at),
        "closed_by": failure.closed_by,
        "outcome": failure.outcome,
        "replaced_by": failure.replaced_by,
    }
    return {name: value for name, value in known.items() if value is not None}


def group_fields(group: Group) -> dict[str, Any]:
    """Alike failures."""
    common = group.likeness
    return {
        "weight": round(group.weight, 3),
        "messages": len(group.failures),
        "source": common.source,
        "reason": common.reason,
        "field": common.field,
        "at_stake": {name: format_minor(minor, name) for name, minor in group.at_stake.items()},
        "newest_at": stamp(group.newest_at),
        "oldest_at": stamp(group.oldest_at),
        "detail": group.failures[0].detail,
        "ids": [failure.id for failure in group.failures],
    }


def rule_fields(record: RuleRecord) -> dict[str, Any]:
    """What became of everything that was refused for one reason."""
    return {name: getattr(record, name) for name in RuleRecord.__slots__}


def replayed_fields(replayed: Replayed) -> dict[str, Any]:
    """What a replay made of one failure."""
    return {"verdict": replayed.verdict.value, **failure_fields(replayed.failure)}
