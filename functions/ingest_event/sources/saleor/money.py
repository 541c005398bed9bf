"""Amounts: gross, in major units. Subscriptions nest them as {gross {amount currency}}, older payloads are flat."""

from typing import Any, NamedTuple

from functions.ingest_event.reading import listing, mapping, read_currency, read_minor

Payload = dict[str, Any]


class Plain(NamedTuple):
    """The currency of amounts that name none themselves, and the field that it stands in."""

    currency: object
    field: str


class Stated(NamedTuple):
    """An amount as it stands in the payload; nothing in it is checked yet."""

    amount: object
    currency: object
    field: str
    currency_field: str

    def minor(self, currency: str) -> int:
        """Minor units. Raises Refused."""
        return read_minor(self.amount, currency, self.field)

    def checked_currency(self) -> str:
        """The ISO 4217 code. Raises Refused."""
        return read_currency(self.currency, self.currency_field)


def stated(holder: Payload, path: str, names: tuple[str, ...], plain: Plain) -> Stated | None:
    """The first of the named amounts that is stated: its gross, or itself where it has no gross and net."""
    for name in names:
        value, field = holder.get(name), path + name
        if isinstance(value, dict) and "gross" in value:
            value, field = value["gross"], f"{field}.gross"
        if isinstance(value, dict):
            amount, own = value.get("amount"), value.get("currency")
            if amount is not None:
                currency, named_in = (own, f"{field}.currency") if own or not plain.currency else plain
                return Stated(amount, currency, f"{field}.amount", named_in)
        elif value is not None:
            return Stated(value, plain.currency, field, plain.field)
    return None


def plain_currency(part: Payload, path: str) -> Plain:
    """The currency of a checkout or order: its own, its channel's, or that of its first line."""
    channel, lines = mapping(part.get("channel")), listing(part.get("lines"))
    for holder, name, way in (
        (part, "currency", path),
        (channel, "currencyCode", f"{path}channel."),
        (channel, "currency_code", f"{path}channel."),
        (mapping(lines[0] if lines else None), "currency", f"{path}lines[0]."),
    ):
        if holder.get(name):
            return Plain(holder[name], way + name)
    return Plain(None, f"{path}currency")
