"""The layout: who may import whom, what the domain may know, and how long a file may be."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, imports, name, sources

IMPURE = {
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
    "uuid",
}
LONGEST_FILE_LINES = 400


def test_the_import_rule_holds() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", sources("common/domain"), ids=name)
def test_the_domain_is_pure(path: Path) -> None:
    """Standard library and itself only, and of the library nothing that reads the world."""
    for imported in imports(path):
        root = imported.partition(".")[0]
        own = imported.startswith("common.domain")
        assert own or (root in sys.stdlib_module_names and root not in IMPURE), f"imports {imported}"


@pytest.mark.parametrize("path", sources("common", "functions"), ids=name)
def test_nothing_prints(path: Path) -> None:
    """A deployed function speaks through its structured log."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    assert not [func.lineno for func in calls if isinstance(func, ast.Name) and func.id == "print"]


def test_no_file_is_too_long_to_read() -> None:
    paths = [ROOT / "main.py", *sources("common", "functions", "infra")]
    lengths = {name(path): len(path.read_text().splitlines()) for path in paths}
    assert not {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE_LINES}


def test_every_runtime_requirement_is_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert not [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+(\[[a-z,]+\])?==[0-9][0-9A-Za-z.]*", pin)]
