"""The money in a payload. Amounts are the customer's own (L34), and one cart or order never mixes two kinds.

Carts, orders and refunds state them in `<name>_set.presentment_money`, beside `shop_money`; their plain
amounts are in the shop's currency. A checkout has plain amounts only, and those are in `presentment_currency`
(Shopify's REST reference, "Abandoned checkouts").
"""

from typing import Any, NamedTuple

from functions.ingest_event.reading import mapping, read_currency, read_minor

Payload = dict[str, Any]

KINDS = ("presentment_money", "shop_money", "plain")
"""In order of preference; `plain` amounts name no currency of their own."""


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


def stated(holder: Payload, path: str, names: tuple[str, ...], kind: str, plain: Plain) -> Stated | None:
    """The first of the named amounts that is stated in this kind of money."""
    for name in names:
        if kind == "plain":
            if holder.get(name) is not None:
                return Stated(holder[name], plain.currency, path + name, plain.field)
        else:
            money = mapping(mapping(holder.get(f"{name}_set")).get(kind))
            if money.get("amount") is not None:
                field = f"{path}{name}_set.{kind}."
                return Stated(
                    money["amount"], money.get("currency_code"), field + "amount", field + "currency_code"
                )
    return None
