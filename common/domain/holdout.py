"""The control group: watched like everybody else, and never contacted."""

from common.domain import ids
from common.domain.bounds import basis_points
from common.domain.documents import Customer
from common.domain.policy import Policy


def is_held(customer: Customer, policy: Policy) -> bool:
    """Whether the customer is in the control group: sticky, and monotone when the share grows."""
    share = basis_points(policy.recovery.holdout_percent)
    return ids.bucket(policy.recovery.experiment, customer.id) < share
