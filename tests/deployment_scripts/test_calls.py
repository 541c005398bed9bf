"""How the scripts are called: what each says of itself, and what it doesn't know."""

import os

import pytest

from tests.deployment_scripts.stage import PROJECT, REGION, SCRIPTS, Stage


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("Bielik", REGION),
        (PROJECT,),
        (PROJECT, "europe"),
        (PROJECT, REGION, "staging"),
        (PROJECT, REGION, "dev", "more"),
        (PROJECT, REGION, "--force"),
        (PROJECT, REGION, "--vars"),
    ],
)
def test_a_call_that_it_does_not_know(stage: Stage, arguments: tuple[str, ...]) -> None:
    run = stage.run("deploy.sh", *arguments)
    assert run.status == 2
    assert "--help" in run.err
    assert run.calls == []


@pytest.mark.parametrize(
    "script", sorted(path.name for path in SCRIPTS.glob("*.sh") if os.access(path, os.X_OK))
)
def test_help(stage: Stage, script: str) -> None:
    """On standard output, with an example, from whichever folder, and nothing is called."""
    run = stage.run(script, PROJECT, "--help")
    assert run.status == 0
    assert f"Example: infra/cloud/{script}" in run.out
    assert run.err == ""
    assert run.calls == []


def test_every_script_can_be_run() -> None:
    """And fails where a command fails."""
    for path in SCRIPTS.glob("*.sh"):
        text = path.read_text()
        if path.name == "common.sh":
            continue
        assert os.access(path, os.X_OK), path.name
        assert text.startswith("#!/usr/bin/env bash\n")
        assert "\nset -euo pipefail\n" in text
