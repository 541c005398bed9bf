"""Documents survive being written down, in both ways, whatever is in them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore_v1.types.document import Document
from hypothesis import given
from hypothesis import strategies as st

from common.adapters.firestore_values import fields_of, fill_fields
from common.application.documents import COLLECTIONS, from_fields, from_json, kind_of, to_fields, to_json
from common.domain.documents import SCHEMA_VERSION, Consent, Customer, Purchase
from common.domain.vocabulary import Channel
from tests.generated import documents

ANY = st.sampled_from(sorted(COLLECTIONS)).flatmap(
    lambda collection: st.tuples(st.just(collection), documents(kind_of(collection)))
)


@given(ANY)
def test_json_gives_back_the_very_document(stored: tuple[str, Any]) -> None:
    """Whatever a document holds, its JSON reads back as an equal document, to the microsecond."""
    collection, document = stored
    assert from_json(collection, to_json(document)) == document


@given(ANY)
def test_firestore_values_give_back_the_very_document(stored: tuple[str, Any]) -> None:
    """Whatever a document holds, Firestore's message reads back as an equal document, to the microsecond."""
    collection, document = stored
    message = Document.pb()()
    fill_fields(message.fields, to_fields(document))
    read = Document.pb().FromString(message.SerializeToString())
    assert from_fields(collection, fields_of(read.fields)) == document


def test_fields_are_plain() -> None:
    """Enums become their words and tuples lists, so that any client can read a document."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    plain = to_fields(Customer(id="c", store="s", consent={}, purchases=(Purchase("o", moment, ("a", "b")),)))
    assert plain["purchases"] == [{"order_id": "o", "at": moment, "skus": ["a", "b"]}]
    assert {type(key) for key in to_fields(_consenting())["consent"]} == {str}


def test_a_newer_writer_and_an_older_one_are_both_understood() -> None:
    """A field that is unknown is ignored, and one that is missing has its default."""
    written = {"id": "c", "store": "s", "favourite_colour": {"name": "blue"}}
    expected = Customer(id="c", store="s")
    assert from_json("customers", json.dumps(written).encode()) == expected
    assert from_fields("customers", written) == expected


def test_the_version_of_the_schema_is_always_written() -> None:
    """A document says which version wrote it even while that version is the default."""
    customer = Customer(id="c", store="s")
    assert json.loads(to_json(customer))["schema_version"] == SCHEMA_VERSION
    assert to_fields(customer)["schema_version"] == SCHEMA_VERSION


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": 1, "store": null}'])
def test_what_never_was_a_document_is_told(body: bytes) -> None:
    """Reading something else than a document raises ValueError instead of making one up."""
    with pytest.raises(ValueError, match="Customer"):
        from_json("customers", body)


def _consenting() -> Customer:
    given_at = datetime(2026, 3, 1, tzinfo=UTC)
    return Customer(id="c", store="s", consent={Channel.EMAIL: Consent(True, given_at)})
