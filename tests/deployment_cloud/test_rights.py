"""Who may do what besides the functions, whose rights test_permissions.py compares with their calls."""

from collections.abc import Callable

import pytest

from tests.deployment_cloud.grants import account_of, grants, roles_by_account
from tests.deployment_cloud.source_text import engine_functions
from tests.deployment_cloud.stand_in import PROJECT_NUMBER
from tests.deployment_cloud.terraform import Plan

ROLES = "projects/my-shop/roles/"
DOCUMENTS, ERASURES = f"{ROLES}recoupDocuments", f"{ROLES}recoupErasures"
QUEUES = ("generate-offer", "send-stimulus", "expire-vouchers")
PROJECT_ROLES = {
    "recoup-build": {"roles/logging.logWriter", "roles/storage.objectViewer"},
    "recoup-analytics-erasure": {"roles/bigquery.jobUser"},
    "recoup-exports": {f"{ROLES}recoupExports"},
}
"""Besides Firestore's: what can't be granted on anything smaller than the project."""


def test_each_function_is_called_by_whom_it_is_for_and_nobody_else(dev: Plan) -> None:
    callers: dict[str, set[str]] = {}
    for one in dev.all("google_cloud_run_v2_service_iam_member"):
        assert one.values["role"] == "roles/run.servicesInvoker"
        callers.setdefault(one.values["name"], set()).add(one.values["member"])
    accounts = {name: f"serviceAccount:{email}" for name, email in dev.outputs["service_accounts"].items()}
    assert callers == {
        **{f"ingest-event-{priority}": {accounts["push"]} for priority in ("order", "cart", "browse")},
        **{queue: {accounts["tasks"]} for queue in QUEUES},
        "price-offer": {accounts["generate_offer"]},
        "storefront-api": {"allUsers"},
    }


def test_the_callers_can_do_nothing_but_call(dev: Plan) -> None:
    rights = roles_by_account(dev)
    assert {role for role, _ in rights["recoup-tasks"] | rights["recoup-push"]} == {
        "roles/run.servicesInvoker"
    }


def test_google_s_own_account_forwards_writes_and_makes_one_account_s_tokens(dev: Plan) -> None:
    given = roles_by_account(dev)[f"service-{PROJECT_NUMBER}"]
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
        given.setdefault(account_of(one), set()).add(one.values["role"])
    erasing = {"ingest_event", "expire_vouchers"}
    documents = {
        f"recoup-{one.replace('_', '-')}": {DOCUMENTS, ERASURES} if one in erasing else {DOCUMENTS}
        for one in engine_functions()
    }
    assert given == documents | PROJECT_ROLES


@pytest.mark.parametrize(
    "role", [DOCUMENTS, ERASURES, "roles/storage.objectViewer"], ids=lambda role: role.rpartition("/")[2]
)
def test_a_condition_narrows_it_where_one_can(dev: Plan, role: str) -> None:
    given = [one.values for one in dev.all("google_project_iam_member") if one.values["role"] == role]
    assert given
    for one in given:
        (condition,) = one["condition"]
        assert condition["expression"].startswith("resource.name")


def test_nobody_owns_edits_or_administers_anything(prod: Plan) -> None:
    for one in grants(prod):
        role = one.values["role"]
        assert role not in ("roles/owner", "roles/editor", "roles/viewer"), one.address
        assert "admin" not in role.lower(), one.address


def test_only_the_storefront_s_api_is_open_to_everybody(prod: Plan) -> None:
    public = [one.address for one in grants(prod) if one.values["member"].startswith("all")]
    assert public == ["google_cloud_run_v2_service_iam_member.public"]


def test_bindings_add_members_and_take_none_away(prod: Plan) -> None:
    assert not [type for type in prod.types if type.endswith(("_iam_policy", "_iam_binding"))]


def test_rights_grow_with_the_shards(plan_of: Callable[..., Plan]) -> None:
    rights = roles_by_account(plan_of("dev", queue_shards=3))
    for function in engine_functions():
        queues = {
            what for role, what in rights[f"recoup-{function.replace('_', '-')}"] if role.endswith("enqueuer")
        }
        assert queues == {f"{queue}{shard}" for queue in QUEUES for shard in ("", "-2", "-3")}


def test_nobody_operates_the_engine_unless_named(dev: Plan) -> None:
    assert not [one.address for one in grants(dev) if "operator" in one.address]


def test_an_operator_may_do_what_the_command_does_and_look(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of("prod", operators=["group:ops@shop.example"])
    shards = ("", "-2", "-3", "-4")
    assert roles_by_account(plan)["group:ops"] == {
        *((f"roles/{role}", "project") for role in ("logging.viewer", "monitoring.viewer", "run.viewer")),
        *((role, "project") for role in ("recoupDocuments", "recoupErasures")),
        *(("recoupPauses", f"send-stimulus{shard}") for shard in shards),
        *(("roles/cloudtasks.enqueuer", f"{queue}{shard}") for queue in QUEUES for shard in shards),
        ("roles/iam.serviceAccountUser", "recoup-tasks"),
        ("roles/pubsub.publisher", "recovery-events"),
        ("roles/pubsub.subscriber", "storefront-events-dead-letters"),
        ("roles/pubsub.subscriber", "recovery-events-dead-letters"),
    }
    read = [one.values for one in plan.all("google_secret_manager_secret_iam_member")]
    theirs = [one["secret_id"] for one in read if one["member"] == "group:ops@shop.example"]
    assert len(theirs) == 2
