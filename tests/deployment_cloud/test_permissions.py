"""What each function may do is what its calls take by docs/permissions.md, with the reason for whatever is more."""

import re
from collections.abc import Mapping

import pytest

from tests.deployment_cloud.conftest import PROJECT
from tests.deployment_cloud.grants import account_of, grant_of, grants
from tests.deployment_cloud.source_text import FUNCTIONS
from tests.deployment_cloud.terraform import Plan, Resource
from tests.permissions import Right, functions, placed, rights_of, surplus

_OF_A_PROJECT = frozenset({"resourcemanager.projects.get", "resourcemanager.projects.list"})
GOOGLES: Mapping[str, frozenset[str]] = {
    "roles/cloudtasks.enqueuer": _OF_A_PROJECT | {"cloudtasks.tasks.create", "cloudtasks.tasks.fullView"},
    "roles/iam.serviceAccountUser": _OF_A_PROJECT
    | {"iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "iam.serviceAccounts.list"},
    "roles/pubsub.publisher": frozenset({"pubsub.topics.publish"}),
    "roles/run.servicesInvoker": frozenset({"run.routes.invoke"}),
    "roles/secretmanager.secretAccessor": _OF_A_PROJECT | {"secretmanager.versions.access"},
}
"""What Google's roles hold: https://docs.cloud.google.com/iam/docs/roles-permissions."""
_SHARD = re.compile(r"-[0-9]+$")


def held(plan: Plan) -> dict[str, frozenset[str]]:
    """What each role holds, Google's and those of the plan."""
    made = plan.all("google_project_iam_custom_role")
    return {**GOOGLES, **{one.values["role_id"]: frozenset(one.values["permissions"]) for one in made}}


def granted(plan: Plan, function: str) -> list[Resource]:
    account = f"recoup-{function.replace('_', '-')}"
    return [one for one in grants(plan) if account_of(one) == account]


def place_of(one: Resource, known: set[str]) -> str:
    """What the document calls that which it is granted on."""
    match one.type:
        case "google_project_iam_member":
            (condition,) = one.values["condition"]
            database = f'resource.name == "projects/{PROJECT}/databases/(default)"'
            return "documents" if condition["expression"] == database else "project"
        case "google_cloud_tasks_queue_iam_member":
            return _SHARD.sub("", grant_of(one).on)
        case _:
            return placed(grant_of(one).on, known)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_may_do_what_its_calls_take_and_nothing_else(prod: Plan, function: str) -> None:
    """With everything configured that can be; a role's surplus is written down."""
    roles, besides, needed = held(prod), surplus(), rights_of(function)
    known = {right.on for right in needed}
    may = {
        Right(permission, place_of(one, known), role)
        for one in granted(prod, function)
        for role in [grant_of(one).role]
        for permission in roles[role] - besides.get(role, set())
    }
    assert may == needed


def test_every_function_is_in_the_document() -> None:
    assert functions() == set(FUNCTIONS)


def test_what_a_role_holds_besides_is_in_it_and_not_needed() -> None:
    needed = {right.permission for function in FUNCTIONS for right in rights_of(function)}
    for role, besides in surplus().items():
        assert besides < GOOGLES[role]
        assert not besides & needed


def test_no_role_is_described_that_nobody_has() -> None:
    given = {right.role for function in FUNCTIONS for right in rights_of(function)}
    assert given >= GOOGLES.keys() >= surplus().keys()


def test_a_role_of_ours_holds_what_somebody_needs(prod: Plan) -> None:
    """Of roles that functions have; those of other accounts are none of this document's business."""
    needed = {right for function in FUNCTIONS for right in rights_of(function)}
    for role in {right.role for right in needed} - GOOGLES.keys():
        assert held(prod)[role] == {right.permission for right in needed if right.role == role}
