"""Each gcloud command in the documents is accepted by gcloud's own parser. Nobody is logged in: none is carried out."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.test_docs_commands import Command, _written

COMMANDS = [one for one in _written("gcloud") if not one.mentioned or "--project=my-shop-recoup" in one.words]
"""A mention within a sentence names a command; one with a project is meant to be typed."""
WRONG_USAGE = 2


def _gcloud(words: tuple[str, ...], home: Path) -> subprocess.CompletedProcess[str]:
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        if os.environ.get("REQUIRE_EMULATORS") == "1":
            pytest.fail("gcloud is not on PATH")
        pytest.skip("gcloud is not on PATH")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDSDK_AUTH")}
    environment |= {
        "CLOUDSDK_CONFIG": str(home),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
    }
    return subprocess.run(
        [gcloud, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: f"{one.document}: gcloud {' '.join(one.words)}")
def test_gcloud_takes_it(command: Command, tmp_path: Path) -> None:
    run = _gcloud(command.words, tmp_path)
    assert run.returncode != WRONG_USAGE, run.stderr
    assert "active account" in run.stderr, f"it did more than read its arguments: {run.stderr}"


def test_a_wrong_option_is_found(tmp_path: Path) -> None:
    assert _gcloud(("firestore", "backups", "list", "--nope"), tmp_path).returncode == WRONG_USAGE


def test_there_are_commands_to_try() -> None:
    assert len(COMMANDS) >= 12
