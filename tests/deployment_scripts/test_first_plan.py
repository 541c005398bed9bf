"""The plan of a project that has no state yet, which is made of a copy of this folder."""

import os
import shutil
from pathlib import Path

import pytest

from tests.deployment_scripts.stage import EMAIL, SCRIPTS, Stage


def test_the_plan_of_an_empty_project_is_made_of_a_copy(stage: Stage) -> None:
    """With everything that Terraform may look at, and another place for the state."""
    run = stage.deploy(*EMAIL, "--plan")
    folders = {call.arguments[0].removeprefix("-chdir=") for call in run.terraform("init")}
    assert {Path(folder).parts[-2:] for folder in folders} == {("infra", "cloud")}
    assert str(SCRIPTS) not in folders


def test_terraform_itself_keeps_the_state_of_a_first_plan_nearby(stage: Stage) -> None:
    """The real one takes the copy, reads its variables, and wants no bucket. Its provider is not fetched here."""
    terraform = shutil.which("terraform")
    if terraform is None:
        if os.environ.get("REQUIRE_TERRAFORM") == "1":
            pytest.fail("REQUIRE_TERRAFORM=1, but terraform is not on PATH")
        pytest.skip("terraform is not on PATH")
    nothing = stage.folder / "no-plugins"
    nothing.mkdir()
    stage.real = {"terraform": Path(terraform)}
    stage.settings = {"TF_CLI_ARGS_init": f"-plugin-dir={nothing} -no-color"}
    run = stage.deploy(*EMAIL, "--plan")
    assert 'Successfully configured the backend "local"' in run.err
    assert run.status == 1
    assert "Terraform can't be prepared" in run.err
