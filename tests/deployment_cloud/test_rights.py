"""Who may do what: exactly what the code does, on exactly the resources that it does it to."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.deployment_cloud.source_text import FUNCTIONS, engine_functions
from tests.deployment_cloud.stand_in import PROJECT_NUMBER
from tests.deployment_cloud.terraform import Plan, Resource

QUEUES = ("generate-offer", "send-stimulus", "expire-vouchers")
PROJECT_ROLES = {
    "recoup-build": {"roles/logging.logWriter", "roles/storage.objectViewer"},
    "recoup-analytics-erasure": {"roles/bigquery.jobUser"},
    "recoup-exports": {"projects/my-shop/roles/recoupExports"},
}
"""Besides Firestore's: what can't be granted on anything smaller than the project."""
_TARGETS = ("topic", "subscription", "table_id", "name", "service_account_id", "repository", "bucket")


def _grants(plan: Plan) -> Iterator[Resource]:
    for type in sorted(plan.types):
        if type.endswith("_iam_member"):
            yield from plan.all(type)


def _rights(plan: Plan) -> dict[str, set[tuple[str, str]]]:
    """By account, without secrets: the role, and what it is for."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in _grants(plan):
        if one.type != "google_secret_manager_secret_iam_member":
            who = one.values["member"].removeprefix("serviceAccount:").partition("@")[0]
            found.setdefault(who, set()).add((one.values["role"], _target(one.values)))
    return found


def _target(values: Mapping[str, Any]) -> str:
    named = next((str(values[name]) for name in _TARGETS if values.get(name)), "project")
    return named.rpartition("/")[2].partition("@")[0]


def test_each_function_has_the_rights_its_calls_need_and_no_more(dev: Plan) -> None:
    rights = _rights(dev)
    decides = {
        ("roles/datastore.user", "project"),
        ("roles/iam.serviceAccountUser", "recoup-tasks"),
        ("roles/pubsub.publisher", "recovery-events"),
        *(("roles/cloudtasks.enqueuer", queue) for queue in QUEUES),
    }
    more = {
        "generate_offer": {("roles/run.invoker", "price-offer")},
        "storefront_api": {("roles/pubsub.publisher", "storefront-events")},
    }
    for function in FUNCTIONS:
        expected = (decides if function in engine_functions() else set()) | more.get(function, set())
        assert rights.get(f"recoup-{function.replace('_', '-')}", set()) == expected, function


def test_each_function_is_called_by_whom_it_is_for_and_nobody_else(dev: Plan) -> None:
    callers: dict[str, set[str]] = {}
    for one in dev.all("google_cloud_run_v2_service_iam_member"):
        assert one.values["role"] == "roles/run.invoker"
        callers.setdefault(one.values["name"], set()).add(one.values["member"])
    accounts = {name: f"serviceAccount:{email}" for name, email in dev.outputs["service_accounts"].items()}
    assert callers == {
        **{f"ingest-event-{priority}": {accounts["push"]} for priority in ("order", "cart", "browse")},
        **{queue: {accounts["tasks"]} for queue in QUEUES},
        "price-offer": {accounts["generate_offer"]},
        "storefront-api": {"allUsers"},
    }


def test_the_callers_can_do_nothing_but_call(dev: Plan) -> None:
    rights = _rights(dev)
    assert {role for role, _ in rights["recoup-tasks"] | rights["recoup-push"]} == {"roles/run.invoker"}


def test_google_s_own_account_forwards_writes_and_makes_one_account_s_tokens(dev: Plan) -> None:
    given = _rights(dev)[f"service-{PROJECT_NUMBER}"]
    sources = ("storefront-events-order", "storefront-events-cart", "storefront-events-browse")
    assert given == {
        ("roles/bigquery.dataEditor", "recovery_events"),
        ("roles/iam.serviceAccountOpenIdTokenCreator", "recoup-push"),
        *(("roles/pubsub.publisher", f"{topic}-events-dead-letters") for topic in ("storefront", "recovery")),
        *(("roles/pubsub.subscriber", source) for source in (*sources, "recovery-events-bigquery")),
    }


def test_a_right_to_the_whole_project_is_given_where_there_is_no_smaller_one(dev: Plan) -> None:
    given: dict[str, set[str]] = {}
    for one in dev.all("google_project_iam_member"):
        who = one.values["member"].removeprefix("serviceAccount:").partition("@")[0]
        given.setdefault(who, set()).add(one.values["role"])
    documents = {f"recoup-{one.replace('_', '-')}": {"roles/datastore.user"} for one in engine_functions()}
    assert given == documents | PROJECT_ROLES


@pytest.mark.parametrize("role", ["roles/datastore.user", "roles/storage.objectViewer"])
def test_a_condition_narrows_it_where_one_can(dev: Plan, role: str) -> None:
    given = [one.values for one in dev.all("google_project_iam_member") if one.values["role"] == role]
    assert given
    for one in given:
        (condition,) = one["condition"]
        assert condition["expression"].startswith("resource.name")


def test_nobody_owns_edits_or_administers_anything(prod: Plan) -> None:
    for one in _grants(prod):
        role = one.values["role"]
        assert role not in ("roles/owner", "roles/editor", "roles/viewer"), one.address
        assert "admin" not in role.lower(), one.address


def test_only_the_storefront_s_api_is_open_to_everybody(prod: Plan) -> None:
    public = [one.address for one in _grants(prod) if one.values["member"].startswith("all")]
    assert public == ["google_cloud_run_v2_service_iam_member.public"]


def test_bindings_add_members_and_take_none_away(prod: Plan) -> None:
    assert not [type for type in prod.types if type.endswith(("_iam_policy", "_iam_binding"))]


def test_rights_grow_with_the_shards(plan_of: Callable[..., Plan]) -> None:
    rights = _rights(plan_of("dev", queue_shards=3))
    for function in engine_functions():
        queues = {
            what for role, what in rights[f"recoup-{function.replace('_', '-')}"] if role.endswith("enqueuer")
        }
        assert queues == {f"{queue}{shard}" for queue in QUEUES for shard in ("", "-2", "-3")}
