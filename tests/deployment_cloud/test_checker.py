"""The stand-in for Google's provider lets Terraform find what the real one would have it find."""

import re
import subprocess
from collections.abc import Callable

import pytest

from tests.deployment_cloud.conftest import PROJECT
from tests.deployment_cloud.provider_schema import GoogleProvider
from tests.deployment_cloud.terraform import CLOUD, Configuration, Failed, Plan

TOPIC = 'resource "google_pubsub_topic" "one" {\n  name = "one"\n}\n'
SUBSCRIPTION = 'resource "google_pubsub_subscription" "one" {\n  name = "one"\n  topic = "one"\n  %s\n}\n'


def test_every_resource_argument_and_reference_is_one_the_provider_has(cloud: Configuration) -> None:
    cloud.validate()


def test_a_right_configuration_passes(broken: Callable[[str], None]) -> None:
    broken(TOPIC + SUBSCRIPTION % "retry_policy {\n  minimum_backoff = google_pubsub_topic.one.id\n}")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('resource "google_pubsub_topick" "one" {\n}\n', "Invalid resource type"),
        ('data "google_projekt" "one" {\n}\n', "Invalid data source"),
        ('resource "google_pubsub_topic" "one" {\n}\n', 'argument "name" is required'),
        (SUBSCRIPTION % "ack_deadline = 10", 'argument named "ack_deadline" is not expected'),
        (SUBSCRIPTION % "ack_deadline_seconds = [10]", "number required"),
        (SUBSCRIPTION % "retry_policies {\n}", 'Blocks of type "retry_policies" are not expected'),
        (SUBSCRIPTION % "expiration_policy {\n}", 'argument "ttl" is required'),
        (SUBSCRIPTION % "push_config {\n}", 'argument "push_endpoint" is required'),
        (SUBSCRIPTION % "retry_policy {\n}\n  retry_policy {\n}", "Too many retry_policy blocks"),
        (SUBSCRIPTION % "retry_policy = {}", 'argument named "retry_policy" is not expected'),
        ('resource "google_monitoring_alert_policy" "one" {\n  display_name = "one"\n  combiner = "OR"\n}\n',
         "Insufficient conditions blocks"),
        (SUBSCRIPTION % "filter = google_pubsub_topic.two.id", "Reference to undeclared resource"),
        (TOPIC + SUBSCRIPTION % "filter = google_pubsub_topic.one.adress", "Unsupported attribute"),
        (SUBSCRIPTION % "filter = var.nothing", "Reference to undeclared input variable"),
        (SUBSCRIPTION % "filter = local.nothing", "Reference to undeclared local value"),
        ('provider "google" {\n  projekt = "p"\n}\n' + TOPIC, 'argument named "projekt" is not expected'),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_told_what_is_wrong(
    broken: Callable[[str], None], text: str, complaint: str
) -> None:
    with pytest.raises(Failed) as told:
        broken(text)
    assert complaint in " ".join(str(told.value).replace("│", " ").split())


def test_the_configuration_asks_for_the_version_that_was_checked(provider: GoogleProvider) -> None:
    stated = re.search(
        r'source\s*= "hashicorp/google"\s*version = "([^"]+)"', (CLOUD / "main.tf").read_text()
    )
    assert stated is not None
    assert stated[1] == provider.version


def test_the_files_are_formatted(provider: GoogleProvider) -> None:
    command = ["terraform", "fmt", "-check", "-diff", "-recursive", str(CLOUD)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_each_environment_can_be_planned(plan_of: Callable[..., Plan], environment: str) -> None:
    plan = plan_of(environment)
    assert len(plan.all("google_cloudfunctions2_function")) == 8
    projects = {
        one.values["project"] for type in plan.types for one in plan.all(type) if "project" in one.values
    }
    assert projects == {PROJECT}


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"environment": "staging"}, "The environment is dev or prod."),
        ({"archive_sha256": "0" * 64}, "is not the SHA-256 of the archive"),
        ({"stores": [{"id": "a shop"}]}, "A store's id has letters"),
        ({"queue_shards": 51}, "There are 1 to 50 shards"),
        ({"project": "My Shop"}, "A project id has 6 to 30"),
    ],
)
def test_a_variable_that_makes_no_sense_is_refused(
    plan_of: Callable[..., Plan], variables: dict[str, object], complaint: str
) -> None:
    with pytest.raises(Failed) as told:
        plan_of("dev", **variables)
    assert complaint in " ".join(str(told.value).replace("│", " ").split())
