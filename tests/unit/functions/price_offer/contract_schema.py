"""The published contract's schemas, as validators."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).resolve().parents[4]


@cache
def document() -> dict[str, Any]:
    """`docs/pricing.openapi.yaml`."""
    loaded: dict[str, Any] = yaml.safe_load(
        (ROOT / "docs" / "pricing.openapi.yaml").read_text(encoding="utf-8")
    )
    return loaded


@cache
def validator(name: str) -> Draft202012Validator:
    """For one schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def wrong(name: str, value: object) -> list[str]:
    """What the schema has to say against the value."""
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(value)]
