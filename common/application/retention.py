"""How long each document is kept: a moment beside it, after which the store deletes it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from common.domain.documents import Case, Customer, Order
from common.domain.policy import Policy, RetentionPolicy
from common.domain.privacy import PrivacyRecord, RequestState
from common.domain.vouchers import VoucherCode


def expires_at(document: Any, policy: Policy, now: datetime, known: datetime | None) -> datetime | None:
    """When a document that is saved now expires; `known` = when it did so far. None = it is kept for ever.

    A customer's moment moves only when less than half of the time is left: so the document that holds them and the
    signposts to it grow old together, and are refreshed together.
    """
    kept = _kept(policy.retention, policy.recovery.voucher_lifetime_days).get(document.__class__)
    if kept is None or (document.__class__ is PrivacyRecord and document.state is not RequestState.DONE):
        return None
    if known is not None and document.__class__ is Customer and known >= old_from(policy, now):
        return known
    return now + kept


def old_from(policy: Policy, now: datetime) -> datetime:
    """A customer whose document expires before that moment has less than half of the time left."""
    return now + _kept(policy.retention, policy.recovery.voucher_lifetime_days)[Customer] / 2


@lru_cache(maxsize=8)
def _kept(retention: RetentionPolicy, voucher_lifetime_days: int) -> Mapping[type, timedelta]:
    return {
        Case: retention.cases,
        Customer: retention.customers,
        Order: retention.orders,
        VoucherCode: retention.cases + timedelta(days=voucher_lifetime_days),
        PrivacyRecord: retention.privacy_requests,
    }
