"""Who is granted what, as a plan has it."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.deployment_cloud.terraform import Plan, Resource

_TARGETS = (
    "topic",
    "subscription",
    "table_id",
    "name",
    "service_account_id",
    "repository",
    "bucket",
    "secret_id",
)


class Grant(NamedTuple):
    """A role on something, both by the last part of their names unless the role is Google's own."""

    role: str
    on: str


def grants(plan: Plan) -> Iterator[Resource]:
    """All of them."""
    for type in sorted(plan.types):
        if type.endswith("_iam_member"):
            yield from plan.all(type)


def account_of(granted: Resource) -> str:
    """The account's id, without its project."""
    return str(granted.values["member"]).removeprefix("serviceAccount:").partition("@")[0]


def grant_of(granted: Resource) -> Grant:
    """What is granted."""
    values = granted.values
    on = next((str(values[name]) for name in _TARGETS if values.get(name)), "project")
    role = str(values["role"])
    own = role.startswith("projects/")
    return Grant(role.rpartition("/")[2] if own else role, on.rpartition("/")[2].partition("@")[0])


def roles_by_account(plan: Plan) -> dict[str, set[Grant]]:
    """By account, without secrets."""
    found: dict[str, set[Grant]] = {}
    for one in grants(plan):
        if one.type != "google_secret_manager_secret_iam_member":
            found.setdefault(account_of(one), set()).add(grant_of(one))
    return found
