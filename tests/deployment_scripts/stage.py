"""A machine with pretended tools on PATH, and the answers of a project where everything is well."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "infra" / "cloud"
PROJECT, REGION = "bielik-recoup", "europe-west1"
BUCKET = f"{PROJECT}-recoup-state"
EMAIL = ("--alert-email", "ops@bielik.example")
Answers = Sequence[tuple[str, int, str]]

_VERSION = json.dumps({"terraform_version": "1.11.4", "platform": "linux_amd64"})
_OUTPUTS = {
    "function_urls": {"sensitive": False, "value": {"storefront-api": "https://storefront-api.example"}},
    "topics": {"sensitive": False, "value": {"storefront_events": "projects/p/topics/storefront-events"}},
}
_WELL: dict[str, Answers] = {
    "gcloud": (
        (r"^auth list", 0, "ola@bielik.example\n"),
        (r"^auth application-default", 0, "a token\n"),
        (r"^projects describe", 0, "ACTIVE\n"),
        (r"^billing projects", 0, "True\n"),
        (r"^storage buckets list", 0, ""),
        (r"^secrets versions list", 0, ""),
    ),
    "terraform": (
        (r"^version", 0, _VERSION),
        (r" plan ", 2, "Plan: 1 to add, 0 to change, 0 to destroy.\n"),
        (r" output -raw storefront_url", 0, "https://storefront-api.example"),
        (r" output -json", 0, json.dumps(_OUTPUTS)),
        (r" state list", 0, "google_storage_bucket.exports\ngoogle_pubsub_topic.storefront_events\n"),
    ),
    "python": ((r"infra\.cloud\.archive", 0, f"/tmp/recoup-0123456789ab.zip {'0123456789ab' * 5}0123\n"),),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool."""

    tool: str
    arguments: list[str]
    input: str | None = None

    @property
    def text(self) -> str:
        return " ".join([self.tool, *self.arguments])


@dataclass(frozen=True, slots=True)
class Run:
    """What a script did."""

    status: int
    out: str
    err: str
    calls: list[Call]

    def called(self, beginning: str) -> list[Call]:
        """The calls that begin like this."""
        return [call for call in self.calls if call.text.startswith(beginning)]

    def terraform(self, command: str) -> list[Call]:
        """The calls of one of terraform's commands."""
        return [call for call in self.calls if call.tool == "terraform" and command in call.arguments[:2]]


@dataclass(slots=True)
class Stage:
    """Where scripts are run; each run starts a new list of calls."""

    folder: Path
    missing: set[str] = field(default_factory=set)
    """Tools that are not on PATH."""
    real: dict[str, Path] = field(default_factory=dict)
    """Tools that don't pretend."""
    settings: dict[str, str] = field(default_factory=dict)
    """More of the environment."""

    def run(
        self, script: str, *arguments: str, said: str = "", answers: dict[str, Answers] | None = None
    ) -> Run:
        """Run a script; `answers` come before those of a project that is well."""
        self._put_tools()
        answers = answers or {}
        told = {tool: [*answers.get(tool, ()), *_WELL.get(tool, ())] for tool in _WELL}
        (self.folder / "answers").write_text(json.dumps(told))
        calls = self.folder / "calls"
        calls.write_text("")
        done = subprocess.run(
            [SCRIPTS / script, *arguments],
            env=self._environment(),
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
        )
        made = [Call(**_call(line)) for line in calls.read_text().splitlines()]
        return Run(done.returncode, done.stdout, done.stderr, made)

    def deploy(self, *arguments: str, **how: Any) -> Run:
        """deploy.sh for the project."""
        return self.run("deploy.sh", PROJECT, REGION, *arguments, **how)

    def _put_tools(self) -> None:
        tools = self.folder / "bin"
        tools.mkdir(exist_ok=True)
        for tool in _WELL:
            path = tools / tool
            path.unlink(missing_ok=True)
            if tool in self.real:
                path.symlink_to(self.real[tool])
            elif tool not in self.missing:
                path.write_text(
                    f'#!/bin/sh\nexec "{sys.executable}" -I -S "{self.folder}/{tool}.d/{tool}" "$@"\n'
                )
                path.chmod(0o755)
            pretended = self.folder / f"{tool}.d" / tool
            pretended.parent.mkdir(exist_ok=True)
            pretended.unlink(missing_ok=True)
            pretended.symlink_to(Path(__file__).with_name("pretender.py"))

    def _environment(self) -> dict[str, str]:
        return self.settings | {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{self._others()}",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "RECOUP_PYTHON": str(self.folder / "bin" / "python"),
            "PRETEND_FOLDER": str(self.folder),
        }

    def _others(self) -> str:
        """The machine's ordinary tools, without the real ones of those that are pretended."""
        others = self.folder / "others"
        if not others.exists():
            others.mkdir()
            for folder in ("/usr/bin", "/bin"):
                for path in Path(folder).iterdir():
                    if path.name not in _WELL and not (others / path.name).is_symlink():
                        (others / path.name).symlink_to(path)
        return str(others)


def _call(line: str) -> dict[str, Any]:
    call: dict[str, Any] = json.loads(line)
    return call


def bucket(environment: str, region: str = REGION) -> Answers:
    """gcloud's answer when the project was deployed before."""
    return ((r"^storage buckets list", 0, f"{BUCKET},{environment},{region}\n"),)
