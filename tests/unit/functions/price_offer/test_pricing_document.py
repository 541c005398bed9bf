"""What `docs/pricing.md` shows works as it stands."""

import json
import re

from tests.unit.functions.price_offer.asking import ask, hash_of
from tests.unit.functions.price_offer.contract_schema import ROOT, wrong

PAGE = (ROOT / "docs" / "pricing.md").read_text(encoding="utf-8")


def test_the_example_is_answered_with_an_alternative() -> None:
    """With the hash that its text leaves out."""
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    request = json.loads(example)
    request["limits"]["limits_sha256"] = hash_of(request["limits"])
    assert wrong("DecisionRequest", request) == []
    assert ask(request)["alternative"]["sku"] == "fox-64"


def test_every_field_that_it_explains_is_in_the_contract() -> None:
    """Or was, and the page has to follow."""
    contract = (ROOT / "docs" / "pricing.openapi.yaml").read_text(encoding="utf-8")
    explained = re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE)
    names = {
        part for cell in explained for name in re.findall(r"`([^`]+)`", cell) for part in name.split(".")
    }
    assert len(names) > 15
    assert not [name for name in names if not re.search(rf"\b{name}\b", contract)]
