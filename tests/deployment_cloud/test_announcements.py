"""The schema of recovery-events is the file's, the file is sound, and all that the engine announces fits it."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from tests.announced_schema import PROTO, announcement_type, problem_of
from tests.deployment_cloud.terraform import ROOT, Plan

LEAST = {"at": "2026-03-02T10:00:00Z", "type": "case.lost", "store": "bielik"}


def test_the_topic_goes_by_the_file(dev: Plan) -> None:
    schema = dev.one("google_pubsub_schema").values
    assert (schema["type"], schema["definition"]) == ("PROTOCOL_BUFFER", PROTO.read_text())
    topic = dev.one("google_pubsub_topic", "recovery_events").values
    assert topic["schema_settings"] == [
        {"schema": "projects/my-shop/schemas/recovery-events", "encoding": "JSON"}
    ]


def test_what_is_announced_fits() -> None:
    incentive = {"kind": "percent", "percent": 7.5}
    assert problem_of(LEAST | {"incentive": incentive, "code": "C4QK", "counts": {"cases": 3}}) is None


@pytest.mark.parametrize("more", [{"prise": "4.00"}, {"price": 4.0}, {"counts": {"cases": "many"}}])
def test_what_nobody_knows_is_refused(more: dict[str, Any]) -> None:
    """So a misspelt field is found here, and not at the first customer."""
    assert problem_of(LEAST | more)


def _announced() -> Iterator[tuple[str, str]]:
    """Every field that the code names in a call which announces something."""
    for file in sorted((ROOT / "common").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("announce", "tell"):
                for keyword in call.keywords:
                    if keyword.arg is not None and keyword.arg != "subject":
                        yield file.name, keyword.arg


def test_every_field_that_the_code_names_is_known() -> None:
    found = set(_announced())
    assert len(found) > 20
    known = announcement_type().DESCRIPTOR.fields_by_name
    assert [(file, name) for file, name in sorted(found) if name not in known] == []


def test_no_number_is_used_twice_and_none_is_left_out() -> None:
    """A number that is free belonged to a field that was removed: old messages would be read as something else."""
    numbers = sorted(field.number for field in announcement_type().DESCRIPTOR.fields)
    assert numbers == list(range(1, len(numbers) + 1))
