"""rollback.sh: which revisions it chooses, and that one function's trouble doesn't keep the others back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.deployment_scripts.stage import PROJECT, REGION, Answers, Stage

DEPLOYED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def revision(service: str, number: int, before: timedelta, ready: str = "True") -> dict[str, Any]:
    """As `gcloud run revisions list --format=json` says it."""
    return {
        "metadata": {
            "name": f"{service}-{number:05}-abc",
            "creationTimestamp": (DEPLOYED - before).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "labels": {"serving.knative.dev/service": service},
        },
        "status": {"conditions": [{"type": "Ready", "status": ready}, {"type": "Active", "status": "False"}]},
    }


def service(name: str, *traffic: tuple[int, int]) -> dict[str, Any]:
    """As `gcloud run services list --format=json` says it; `traffic` = revisions and their percents."""
    parts = [{"revisionName": f"{name}-{number:05}-abc", "percent": percent} for number, percent in traffic]
    return {"metadata": {"name": name}, "status": {"traffic": parts}}


DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SERVICES = [
    service("send-stimulus", (3, 100)),
    service("price-offer", (7, 90), (6, 10)),
    service("storefront-api", (2, 100)),
    service("generate-offer", (1, 100)),
    service("somebody-elses", (2, 100)),
]
REVISIONS = [
    revision("send-stimulus", 3, timedelta()),
    revision("send-stimulus", 2, DAY, ready="False"),
    revision("send-stimulus", 1, 2 * DAY),
    revision("price-offer", 7, 5 * MINUTE),
    revision("price-offer", 6, DAY),
    revision("price-offer", 5, 3 * DAY),
    revision("storefront-api", 2, 10 * DAY),
    revision("storefront-api", 1, 11 * DAY),
    revision("generate-offer", 1, MINUTE),
    revision("somebody-elses", 2, timedelta()),
    revision("somebody-elses", 1, DAY),
]


def there(*more: tuple[str, int, str], services: object = SERVICES) -> dict[str, Answers]:
    listed = (
        ("^run services list", 0, json.dumps(services)),
        ("^run revisions list", 0, json.dumps(REVISIONS)),
    )
    return {"gcloud": (*more, *listed)}


def test_the_last_deployment_is_undone(stage: Stage) -> None:
    """Of what it changed: the newest ready one before it. The others stay, and so does what isn't ours."""
    run = stage.run("rollback.sh", PROJECT, REGION, said="yes\n", answers=there())
    assert run.status == 0, run.err
    assert run.out.splitlines() == [
        "price-offer price-offer-00007-abc price-offer-00006-abc",
        "send-stimulus send-stimulus-00003-abc send-stimulus-00001-abc",
    ]
    assert [call.text for call in run.called("gcloud run services update-traffic")] == [
        f"gcloud run services update-traffic {name} --to-revisions={target}=100"
        f" --project={PROJECT} --region={REGION} --quiet"
        for name, _, target in (line.split() for line in run.out.splitlines())
    ]
    assert "storefront-api stays at storefront-api-00002-abc" in run.err
    assert "generate-offer stays at generate-offer-00001-abc" in run.err


def test_exactly_this_revision(stage: Stage) -> None:
    run = stage.run("rollback.sh", PROJECT, REGION, "--to", "price-offer-00005-abc", "--yes", answers=there())
    assert run.out == "price-offer price-offer-00007-abc price-offer-00005-abc\n"
    assert len(run.called("gcloud run services update-traffic")) == 1


def test_only_this_function(stage: Stage) -> None:
    """Which the last deployment of all may not have changed: it counts alone then."""
    run = stage.run("rollback.sh", PROJECT, REGION, "--function", "storefront-api", "--yes", answers=there())
    assert run.out == "storefront-api storefront-api-00002-abc storefront-api-00001-abc\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "price-offer-00099-abc"), "there is no revision price-offer-00099-abc"),
        (("--to", "send-stimulus-00002-abc"), "is not ready"),
        (("--to", "somebody-elses-00001-abc"), "there is no revision somebody-elses"),
    ],
)
def test_a_revision_that_will_not_do(stage: Stage, arguments: tuple[str, ...], said: str) -> None:
    run = stage.run("rollback.sh", PROJECT, REGION, *arguments, "--yes", answers=there())
    assert run.status == 1
    assert said in run.err
    assert run.called("gcloud run services update-traffic") == []


def test_without_a_yes_nothing_changes(stage: Stage) -> None:
    run = stage.run("rollback.sh", PROJECT, REGION, answers=there())
    assert run.status == 1
    assert "price-offer: from price-offer-00007-abc to price-offer-00006-abc" in run.err
    assert run.called("gcloud run services update-traffic") == []


def test_one_function_refuses(stage: Stage) -> None:
    """The others go back all the same, and the sentence says how to try again with it alone."""
    refused = ("update-traffic price-offer", 1, "forbidden")
    run = stage.run("rollback.sh", PROJECT, REGION, "--yes", answers=there(refused))
    assert run.status == 1
    assert run.out == "send-stimulus send-stimulus-00003-abc send-stimulus-00001-abc\n"
    assert f"infra/cloud/rollback.sh {PROJECT} {REGION} --function price-offer" in run.err


def test_again_after_half_of_it(stage: Stage) -> None:
    """Nobody is set back twice."""
    half = [service("send-stimulus", (1, 100)), service("price-offer", (7, 100))]
    run = stage.run("rollback.sh", PROJECT, REGION, "--yes", answers=there(services=half))
    assert run.out == "price-offer price-offer-00007-abc price-offer-00006-abc\n"


def test_nothing_earlier(stage: Stage) -> None:
    first = [service("generate-offer", (1, 100))]
    run = stage.run("rollback.sh", PROJECT, REGION, "--yes", answers=there(services=first))
    assert run.status == 0
    assert "nothing to go back to" in run.err


@pytest.mark.parametrize("services", [[], [service("somebody-elses", (2, 100))]])
def test_no_engine(stage: Stage, services: object) -> None:
    run = stage.run("rollback.sh", PROJECT, REGION, "--yes", answers=there(services=services))
    assert run.status == 1
    assert "check project and region" in run.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (PROJECT,),
        (PROJECT, REGION, "--to"),
        (PROJECT, REGION, "--function", "admin"),
        (PROJECT, REGION, "--plan"),
    ],
)
def test_a_call_that_it_does_not_know(stage: Stage, arguments: tuple[str, ...]) -> None:
    run = stage.run("rollback.sh", *arguments)
    assert run.status == 2
    assert run.calls == []


def test_lists_may_be_refused(stage: Stage) -> None:
    run = stage.run("rollback.sh", PROJECT, REGION, answers={"gcloud": (("^run revisions", 1, "no"),)})
    assert run.status == 1
    assert "roles/run.admin" in run.err
