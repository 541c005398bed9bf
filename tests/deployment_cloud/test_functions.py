"""Every function of the code is deployed, and told what its code asks for, and nothing else."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import main
from common import config
from common.application.priorities import Priority
from common.domain.vocabulary import LookKind
from functions.expire_vouchers.scheduled import BUDGET_SECONDS
from functions.storefront_api.store_secrets import api_key_name, secret_name
from tests.deployment_cloud.conftest import EVERYTHING, STORES
from tests.deployment_cloud.source_text import FUNCTIONS, engine_functions, secrets_of, settings_of
from tests.deployment_cloud.terraform import Plan

NOT_SET = {
    "FUNCTION_TARGET": "the platform says it",
    "K_REVISION": "the platform says it",
    "K_SERVICE": "the platform says it",
    "RECOUP_TRACES": "spans are made as soon as their collector is named",
    "RECOUP_TASKS_ENDPOINT": "of a local task server",
    "RECOUP_CERTIFICATES_URL": "of a local task server",
    "RECOUP_SMTP_CA_FILE": "the archive carries no certificates; a provider's are Mozilla's",
    "RECOUP_TWILIO_BASE_URL": "of a local stand-in",
}
"""Variables that settings have and Terraform leaves alone, each with the reason."""
FRAMEWORK = {"THREADS"}
"""Read by the functions framework."""
TASKS = {kind.value for kind in LookKind}


def deployed(plan: Plan) -> dict[str, Mapping[str, Any]]:
    """Service configuration by function's name, with the entry point."""
    functions = plan.all("google_cloudfunctions2_function")
    return {
        one.values["name"]: {
            **one.values["service_config"][0],
            "entry_point": one.values["build_config"][0]["entry_point"],
        }
        for one in functions
    }


def test_folders_entry_points_and_deployed_functions_are_the_same(dev: Plan) -> None:
    assert tuple(sorted(main.ENTRY_POINTS)) == FUNCTIONS
    assert {one["entry_point"] for one in deployed(dev).values()} == set(FUNCTIONS)
    intake = {f"ingest-event-{priority}" for priority in Priority}
    others = {one.replace("_", "-") for one in FUNCTIONS if one != "ingest_event"}
    assert set(deployed(dev)) == intake | others


def test_every_setting_is_set_and_no_other(prod: Plan) -> None:
    for name, one in deployed(prod).items():
        function = one["entry_point"]
        known = {
            field.alias
            for kind in settings_of(function)
            for field in getattr(config, kind).model_fields.values()
        }
        expected = (known - NOT_SET.keys()) | FRAMEWORK
        if function not in TASKS:
            expected.discard("RECOUP_AUDIENCE")
        assert set(one["environment_variables"]) == expected, name


def test_what_is_not_set_is_a_setting(dev: Plan) -> None:
    kinds = {kind for function in FUNCTIONS for kind in settings_of(function)}
    known = {field.alias for kind in kinds for field in getattr(config, kind).model_fields.values()}
    assert NOT_SET.keys() <= known


def test_the_settings_classes_take_what_is_set(dev: Plan, prod: Plan) -> None:
    for plan in (dev, prod):
        for name, one in deployed(plan).items():
            for kind in settings_of(one["entry_point"]):
                config.read(getattr(config, kind), one["environment_variables"])
            if one["entry_point"] in TASKS:
                read = config.read(config.EngineSettings, one["environment_variables"])
                assert read.own_audience == plan.outputs["function_urls"][name]


def test_without_a_provider_nothing_is_said_of_one(dev: Plan) -> None:
    said = deployed(dev)["send-stimulus"]["environment_variables"]
    assert not [name for name in said if name.startswith(("RECOUP_SMTP", "RECOUP_TWILIO", "OTEL"))]


def test_a_pricing_algorithm_of_ones_own_is_asked_instead(plan_of: Callable[..., Plan]) -> None:
    ours = deployed(plan_of("dev"))["generate-offer"]["environment_variables"]
    assert (
        ours["RECOUP_PRICING_URL"]
        == ours["RECOUP_PRICING_AUDIENCE"]
        == (plan_of("dev").outputs["function_urls"]["price-offer"])
    )
    plan = plan_of("dev", pricing={"url": "https://prices.shop.example"})
    theirs = deployed(plan)["generate-offer"]["environment_variables"]
    assert theirs["RECOUP_PRICING_URL"] == "https://prices.shop.example"
    assert "RECOUP_PRICING_AUDIENCE" not in theirs


def _secrets_read(function: str) -> set[str]:
    """With the stores' own, and those of providers that are configured."""
    found = secrets_of(function)
    if function == "storefront_api":
        for store in STORES:
            found.add(api_key_name(str(store["id"])))
            found |= {secret_name(platform, str(store["id"])) for platform in store["platforms"]}
    return found


def test_every_secret_a_function_reads_is_granted_to_it_and_no_other(prod: Plan) -> None:
    granted: dict[str, set[str]] = {one: set() for one in FUNCTIONS}
    for grant in prod.all("google_secret_manager_secret_iam_member"):
        assert grant.values["role"] == "roles/secretmanager.secretAccessor"
        account = grant.values["member"].removeprefix("serviceAccount:recoup-").partition("@")[0]
        granted[account.replace("-", "_")].add(grant.values["secret_id"].rpartition("/")[2])
    assert granted == {one: _secrets_read(one) for one in FUNCTIONS}
    exist = {one.values["secret_id"] for one in prod.all("google_secret_manager_secret")}
    assert exist == set().union(*granted.values())


def test_secrets_without_a_version_are_not_configured(prod: Plan) -> None:
    versions = {"suppression_key": 1, "token_key": 1, **EVERYTHING["secret_versions"]}  # type: ignore[dict-item]
    for one in deployed(prod).values():
        if (function := one["entry_point"]) in engine_functions():
            told = json.loads(one["environment_variables"]["RECOUP_SECRETS"])
            assert told == {
                name: f"projects/my-shop/secrets/{name}/versions/{versions[name]}"
                for name in _secrets_read(function) & versions.keys()
            }
    assert prod.outputs["secrets"]["webhook_ga4_shop"] is None


def test_the_archive_is_named_by_its_content(dev: Plan) -> None:
    archive = dev.one("google_storage_bucket_object")
    for one in dev.all("google_cloudfunctions2_function"):
        build = one.values["build_config"][0]
        assert build["source"][0]["storage_source"][0]["object"] == archive.values["name"]
        assert build["service_account"].endswith("/recoup-build@my-shop.iam.gserviceaccount.com")
    assert archive.values["name"] == "recoup-c8d18c54d108.zip"


def test_as_many_requests_are_let_in_as_there_are_threads(prod: Plan) -> None:
    for one in deployed(prod).values():
        assert one["environment_variables"]["THREADS"] == str(one["max_instance_request_concurrency"])
        assert float(one["available_cpu"]) >= 1, "less than one CPU takes one request at a time"
        assert 0 <= one["min_instance_count"] <= one["max_instance_count"]


def test_only_what_is_called_from_outside_the_project_is_open_to_the_net(dev: Plan) -> None:
    is_open = {name for name, one in deployed(dev).items() if one["ingress_settings"] == "ALLOW_ALL"}
    assert is_open == {"storefront-api", "price-offer"}


def test_a_scheduled_job_has_time_to_end(dev: Plan) -> None:
    assert deployed(dev)["expire-vouchers"]["timeout_seconds"] >= BUDGET_SECONDS + 30


def test_prod_keeps_instances_warm_where_somebody_waits(dev: Plan, prod: Plan) -> None:
    assert {one["min_instance_count"] for one in deployed(dev).values()} == {0}
    warm = {name for name, one in deployed(prod).items() if one["min_instance_count"]}
    assert {"storefront-api", "generate-offer", "price-offer", "ingest-event-order"} <= warm
