"""How long each document is kept: a moment beside it, after which the store deletes it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from common.domain.policy import Policy, RetentionPolicy


def expires_at(document: Any, policy: Policy, now: datetime, known: datetime | None) -> datetime | None:
    """When a document that is saved now expires; `known` = when it did so far. None = it is kept for ever.

    A customer's moment moves only when less than half of the time is left: so the document that holds them and the
    signposts to it grow old together, and are refreshed together.
    """
    return terms_of(policy).expires_at(document, now, known)


class Terms:
    """How long each kind of document is kept under one policy."""

    __slots__ = ("_half_a_customer", "_kept")

    def __init__(self, retention: RetentionPolicy, voucher_lifetime: timedelta) -> None:
        # By the class's name, so that nobody has to load what a function never saves.
        self._kept: Mapping[str, timedelta] = {
            "Case": retention.cases,
            "Customer": retention.customers,
            "Order": retention.orders,
            "OfferEvidence": retention.cases,
            "VoucherCode": retention.cases + voucher_lifetime,
            "PrivacyRecord": retention.privacy_requests,
        }
        self._half_a_customer = retention.customers / 2

    def expires_at(self, document: Any, now: datetime, known: datetime | None) -> datetime | None:
        """As the function of that name."""
        kind = document.__class__.__name__
        kept = self._kept.get(kind)
        if kept is None or (kind == "PrivacyRecord" and document.state != "done"):
            return None
        if known is not None and kind == "Customer" and known >= self.old_from(now):
            return known
        return now + kept

    def old_from(self, now: datetime) -> datetime:
        """A customer whose document expires before that moment has less than half of the time left."""
        return now + self._half_a_customer


def terms_of(policy: Policy) -> Terms:
    """The policy's terms."""
    return _terms(policy.retention, policy.recovery.voucher_lifetime_days)


@lru_cache(maxsize=8)
def _terms(retention: RetentionPolicy, voucher_lifetime_days: int) -> Terms:
    return Terms(retention, timedelta(days=voucher_lifetime_days))
