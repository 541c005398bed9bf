"""The published schema: current, and in agreement with what is understood."""

from typing import Any

import jsonschema
import pytest

from functions.ingest_event import canonical
from tests.unit.functions.ingest_event.events import CANONICAL_EVENTS, CART, changed, event_of, from_recoup


def test_the_published_schema_is_current() -> None:
    """`python -m functions.ingest_event.canonical` renews the file that storefronts read."""
    assert canonical.SCHEMA.read_text(encoding="utf-8") == canonical.schema_text()


def test_the_schema_is_valid_json_schema() -> None:
    """Any validator can use it."""
    jsonschema.Draft202012Validator.check_schema(canonical.json_schema())


@pytest.mark.parametrize("event", CANONICAL_EVENTS, ids=[event["type"] for event in CANONICAL_EVENTS])
def test_an_example_of_each_type_fits_the_schema_and_is_understood(event: dict[str, Any]) -> None:
    """What the schema allows and what the engine takes are the same."""
    jsonschema.validate(event, canonical.json_schema())
    assert event_of(from_recoup(event)).id == "evt-1"


@pytest.mark.parametrize(
    "fields",
    [
        {"cart__lines__0__unit_price": "-1.00"},
        {"cart__lines__0__unit_price": 1.0},
        {"cart__lines__0__quantity": -1},
        {"cart__lines__0__sku": ""},
        {"cart__currency": "zł"},
        {"cart": CART["lines"]},
        {"id": 5},
        {"type": "cart.stolen"},
    ],
)
def test_the_schema_refuses_what_the_engine_refuses(fields: dict[str, Any]) -> None:
    """A storefront can find its mistakes with the schema alone."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed(CANONICAL_EVENTS[0], **fields), canonical.json_schema())
