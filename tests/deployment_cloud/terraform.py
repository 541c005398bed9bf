"""Terraform, run on a copy of a configuration with the stand-in for Google's provider."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deployment_cloud.provider_schema import GoogleProvider
from tests.deployment_cloud.stand_in import StandIn

ROOT = Path(__file__).resolve().parents[2]
CLOUD = ROOT / "infra" / "cloud"
_TYPE = re.compile(r'^(?:resource|data)\s+"(\w+)"', re.MULTILINE)
_TIMEOUT_SECONDS = 240


class Failed(AssertionError):
    """Terraform says no; its words are the message."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a plan."""

    address: str
    type: str
    name: str
    index: str | int | None
    values: Mapping[str, Any]
    """As far as they are known before anything is made."""


class Plan:
    """What Terraform would make of nothing."""

    def __init__(self, shown: Mapping[str, Any]) -> None:
        values = shown["planned_values"]
        self.outputs = {name: one.get("value") for name, one in values.get("outputs", {}).items()}
        self._all = [
            Resource(one["address"], one["type"], one["name"], one.get("index"), one["values"])
            for one in values["root_module"].get("resources", [])
            if one["mode"] == "managed"
        ]

    def all(self, type: str, name: str | None = None) -> list[Resource]:
        """The resources of a type, and of that name in the configuration."""
        return [one for one in self._all if one.type == type and name in (None, one.name)]

    def one(self, type: str, name: str | None = None) -> Resource:
        """The only one."""
        (found,) = self.all(type, name)
        return found

    @property
    def types(self) -> set[str]:
        """All types."""
        return {one.type for one in self._all}


class Configuration:
    """A root module in a folder of its own, where its state may be."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = environment

    def validate(self) -> None:
        """Raises Failed."""
        self._run("init", "-backend=false")
        self._run("validate", "-no-color")

    def plan(self, *files: str, **variables: object) -> Plan:
        """Raises Failed."""
        self._run("init")
        stated = [f"-var={name}={_literal(value)}" for name, value in variables.items()]
        self._run("plan", "-out=plan", *(f"-var-file={file}" for file in files), *stated)
        return Plan(json.loads(self._run("show", "-json", "plan")))

    def _run(self, command: str, *arguments: str) -> str:
        quiet = ["-input=false", "-no-color"] if command in ("init", "plan") else []
        done = subprocess.run(
            ["terraform", command, *quiet, *arguments],
            cwd=self.folder,
            env={**_clean(), **self._environment},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode:
            raise Failed(f"terraform {command}:\n{done.stdout}{done.stderr}")
        return done.stdout


@contextmanager
def configuration(source: Path, folder: Path, provider: GoogleProvider) -> Iterator[Configuration]:
    """A copy of `source` in `folder`, with its state beside it instead of in a bucket."""
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform*"))
    if (folder / "main.tf").exists():
        (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    types = {type for file in folder.glob("*.tf") for type in _TYPE.findall(file.read_text())}
    with StandIn(provider, types).serving() as attached:
        yield Configuration(folder, attached)


def _clean() -> dict[str, str]:
    """Without what this machine's user has set up for Terraform, and without a question to its makers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "no_proxy"))}
    return {**kept, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1"}


def _literal(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
