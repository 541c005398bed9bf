"""Who a command is about, as an operator types it."""

from secrets import token_hex
from typing import Annotated

import typer

from common.application.contact import normalise_email, normalise_phone
from common.domain.storefront import Person
from infra.cli.replay import fail

Email = Annotated[str | None, typer.Option(help="The person's e-mail address.")]
Phone = Annotated[str | None, typer.Option(help="Their phone number, with its country: +48 600 123 456.")]
AccountId = Annotated[str | None, typer.Option("--id", help="Their id at the shop.")]
AnonymousId = Annotated[str | None, typer.Option(help="The id of their browser or device.")]
Store = Annotated[str, typer.Argument(help="The store, as its events name it.")]


def person_of(email: str | None, phone: str | None, id: str | None, anonymous_id: str | None) -> Person:
    """The person with normalised addresses; a sentence and status 2 for what can't be one."""
    return Person(
        external_id=id or None,
        anonymous_id=anonymous_id or None,
        email=_address("--email", email, normalise_email(email) if email else None, "anna@shop.example"),
        phone=_address("--phone", phone, normalise_phone(phone, None) if phone else None, "+48600123456"),
    )


def named(person: Person) -> list[tuple[str, str]]:
    """What the person is named by: kind and normalised value."""
    known = (
        ("id", person.external_id),
        ("email", person.email),
        ("phone", person.phone),
        ("anonymous", person.anonymous_id),
    )
    return [(kind, value) for kind, value in known if value]


def new_id() -> str:
    """Of a request that no platform numbered."""
    return token_hex(16)


def _address(option: str, typed: str | None, normal: str | None, example: str) -> str | None:
    if typed and normal is None:
        fail(f"{option} is not one that can be used; write it like {example}")
    return normal
