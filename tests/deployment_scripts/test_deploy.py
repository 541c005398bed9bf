"""deploy.sh: what it refuses to begin with, what --plan leaves alone, and that it can be run again."""

import json

import pytest

from tests.deployment_scripts.stage import BUCKET, EMAIL, PROJECT, REGION, SCRIPTS, Answers, Stage, bucket

CHANGES = (
    "gcloud services enable",
    "gcloud storage buckets create",
    "gcloud storage buckets update",
    "gcloud secrets versions add",
    "gcloud run services update-traffic",
)


def answered(tool: str, pattern: str, status: int, output: str = "") -> dict[str, Answers]:
    return {tool: ((pattern, status, output),)}


def test_an_empty_project_becomes_a_working_engine(stage: Stage) -> None:
    """Everything in its order, the addresses on standard output and nothing else there."""
    run = stage.deploy("prod", *EMAIL, said="yes\n")
    assert run.status == 0, run.err
    order = [
        "gcloud auth list",
        "gcloud projects describe",
        "gcloud billing projects describe",
        "gcloud services enable",
        "python -m infra.cloud.permissions",
        "gcloud storage buckets list",
        "python -m infra.cloud.archive",
        "gcloud storage buckets create",
        "gcloud storage buckets update",
        f"terraform -chdir={SCRIPTS} init",
        f"terraform -chdir={SCRIPTS} plan",
        f"terraform -chdir={SCRIPTS} apply",
        "gcloud secrets versions add voucher_key",
        "python -m infra.cloud.policies",
        "python -m infra.cloud.smoke",
        f"terraform -chdir={SCRIPTS} output -json",
        "python -m infra.cloud.addresses",
    ]
    places = [
        next((n for n, call in enumerate(run.calls) if call.text.startswith(one)), one) for one in order
    ]
    assert all(isinstance(place, int) for place in places), places
    assert places == sorted(places)
    assert "Plan: 1 to add" in run.err
    assert run.out == ""  # the addresses' printer pretends here


def test_what_terraform_is_told(stage: Stage) -> None:
    """The state's place, the variable files in their order, and the archive by its hash; applied is what was shown."""
    own = stage.folder / "shop.tfvars"
    own.write_text('alert_email = "ops@bielik.example"\n')
    run = stage.deploy("prod", "--vars", str(own), "--yes")
    (init,), (plan,), (apply,) = run.terraform("init"), run.terraform("plan"), run.terraform("apply")
    assert f"-backend-config=bucket={BUCKET}" in init.arguments
    assert "-backend-config=prefix=recoup" in init.arguments
    variables = [one for one in plan.arguments if one.startswith("-var")]
    assert variables == [
        f"-var-file={SCRIPTS}/prod.tfvars",
        f"-var-file={own}",
        f"-var=project={PROJECT}",
        f"-var=region={REGION}",
        "-var=environment=prod",
        "-var=archive=/tmp/recoup-0123456789ab.zip",
        f"-var=archive_sha256={'0123456789ab' * 5}0123",
    ]
    assert f"-out={apply.arguments[-1]}" in plan.arguments


@pytest.mark.parametrize("deployed_before", [False, True])
def test_a_plan_changes_nothing(stage: Stage, deployed_before: bool) -> None:
    """Not the project, not the bucket of the state, not even its lock; nor this folder."""
    before = sorted(path.name for path in SCRIPTS.iterdir())
    answers = {"gcloud": bucket("prod")} if deployed_before else {}
    run = stage.deploy("prod", *EMAIL, "--plan", answers=answers)
    assert run.status == 0, run.err
    assert [call.text for call in run.calls if call.text.startswith(CHANGES)] == []
    assert run.terraform("apply") == []
    (plan,) = run.terraform("plan")
    assert "-lock=false" in plan.arguments
    assert {f"-chdir={SCRIPTS}" in call.arguments for call in run.terraform("init")} == {deployed_before}
    for call in run.called("python -m infra.cloud.policies"):
        assert "--dry-run" in call.arguments
    assert run.called("python -m infra.cloud.smoke") == []
    assert "Plan: 1 to add" in run.err
    assert sorted(path.name for path in SCRIPTS.iterdir()) == before


def test_a_plan_leaves_no_plan_behind(stage: Stage) -> None:
    """It names secrets, so it goes with the script, whatever the end."""
    for arguments in (("--plan",), ("--yes",), ()):
        stage.deploy(*EMAIL, *arguments)
    assert [path for path in stage.folder.iterdir() if path.name.startswith("tmp.")] == []


@pytest.mark.parametrize("tool", ["gcloud", "terraform", "python"])
def test_a_tool_is_missing(stage: Stage, tool: str) -> None:
    stage.missing = {tool}
    run = stage.deploy(*EMAIL)
    assert run.status == 1
    assert tool in run.err
    assert "nstall" in run.err or "make setup" in run.err
    assert [call for call in run.calls if call.arguments[:1] != ["version"]] == []


PROBLEMS = {
    "terraform is too old": (
        answered("terraform", "^version", 0, json.dumps({"terraform_version": "1.8.9"})),
        ("1.8.9 is too old", "1.9"),
    ),
    "nobody is logged in": (answered("gcloud", "^auth list", 0), ("gcloud auth login",)),
    "terraform has no credentials": (
        answered("gcloud", "^auth application-default", 1, "no credentials"),
        ("gcloud auth application-default login",),
    ),
    "no such project": (
        answered("gcloud", "^projects describe", 1, "not found"),
        ("does not exist", "gcloud projects list"),
    ),
    "a project that is being deleted": (
        answered("gcloud", "^projects describe", 0, "DELETE_REQUESTED\n"),
        ("gcloud projects undelete",),
    ),
    "no billing": (
        answered("gcloud", "^billing", 0, "False\n"),
        ("no billing account", "gcloud billing projects link"),
    ),
    "permissions are lacking": (
        answered("python", "permissions", 1, "You lack pubsub.topics.create"),
        ("You lack pubsub.topics.create", "Nothing was changed"),
    ),
    "permissions can't be seen": (
        answered("python", "permissions", 2, ""),
        ("Nothing was deployed", f"infra/cloud/deploy.sh {PROJECT}"),
    ),
    "buckets can't be seen": (
        answered("gcloud", "^storage buckets list", 1, "forbidden"),
        ("roles/storage.admin",),
    ),
    "the archive can't be built": (
        answered("python", "archive", 1, "a symbolic link"),
        ("a symbolic link", "archive can't be built"),
    ),
    "the bucket's name is taken": (
        answered("gcloud", "^storage buckets create", 1, "taken"),
        (BUCKET, "another id"),
    ),
    "terraform can't plan": (answered("terraform", " plan ", 1, "Error: no"), ("nothing was changed",)),
}


@pytest.mark.parametrize(("answers", "said"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_it_stops_before_anything_is_applied(
    stage: Stage, answers: dict[str, Answers], said: tuple[str, ...]
) -> None:
    """And says what to do."""
    run = stage.deploy(*EMAIL, "--yes", answers=answers)
    assert run.status == 1
    assert [words for words in said if words not in run.err] == []
    assert run.terraform("apply") == []
    assert run.out == ""


def test_billing_that_may_not_be_seen_is_no_reason_to_stop(stage: Stage) -> None:
    run = stage.deploy(*EMAIL, "--yes", answers=answered("gcloud", "^billing", 1, "forbidden"))
    assert run.status == 0, run.err
    assert "can't be seen" in run.err


@pytest.mark.parametrize("status", [1, 2])
def test_who_may_only_look_may_plan(stage: Stage, status: int) -> None:
    run = stage.deploy(*EMAIL, "--plan", answers=answered("python", "permissions", status, "You lack much"))
    assert (run.status, "You lack much" in run.err + run.out) == (0, True)


@pytest.mark.parametrize("said", ["", "\n", "no\n", "yess\n"])
def test_without_a_yes_nothing_is_applied(stage: Stage, said: str) -> None:
    run = stage.deploy(*EMAIL, said=said)
    assert run.status == 1
    assert "you did not say yes" in run.err
    assert run.terraform("apply") == []
    assert run.called("python -m infra.cloud.policies") == []


def test_apply_fails_and_the_next_run_goes_on(stage: Stage) -> None:
    """The first says how to go on; the second finds the bucket and leaves keys alone that exist."""
    failed = stage.deploy(
        "prod", *EMAIL, "--yes", answers=answered("terraform", " apply ", 1, "Error: API off")
    )
    assert failed.status == 1
    assert "nothing is lost" in failed.err
    assert f"infra/cloud/deploy.sh {PROJECT} {REGION} prod" in failed.err
    assert failed.called("gcloud secrets versions add") == []
    has_key = (r"^secrets versions list voucher_key", 0, "1\n")
    again = stage.deploy(*EMAIL, "--yes", answers={"gcloud": (*bucket("prod"), has_key)})
    assert again.status == 0, again.err
    assert again.called("gcloud storage buckets create") == []
    assert again.called("gcloud storage buckets update") != []
    added = [call.arguments[3] for call in again.called("gcloud secrets versions add")]
    assert added == ["suppression_key", "token_key"]


def test_keys_are_long_random_and_never_shown(stage: Stage) -> None:
    run = stage.deploy(*EMAIL, "--yes")
    keys = [str(call.input) for call in run.called("gcloud secrets versions add")]
    assert len(set(keys)) == len(keys) == 3
    for key in keys:
        assert len(key) == 44
        assert key not in run.err + run.out


def test_with_nothing_to_change_the_rest_is_done_all_the_same(stage: Stage) -> None:
    """A run that ended between apply and the policy documents is completed."""
    run = stage.deploy(*EMAIL, answers={"terraform": ((" plan ", 0, ""),), "gcloud": bucket("dev")})
    assert run.status == 0, run.err
    assert run.terraform("apply") == []
    assert run.called("python -m infra.cloud.policies") != []
    assert run.called("python -m infra.cloud.smoke") != []


def test_the_canary_did_not_come_through(stage: Stage) -> None:
    run = stage.deploy(*EMAIL, "--yes", answers=answered("python", "smoke", 1, "Error: ingest-event-cart"))
    assert run.status == 1
    assert "rollback.sh" in run.err


def test_a_project_keeps_its_environment_and_region(stage: Stage) -> None:
    """Nobody turns production into a test by leaving out a word, or moves it."""
    for arguments, deployed, words in (
        (("dev",), bucket("prod"), "was deployed as prod"),
        ((), bucket("prod", "us-east1"), "is in us-east1"),
    ):
        run = stage.deploy(*arguments, *EMAIL, "--yes", answers={"gcloud": deployed})
        assert run.status == 1
        assert words in run.err
        assert run.terraform("apply") == []
    run = stage.deploy(*EMAIL, "--yes", answers={"gcloud": bucket("prod")})
    assert "-var=environment=prod" in run.terraform("plan")[0].arguments


def test_somebody_must_be_told(stage: Stage) -> None:
    run = stage.deploy("--yes")
    assert run.status == 1
    assert "--alert-email" in run.err
    assert run.terraform("init") == []
