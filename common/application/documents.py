"""How documents are written down: as JSON for a local file, as native fields for Firestore.

Readers understand one version back and one ahead: unknown fields are ignored, missing ones have defaults.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import TypeAdapter

COLLECTIONS: Mapping[str, str] = {
    "cases": "documents:Case",
    "customers": "documents:Customer",
    "orders": "documents:Order",
    "voucher_codes": "vouchers:VoucherCode",
    "offer_evidence": "offers:OfferEvidence",
    "suppressions": "documents:Suppression",
    "intake_failures": "refused:IntakeFailure",
    "intake_parts": "refused:IntakePart",
    "privacy_requests": "privacy:PrivacyRecord",
    "health": "intake_health:IntakeHealth",
    "migrations": "migrations:Migration",
    "catalog": "catalogue:Product",
    "catalog_status": "catalogue:CatalogueStatus",
}
"""Where in the domain the class of each collection's documents is; imported when one is read."""


@cache
def kind_of(collection: str) -> Any:
    """What a collection holds."""
    module, _, name = COLLECTIONS[collection].partition(":")
    return getattr(import_module(f"common.domain.{module}"), name)


def to_json(document: Any) -> bytes:
    """The document as UTF-8 JSON, moments as RFC 3339 with microseconds."""
    return _adapter(document.__class__).dump_json(document)


def from_json(collection: str, body: bytes) -> Any:
    """The document that `to_json` wrote. Raises ValueError if it never was one of `collection`."""
    return _adapter(kind_of(collection)).validate_json(body)


def to_fields(document: Any) -> dict[str, Any]:
    """The document in plain values: str, int, bool, None, aware datetimes, lists and dicts of them."""
    return {name: _plain(getattr(document, name)) for name in _names(document.__class__)}


def from_fields(collection: str, values: Mapping[str, Any]) -> Any:
    """The document that `to_fields` wrote. Raises ValueError if it never was one of `collection`."""
    return _adapter(kind_of(collection)).validate_python(values)


@cache
def _adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # on first use: cold starts should not wait for it

    return TypeAdapter(kind)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return to_fields(value)
    return value
