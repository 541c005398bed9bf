"""Topics, subscriptions and queues fit each other, the functions and the code's own ideas of them."""

import base64
import inspect
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from google.cloud.tasks_v2 import RetryConfig

from common.adapters.cloud_tasks_timer import CloudTasksTimer
from common.application.priorities import FILTERS
from common.config import EngineSettings, read
from common.domain.vocabulary import LookKind
from functions.expire_vouchers.scheduled import DONE, Job, job_of
from functions.expire_vouchers.sweep import BUDGET_SECONDS as SWEEP_SECONDS
from functions.expire_vouchers.sweep import GRACE
from infra.local.tasks_server.backoff import retry_delay
from infra.local.virtual_timer import MAX_ATTEMPTS, pause_after
from tests.deployment_cloud.terraform import Plan, Resource
from tests.deployment_cloud.test_functions import deployed

WEEK = "604800s"


def _subscription(plan: Plan, name: str) -> Resource:
    (found,) = (one for one in plan.all("google_pubsub_subscription") if one.values["name"] == name)
    return found


def test_each_priority_has_its_filter_and_instances_of_its_own(dev: Plan) -> None:
    for priority, filter in FILTERS.items():
        one = _subscription(dev, f"storefront-events-{priority}").values
        url = dev.outputs["function_urls"][f"ingest-event-{priority}"]
        (push,) = one["push_config"]
        assert one["filter"] == filter
        assert one["topic"] == dev.outputs["topics"]["storefront_events"]
        assert push["push_endpoint"] == f"{url}/{one['topic']}"
        (token,) = push["oidc_token"]
        assert token == {
            "audience": url,
            "service_account_email": dev.outputs["service_accounts"]["push"],
        }
    filtered = [one for one in dev.all("google_pubsub_subscription") if one.values["filter"]]
    assert len(filtered) == len(FILTERS)


def test_a_function_may_work_for_as_long_as_its_message_is_waited_for(prod: Plan) -> None:
    for priority in FILTERS:
        deadline = _subscription(prod, f"storefront-events-{priority}").values["ack_deadline_seconds"]
        assert deployed(prod)[f"ingest-event-{priority}"]["timeout_seconds"] < deadline <= 600


def test_a_task_s_function_may_work_for_as_long_as_the_queue_waits(prod: Plan) -> None:
    limit = inspect.signature(CloudTasksTimer).parameters["dispatch_deadline"].default
    for kind in LookKind:
        timeout = deployed(prod)[kind.value.replace("_", "-")]["timeout_seconds"]
        assert timedelta(seconds=timeout) >= limit, (
            "Cloud Run would end a task that the queue still waits for"
        )


def test_what_is_given_up_is_kept_for_a_week(dev: Plan) -> None:
    for source in (*(f"storefront-events-{one}" for one in FILTERS), "recovery-events-bigquery"):
        (policy,) = _subscription(dev, source).values["dead_letter_policy"]
        (retry,) = _subscription(dev, source).values["retry_policy"]
        topic = policy["dead_letter_topic"]
        (kept,) = (one for one in dev.all("google_pubsub_subscription") if one.values["topic"] == topic)
        assert kept.values["message_retention_duration"] == WEEK
        assert not kept.values["push_config"]
        assert 5 <= policy["max_delivery_attempts"] <= 100
        assert (retry["minimum_backoff"], retry["maximum_backoff"]) == ("10s", "600s")
    name = dev.outputs["subscriptions"]["storefront_dead_letters"].rpartition("/")[2]
    assert name == "storefront-events-dead-letters"


def test_no_subscription_expires_and_every_topic_can_be_read_again(dev: Plan) -> None:
    for one in dev.all("google_pubsub_subscription"):
        assert one.values["expiration_policy"] == [{"ttl": ""}], one.address
    for one in dev.all("google_pubsub_topic"):
        assert one.values["message_retention_duration"] == WEEK, one.address


def test_no_topic_refuses_what_the_engine_would_keep(dev: Plan) -> None:
    checked = {one.values["name"] for one in dev.all("google_pubsub_topic") if one.values["schema_settings"]}
    assert checked == {"recovery-events"}, "what storefronts say is for the engine to judge"


def test_the_functions_publish_to_the_topics_that_are_there(dev: Plan) -> None:
    topics = {one.values["name"] for one in dev.all("google_pubsub_topic")}
    for name, one in deployed(dev).items():
        if name != "price-offer":
            settings = read(EngineSettings, one["environment_variables"])
            assert {settings.events_topic, settings.storefront_topic} <= topics


def test_a_queue_tries_again_as_the_engine_s_own_timer_does(dev: Plan) -> None:
    for queue in dev.all("google_cloud_tasks_queue"):
        (config,) = queue.values["retry_config"]
        retries = RetryConfig(
            max_attempts=config["max_attempts"],
            max_doublings=config["max_doublings"],
            min_backoff=_span(config["min_backoff"]),
            max_backoff=_span(config["max_backoff"]),
        )
        assert retries.max_attempts == MAX_ATTEMPTS
        for failures in range(1, MAX_ATTEMPTS):
            assert retry_delay(retries, failures) == pause_after(failures), failures


def _span(text: str) -> timedelta:
    return timedelta(seconds=float(text.removesuffix("s")))


def test_every_function_sets_its_timers_in_queues_that_are_there(plan_of: Callable[..., Plan]) -> None:
    for shards in (1, 3, 12):
        plan = plan_of("dev", queue_shards=shards)
        exist = {one.values["name"] for one in plan.all("google_cloud_tasks_queue")}
        assert len(exist) == 3 * shards
        told = [
            read(EngineSettings, one["environment_variables"]).queues
            for name, one in deployed(plan).items()
            if name != "price-offer"
        ]
        assert all(queues == told[0] for queues in told), "callers disagree where a task is"
        for function, queues in told[0].items():
            name = function.replace("_", "-")
            assert queues == (name, *(f"{name}-{number}" for number in range(2, shards + 1)))
        used = {queue for queues in told[0].values() for queue in queues}
        assert used == exist, "a queue that nobody fills only looks like room"


def test_the_queues_of_a_function_together_dispatch_what_it_can_take(prod: Plan) -> None:
    settings = read(EngineSettings, deployed(prod)["ingest-event-cart"]["environment_variables"])
    rates = {one.values["name"]: one.values["rate_limits"][0] for one in prod.all("google_cloud_tasks_queue")}
    for name, queues in settings.queues.items():
        assert len(queues) > 1, "prod has shards"
        function = deployed(prod)[name.replace("_", "-")]
        room = function["max_instance_count"] * function["max_instance_request_concurrency"]
        assert all(0 < rates[queue]["max_dispatches_per_second"] <= 500 for queue in queues)
        assert sum(rates[queue]["max_concurrent_dispatches"] for queue in queues) <= room, "Cloud Run: 429"


def test_a_queue_is_not_asked_to_dispatch_more_than_cloud_tasks_lets_it(plan_of: Callable[..., Plan]) -> None:
    rates = {one.value: {"per_second": 900, "concurrent": 100} for one in LookKind}
    plan = plan_of("dev", queue_shards=2, queue_rates=rates)
    for queue in plan.all("google_cloud_tasks_queue"):
        assert queue.values["rate_limits"][0]["max_dispatches_per_second"] == 450


def _jobs(plan: Plan) -> dict[str, Mapping[str, Any]]:
    return {one.values["name"]: one.values for one in plan.all("google_cloud_scheduler_job")}


@pytest.mark.parametrize("job", Job)
def test_the_scheduler_starts_each_job_as_the_function_knows_it(dev: Plan, job: Job) -> None:
    planned = _jobs(dev)[f"recoup-{job}"]
    (target,) = planned["http_target"]
    url = dev.outputs["function_urls"]["expire-vouchers"]
    assert job_of(base64.b64decode(target["body"])) is job
    assert target["uri"] == url
    assert target["oidc_token"] == [
        {"audience": url, "service_account_email": dev.outputs["service_accounts"]["tasks"]}
    ]
    deadline = float(planned["attempt_deadline"].removesuffix("s"))
    assert deployed(dev)["expire-vouchers"]["timeout_seconds"] <= deadline <= 30 * 60


def test_the_sweep_comes_round_before_a_timer_counts_as_lost_twice(dev: Plan) -> None:
    assert _jobs(dev)["recoup-sweep"]["schedule"] == "*/5 * * * *"
    assert timedelta(minutes=5) <= GRACE


def test_a_sweep_that_goes_on_as_a_task_ends_before_its_queue_gives_it_up() -> None:
    limit = inspect.signature(CloudTasksTimer).parameters["dispatch_deadline"].default
    assert timedelta(seconds=SWEEP_SECONDS) < limit


def test_nothing_else_is_started_by_the_clock_but_exports(dev: Plan) -> None:
    assert _jobs(dev).keys() == {*(f"recoup-{job}" for job in Job), "recoup-exports"}


def test_each_job_s_last_line_is_what_an_alert_misses(dev: Plan) -> None:
    counted = {
        one.values["name"].removeprefix("recoup/"): re.findall(r'message=\("(\w+)"\)', one.values["filter"])
        for one in dev.all("google_logging_metric")
    }
    (policy,) = (
        one.values
        for one in dev.all("google_monitoring_alert_policy")
        if one.values["display_name"] == "Recoup: A scheduled job doesn't run"
    )
    missed = {}
    for condition in policy["conditions"]:
        (absent,) = condition["condition_absent"]
        (metric,) = re.findall(r"user/recoup/(\w+)", absent["filter"])
        missed[condition["display_name"].removeprefix("No ")] = counted[metric]
    assert missed == {job.value: [message] for job, message in DONE.items()}
