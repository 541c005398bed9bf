"""docs/policy.md tells the truth: the fields of the policy documents with their defaults, and every reason."""

import re
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from common.domain.policy import RecoveryPolicy
from common.domain.pricing_policy import PricingPolicy
from common.domain.vocabulary import Reason
from common.domain.voucher_policy import VoucherPolicy

PAGE = (Path(__file__).parents[4] / "docs" / "policy.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(?P<name>[a-z_.]+)` \| (?P<default>[^|]+) \|", re.MULTILINE)
_TAKEN_BACK = {
    Reason.ORDER_CANCELLED,
    Reason.PAYMENT_FAILED,
    Reason.VERIFICATION_FAILED,
    Reason.WITHDRAWN,
}
"""Why something is taken back, which is no reason to withhold."""
DOCUMENTS = {"recovery": RecoveryPolicy, "vouchers": VoucherPolicy, "pricing": PricingPolicy}


def section(name: str) -> str:
    """What the page says about one document."""
    return PAGE.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]


def defaults(policy: Any, prefix: str = "") -> dict[str, Any]:
    """Every field that can be written, with its default; of a part, its fields by their whole name."""
    found: dict[str, Any] = {}
    for field in fields(policy):
        value = _default(field)
        if is_dataclass(value):
            found |= defaults(value, f"{prefix}{field.name}.")
        else:
            found[prefix + field.name] = value
    return found


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def said(value: Any) -> str:
    """As the page writes it."""
    match value:
        case None:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case int():
            return str(value)
        case tuple():
            names = (one.value if isinstance(one, Enum) else str(one) for one in value)
            return f"`[{', '.join(names)}]`"
        case dict():
            return "`{}`"
        case _:
            return f"`{value}`"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_field_is_there_with_its_default(name: str) -> None:
    """Neither a field too few nor one too many, and none with another default than it has."""
    stated = {row["name"]: row["default"].strip() for row in _ROW.finditer(section(name))}
    assert stated == {field: said(value) for field, value in defaults(DOCUMENTS[name]).items()}


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in _TAKEN_BACK], ids=str)
def test_every_reason_is_explained(reason: Reason) -> None:
    """In one of the tables at the end."""
    tables = PAGE.partition("\n## Reasons\n")[2]
    assert re.search(rf"^\|[^|]*`{reason}`[^|]*\|", tables, re.MULTILINE)
