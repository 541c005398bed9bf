"""The scripts as their tools read them: shellcheck's judgement, and the real gcloud's own argument parser."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import main
from common.application.priorities import Priority
from infra.cloud import permissions
from tests.deployment_scripts.stage import EMAIL, PROJECT, REGION, ROOT, SCRIPTS, Answers, Run, Stage, bucket
from tests.deployment_scripts.test_rollback import there

SHELL = sorted(SCRIPTS.glob("*.sh"))
# Reads lists of arguments, and says which of them gcloud's parser, or the parsers of its two little languages, refuse.
PARSE = """
import contextlib, io, json, sys
from googlecloudsdk import gcloud_main
from googlecloudsdk.core.resource import resource_filter, resource_printer

cli = gcloud_main.CreateCLI([])
refused = []
for arguments in json.load(sys.stdin):
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            parsed = cli._CLI__parser.parse_args(arguments)
            if filter := getattr(parsed, "filter", None):
                resource_filter.Compile(filter)
            if format := getattr(parsed, "format", None):
                resource_printer.Printer(format, out=io.StringIO())
    except (Exception, SystemExit) as problem:
        refused.append([arguments, repr(problem) + said.getvalue()])
json.dump(refused, sys.stdout)
"""


ADVICE = [
    "auth login",
    "auth application-default login",
    "projects list",
    "projects create a-project",
    "projects undelete a-project",
    "projects delete a-project",
    "billing accounts list",
    "billing projects link a-project --billing-account=ACCOUNT",
    "run revisions list --project=a-project --region=europe-west1",
    "run services logs read ingest-event-cart --project=a-project --region=europe-west1 --limit=50",
]
"""What nobody calls, but the scripts and the smoke test tell a person to type."""


def sdk() -> Path:
    """Where gcloud lives, whose parser is asked."""
    if not shutil.which("gcloud"):
        if os.environ.get("REQUIRE_EMULATORS") == "1":
            pytest.fail("REQUIRE_EMULATORS=1, but gcloud is not on PATH")
        pytest.skip("gcloud is not on PATH, so nobody says whether it takes the scripts' commands")
    asked = ["gcloud", "info", "--format=value(installation.sdk_root,basic.python_location)"]
    root, python = (
        subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().split("\t")
    )
    os.environ["TEST_GCLOUD_PYTHON"] = python
    return Path(root)


def refused(commands: list[list[str]]) -> list[list[Any]]:
    """Those that the real gcloud's parser refuses, with what it says. Nothing is executed."""
    library = sdk() / "lib"
    done = subprocess.run(
        [os.environ["TEST_GCLOUD_PYTHON"], "-S", "-c", PARSE],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{library}{os.pathsep}{library / 'third_party'}"},
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[Any]] = json.loads(done.stdout)
    return found


def runs(stage: Stage) -> list[Run]:
    """The scripts' ways through, so that each of their gcloud commands is called at least once."""
    reply: dict[str, Answers] = {"gcloud": bucket("dev")}
    return [
        stage.deploy("dev", *EMAIL, "--yes"),
        stage.deploy("dev", *EMAIL, "--plan", answers=reply),
        stage.run("destroy.sh", PROJECT, REGION, *EMAIL, "--yes", answers=reply),
        stage.run("rollback.sh", PROJECT, REGION, "--yes", answers=there()),
    ]


def written() -> set[str]:
    """How each gcloud command in the scripts begins, those of the advice included."""
    found = set()
    for path in SHELL:
        code = "".join(line for line in path.open() if not line.lstrip().startswith("#"))
        found |= {words.strip() for words in re.findall(r"\bgcloud((?: [a-z][a-z-]+)+)", code)}
    return found


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(path: Path) -> None:
    command = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run(
        [command, "--external-sources", "--source-path", ROOT, "--enable=avoid-nullary-conditions", path],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_gcloud_takes_every_command_that_the_scripts_call(stage: Stage) -> None:
    """With exactly the arguments that they give; and no command in them is called by no test."""
    called = [call.arguments for run in runs(stage) for call in run.calls if call.tool == "gcloud"]
    once = [list(one) for one in dict.fromkeys(map(tuple, called))]
    assert len(once) > 12
    assert refused(once) == []
    known = [" ".join(one) for one in once] + ADVICE
    assert {one for one in written() if not any(line.startswith(one) for line in known)} == set()


def test_gcloud_takes_what_the_scripts_advise() -> None:
    """Commands that a person is told to type."""
    assert refused([line.split() for line in ADVICE]) == []


def test_the_parser_does_refuse() -> None:
    """Otherwise the tests above would say nothing."""
    wrong = [
        ["run", "services", "renew"],
        ["secrets", "versions", "add", "a", "--contents=b"],
        ["auth", "list", "--filter=((("],
        ["storage", "buckets", "create", "gs://a", "--location"],
    ]
    assert [arguments for arguments, _ in refused(wrong)] == wrong


def test_the_services_are_those_that_are_deployed() -> None:
    """One for each entry point; of ingest_event one for each priority."""
    names = {name.replace("_", "-") for name in main.ENTRY_POINTS} - {"ingest-event"}
    expected = names | {f"ingest-event-{priority}" for priority in Priority}
    listed = re.search(r"FUNCTIONS=\(([^)]*)\)", (SCRIPTS / "common.sh").read_text())
    assert listed is not None
    assert set(listed[1].split()) == expected
    terraform = (SCRIPTS / "functions.tf").read_text()
    assert set(re.findall(r'(?m)^ +"([a-z-]+)" += \{ entry_point', terraform)) == expected


def test_scripts_and_terraform_agree() -> None:
    """The version that is asked for, the keys that are made, and the variables that are given."""
    common = (SCRIPTS / "common.sh").read_text()
    terraform = "\n".join(path.read_text() for path in sorted(SCRIPTS.glob("*.tf")))
    least = re.search(r"TERRAFORM_AT_LEAST=([0-9.]+)", common)
    required = re.search(r'required_version = ">= ([0-9.]+)', terraform)
    assert least is not None
    assert required is not None
    assert least[1].startswith(required[1])
    keys = re.search(r"KEYS=\(([^)]*)\)", common)
    versions = re.search(r"secret_versions = merge\(\{([^}]*)\}", terraform)
    assert keys is not None
    assert versions is not None
    assert set(keys[1].split()) == set(re.findall(r"(\w+) = 1", versions[1]))
    given = set(re.findall(r'-var="(\w+)=', common))
    assert given == {"project", "region", "environment", "archive", "archive_sha256", "alert_email"}
    assert given <= set(re.findall(r'(?m)^variable "(\w+)"', terraform))
    # Nothing else is asked for without a default, as nobody is there to answer.
    asked = {
        name
        for name, block in re.findall(r'(?ms)^variable "(\w+)" \{(.*?)^\}', terraform)
        if not re.search(r"(?m)^  default ", block)
    }
    assert asked == given
    outputs = set(re.findall(r'(?m)^output "(\w+)"', terraform))
    assert "storefront_url" in outputs


def test_roles_that_are_asked_for_name_their_permissions_once() -> None:
    """One call takes at most a hundred."""
    asked = [one for needed in permissions.ROLES.values() for one in needed]
    assert len(asked) == len(set(asked)) <= 100
    assert all(re.fullmatch(r"[a-z]+\.[A-Za-z]+\.[A-Za-z]+", one) for one in asked)
