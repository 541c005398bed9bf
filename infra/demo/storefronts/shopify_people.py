"""Customers as Shopify's webhooks state them, and what all of its payloads have in common."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from infra.demo.shoppers.people import Person

Payload = dict[str, Any]


def numeric_id(*parts: str) -> int:
    """A thirteen-digit id, always the same for the same parts."""
    digest = blake2b("/".join(parts).encode(), digest_size=6).digest()
    return 1_000_000_000_000 + int.from_bytes(digest, "big") % 8_000_000_000_000


def stamp(at: datetime) -> str:
    """As Shopify writes moments."""
    return at.isoformat(timespec="seconds")


def customer(person: Person, at: datetime) -> Payload:
    """The customer, also as customers/update states it; a guest has no id."""
    return {
        "id": int(person.account) if person.account else None,
        "email": person.email,
        "created_at": stamp(at),
        "updated_at": stamp(at),
        "first_name": person.first,
        "last_name": person.last,
        "orders_count": 0,
        "state": "enabled" if person.account else "disabled",
        "total_spent": "0.00",
        "last_order_id": None,
        "note": None,
        "verified_email": True,
        "tax_exempt": False,
        "tags": "",
        "currency": person.currency,
        "phone": person.phone,
        "addresses": [],
        "tax_exemptions": [],
        "email_marketing_consent": _consent(person, "email", at),
        "sms_marketing_consent": _consent(person, "sms", at),
        "admin_graphql_api_id": f"gid://shopify/Customer/{person.account}" if person.account else None,
        "default_address": address(person),
    }


def _consent(person: Person, channel: str, at: datetime) -> Payload | None:
    agreed = person.agrees.get(channel)
    if agreed is None:
        return None
    state = "subscribed" if agreed else "unsubscribed"
    return {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": stamp(at)}


def address(person: Person) -> Payload:
    """An address without a street: nobody lives there."""
    return {
        "first_name": person.first,
        "last_name": person.last,
        "name": person.name,
        "address1": "1 Example Street",
        "address2": None,
        "city": "Exampleton",
        "zip": "00000",
        "province": None,
        "country_code": person.country,
        "phone": None,
    }
