"""What is counted is logged, what is watched exists, and whoever is told can find out what it means."""

import json
import re
from collections.abc import Callable

from common.application.health_checks import asks_health
from functions.expire_vouchers.scheduled import DONE
from tests.deployment_cloud.conftest import EVERYTHING
from tests.deployment_cloud.source_text import logged
from tests.deployment_cloud.terraform import CLOUD, Plan, Resource

ALERTS = {
    "A scheduled job doesn't run",
    "Documents aren't exported",
    "The engine isn't well",
    "Dead letters",
    "Many events are refused",
    "Messages don't leave",
    "Offers are cancelled for want of a price",
    "Events wait",
    "A queue fills up",
    "Webhooks are refused",
    "Tasks fail and are tried again",
    "storefront-api doesn't answer",
}
_QUOTED = re.compile(r'"([^"]+)"')


def _of_functions(plan: Plan) -> list[Resource]:
    """The metrics that count lines of the engine's own."""
    return [one for one in plan.all("google_logging_metric") if one.name == "lines"]


def test_every_message_that_is_counted_is_one_the_code_logs(dev: Plan) -> None:
    for metric in _of_functions(dev):
        said = re.search(r"jsonPayload\.message=\(([^)]*)\)", metric.values["filter"])
        assert said is not None
        assert set(_QUOTED.findall(said[1])) <= logged() | set(DONE.values()), metric.address


def test_lines_of_all_functions_are_counted(dev: Plan) -> None:
    for metric in _of_functions(dev):
        named = re.search(r"service_name=\(([^)]*)\)", metric.values["filter"])
        assert named is not None
        assert set(_QUOTED.findall(named[1])) == set(dev.outputs["function_urls"])


def test_there_is_an_alert_for_each_thing_that_can_go_wrong(dev: Plan) -> None:
    policies = dev.all("google_monitoring_alert_policy")
    assert {one.values["display_name"].removeprefix("Recoup: ") for one in policies} == ALERTS
    for one in policies:
        assert len(one.values["notification_channels"]) == 1, one.address
        assert one.values["documentation"][0]["content"], one.address


def _filters(plan: Plan) -> list[str]:
    conditions = [
        condition
        for policy in plan.all("google_monitoring_alert_policy")
        for one in policy.values["conditions"]
        for condition in (*one["condition_threshold"], *one["condition_absent"])
    ]
    assert len(conditions) == len(ALERTS) + 3, "one alert has a condition for each of four jobs"
    stated = [one.get(name) for one in conditions for name in ("filter", "denominator_filter")]
    dashboard = json.loads(plan.one("google_monitoring_dashboard").values["dashboard_json"])
    charts = [tile["widget"]["xyChart"] for tile in dashboard["mosaicLayout"]["tiles"]]
    queries = [one["timeSeriesQuery"]["timeSeriesFilter"] for chart in charts for one in chart["dataSets"]]
    return [one for one in (*stated, *(query["filter"] for query in queries)) if one]


def test_what_is_watched_exists(dev: Plan) -> None:
    names = {
        "subscription_id": {one.values["name"] for one in dev.all("google_pubsub_subscription")},
        "queue_id": {one.values["name"] for one in dev.all("google_cloud_tasks_queue")},
        "service_name": set(dev.outputs["function_urls"]),
    }
    counted = {one.values["name"] for one in dev.all("google_logging_metric")}
    used: set[str] = set()
    for filter in _filters(dev):
        for label, listed in re.findall(r"resource\.labels\.(\w+) = one_of\(([^)]*)\)", filter):
            assert set(_QUOTED.findall(listed)) <= names[label], filter
        used |= set(re.findall(r"logging\.googleapis\.com/user/([^\"]+)", filter))
    assert used == counted


def test_the_uptime_check_asks_what_the_function_answers(dev: Plan) -> None:
    check = dev.one("google_monitoring_uptime_check_config").values
    (http,) = check["http_check"]
    assert not http["path"].endswith("z"), "Google's front end on run.app keeps those to itself"
    assert asks_health("GET", http["path"])
    assert http["use_ssl"]
    assert http["validate_ssl"]
    (asked,) = check["monitored_resource"]
    assert f"https://{asked['labels']['host']}" == dev.outputs["storefront_url"]
    assert dev.outputs["uptime_url"] == dev.outputs["storefront_url"] + http["path"]


def test_a_budget_is_made_when_there_is_an_account_to_watch(dev: Plan, prod: Plan) -> None:
    assert not dev.all("google_billing_budget")
    budget = prod.one("google_billing_budget").values
    assert budget["billing_account"] == EVERYTHING["billing_account"]
    assert budget["budget_filter"][0]["projects"] == ["projects/123456789012"]


def test_announcements_are_written_whole_into_a_table_of_these_columns(dev: Plan) -> None:
    (config,) = next(
        one.values["bigquery_config"]
        for one in dev.all("google_pubsub_subscription")
        if one.name == "bigquery"
    )
    assert config["table"] == "my-shop.recoup.recovery_events"
    assert (config["write_metadata"], config["use_table_schema"], config["use_topic_schema"]) == (
        True,
        False,
        False,
    )
    table = dev.one("google_bigquery_table", "recovery_events").values
    columns = {one["name"]: one["type"] for one in json.loads(table["schema"])}
    assert columns.keys() == {"subscription_name", "message_id", "publish_time", "attributes", "data"}
    assert columns[table["time_partitioning"][0]["field"]] == "TIMESTAMP"


def test_every_view_is_made_of_its_file(dev: Plan) -> None:
    files = {file.stem for file in (CLOUD / "bigquery" / "views").glob("*.sql")}
    views = [one.values for one in dev.all("google_bigquery_table") if one.values["view"]]
    assert {one["table_id"] for one in views} == files
    for one in views:
        query = one["view"][0]["query"]
        assert one["view"][0]["use_legacy_sql"] is False
        named = set(re.findall(r"`my-shop\.recoup\.(\w+)`", query))
        assert named <= {"recovery_events", "events"}
        assert named
        assert "${" not in query


def test_erased_customers_are_forgotten_here_too(dev: Plan) -> None:
    forgets = dev.one("google_bigquery_data_transfer_config").values
    assert forgets["params"]["query"].count("`my-shop.recoup.recovery_events`") >= 1
    assert forgets["service_account_name"].startswith("recoup-analytics-erasure@")


def test_prod_remembers_longer(plan_of: Callable[..., Plan]) -> None:
    def kept(environment: str) -> int:
        table = plan_of(environment).one("google_bigquery_table", "recovery_events")
        return int(table.values["time_partitioning"][0]["expiration_ms"])

    assert kept("dev") < kept("prod")
