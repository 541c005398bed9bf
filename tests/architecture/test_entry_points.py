"""The deployed functions: one table, thin entry points, and an import that does nothing."""

import json

import pytest
from functions_framework import create_app

import main
from tests.architecture.tree import FUNCTIONS, ROOT, python

# Runs before the import: whatever the import touches of the world is written down with the line that did it.
TRAPS = """
import os, socket, threading, traceback
import grpc
touched = []

def touch(what):
    # Vendors may look at the world while they load; a frame of ours on top is what the rule forbids.
    for frame in reversed(traceback.extract_stack()[:-2]):
        if "importlib" in frame.filename:
            continue
        if frame.filename.startswith(os.getcwd() + "/") and "site-packages" not in frame.filename:
            touched.append(f"{what} at {frame.filename}:{frame.lineno}")
        return

def trap(owner, name, what, always=False):
    real = getattr(owner, name)
    def trapped(*args, **kwargs):
        touched.append(what) if always else touch(what)
        return real(*args, **kwargs)
    setattr(owner, name, trapped)

trap(type(os.environ), "__getitem__", "environment read")
trap(type(os.environ), "get", "environment read")
trap(type(os.environ), "__contains__", "environment read")
trap(os, "getenv", "environment read")
trap(threading.Thread, "start", "thread started", always=True)
trap(socket.socket, "connect", "connection opened", always=True)
trap(grpc, "secure_channel", "client built", always=True)
trap(grpc, "insecure_channel", "client built", always=True)
"""

# What our own code asks for. sys.modules would not tell: the framework's Flask has loaded jinja2 already.
ASKED = """
import builtins
asked, real = set(), builtins.__import__

def spy(name, globals=None, *rest):
    if (globals or {}).get("__name__", "").partition(".")[0] in ("common", "functions"):
        asked.add(name.partition(".")[0])
    return real(name, globals, *rest)

builtins.__import__ = spy
"""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_table_names_every_function(function: str) -> None:
    assert main.ENTRY_POINTS.get(function) == f"functions.{function}.main"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_entry_point_is_served_by_the_framework(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The framework writes these; naming them here has them put back.
    for variable in ("FUNCTION_TARGET", "FUNCTION_SIGNATURE_TYPE"):
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    assert create_app(target=function, source=str(ROOT / "main.py"))


def test_an_unknown_entry_point_is_an_attribute_error() -> None:
    assert not hasattr(main, "no_such_function")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_entry_point_is_thin(function: str) -> None:
    lines = (ROOT / "functions" / function / "main.py").read_text().splitlines()
    assert len(lines) <= 60, "let main.py parse, hand over and answer; the rest belongs beside it"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_an_entry_point_does_nothing(function: str) -> None:
    """No client, no environment read, no thread: the framework imports before its workers fork."""
    run = python(
        f"{TRAPS}\nimport functions.{function}.main, json\n"
        "print(json.dumps(touched + [f'{t.name} runs' for t in threading.enumerate()[1:]]))"
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == []


@pytest.mark.skipif("ingest_event" not in FUNCTIONS, reason="ingest_event is not written yet")
def test_a_cold_start_of_ingest_event_loads_no_renderer_and_no_provider() -> None:
    """Every storefront event may meet a cold start; what only send_stimulus needs, all would pay for."""
    run = python(
        f"{ASKED}\nimport functions.ingest_event.main\nprint(*asked & {{'css_inline', 'jinja2', 'twilio'}})"
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
