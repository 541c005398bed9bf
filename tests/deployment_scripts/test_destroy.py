"""destroy.sh: who it asks for what, and what stays."""

import re

import pytest

from tests.deployment_scripts.stage import EMAIL, PROJECT, REGION, SCRIPTS, Stage, bucket

STATE = "\n".join(
    (
        "data.google_project.this",
        "google_bigquery_dataset.recoup",
        "google_firestore_database.engine",
        'google_project_service.api["run.googleapis.com"]',
        'google_pubsub_subscription.ingest["order"]',
        'google_pubsub_subscription.ingest["cart"]',
        "google_pubsub_topic.storefront_events",
        'google_secret_manager_secret.secret["voucher_key"]',
        'google_secret_manager_secret_iam_member.reader["voucher_key/send_stimulus"]',
        "",
    )
)


def prod(**more: object) -> dict[str, object]:
    return {
        "said": f"{PROJECT}\nyes\n",
        "answers": {"gcloud": bucket("prod"), "terraform": ((" state list", 0, STATE),)},
    } | more


def test_prod_goes_when_its_name_is_typed_but_its_data_stay(stage: Stage) -> None:
    """Each address that goes is named, without its keys; what is kept is in none of them."""
    run = stage.run("destroy.sh", PROJECT, REGION, "prod", *EMAIL, **prod())  # type: ignore[arg-type]
    assert run.status == 0, run.err
    (plan,) = run.terraform("plan")
    assert "-destroy" in plan.arguments
    assert [one for one in plan.arguments if one.startswith("-target")] == [
        "-target=google_pubsub_subscription.ingest",
        "-target=google_pubsub_topic.storefront_events",
        "-target=google_secret_manager_secret_iam_member.reader",
    ]
    (apply,) = run.terraform("apply")
    assert f"-out={apply.arguments[-1]}" in plan.arguments
    assert "secrets stay" in run.err


@pytest.mark.parametrize("typed", ["", "yes\n", f"{PROJECT}-dev\nyes\n", f"\n{PROJECT}\nyes\n"])
@pytest.mark.parametrize("arguments", [("prod",), ("prod", "--yes"), ()])
def test_prod_is_not_removed_without_its_name(stage: Stage, typed: str, arguments: tuple[str, ...]) -> None:
    """Whatever else is said beforehand, and even if prod isn't said."""
    run = stage.run("destroy.sh", PROJECT, REGION, *arguments, *EMAIL, **prod(said=typed))  # type: ignore[arg-type]
    assert run.status == 1
    assert "nothing was removed" in run.err
    assert run.called("terraform -chdir") == []


def test_prod_that_is_called_dev_is_refused(stage: Stage) -> None:
    run = stage.run("destroy.sh", PROJECT, REGION, "dev", "--yes", *EMAIL, **prod())  # type: ignore[arg-type]
    assert run.status == 1
    assert "was deployed as prod" in run.err
    assert run.called("terraform -chdir") == []


def test_a_state_that_says_nothing_is_taken_for_prod(stage: Stage) -> None:
    """The bucket's labels may have been edited away."""
    run = stage.run("destroy.sh", PROJECT, REGION, "--yes", *EMAIL, answers={"gcloud": bucket("", "")})
    assert run.status == 1
    assert "This is production" in run.err


def test_dev_goes_whole(stage: Stage) -> None:
    run = stage.run(
        "destroy.sh", PROJECT, REGION, "dev", *EMAIL, said="y\n", answers={"gcloud": bucket("dev")}
    )
    assert run.status == 0, run.err
    (plan,) = run.terraform("plan")
    assert [one for one in plan.arguments if one.startswith("-target")] == []
    assert len(run.terraform("apply")) == 1


def test_dev_is_not_removed_without_a_yes(stage: Stage) -> None:
    run = stage.run("destroy.sh", PROJECT, REGION, "dev", *EMAIL, answers={"gcloud": bucket("dev")})
    assert run.status == 1
    assert run.terraform("apply") == []


def test_nothing_is_there(stage: Stage) -> None:
    run = stage.run("destroy.sh", PROJECT, REGION, "--yes")
    assert run.status == 0
    assert "There is no engine" in run.err
    assert run.called("terraform -chdir") == []


def test_nothing_but_data_is_left(stage: Stage) -> None:
    """A second call on prod; without targets Terraform would take everything."""
    left = ((" state list", 0, "google_firestore_database.engine\n"),)
    how = prod(answers={"gcloud": bucket("prod"), "terraform": left})
    run = stage.run("destroy.sh", PROJECT, REGION, "prod", *EMAIL, **how)  # type: ignore[arg-type]
    assert run.status == 0
    assert "nothing left to remove" in run.err
    assert run.terraform("plan") == []


def test_it_stops_half_way(stage: Stage) -> None:
    answers = {"gcloud": bucket("dev"), "terraform": ((" apply ", 1, "Error: busy"),)}
    run = stage.run("destroy.sh", PROJECT, REGION, "--yes", *EMAIL, answers=answers)
    assert run.status == 1
    assert f"infra/cloud/destroy.sh {PROJECT} {REGION} --yes" in run.err


def test_what_terraform_protects_is_what_is_kept() -> None:
    """Otherwise prod's removal would end at the first resource that refuses to go."""
    kept = re.search(r"KEPT='(.+)'", (SCRIPTS / "destroy.sh").read_text())
    assert kept is not None
    protected, resources = set(), set()
    for path in SCRIPTS.glob("*.tf"):
        for block in re.split(r"(?m)^(?=resource )", path.read_text())[1:]:
            kind, name = re.findall(r'"([^"]+)"', block.partition("\n")[0])
            resources.add(kind)
            if re.search(
                r"(?m)^ *(deletion_protection|delete_protection_state|prevent_destroy) *= *(?!false)", block
            ):
                protected.add(f"{kind}.{name}")
            if re.search(r"(?m)^ *delete_contents_on_destroy", block):
                protected.add(f"{kind}.{name}")
    assert len(protected) >= 4
    assert [one for one in sorted(protected) if not re.match(kept[1], one)] == []
    known = {kind for kind in resources if re.match(kept[1], f"{kind}.x")}
    assert known >= {"google_project_service", "google_firestore_database", "google_secret_manager_secret"}
