"""recoup cost: what a month would cost, from counted operations and a table of prices."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from infra.cli.replay import fail
from infra.cost.measured import Day, measured
from infra.cost.model import NOT_IN_IT, CostLine, bill
from infra.cost.prices import InvalidPrices, MessagePrice, Prices, read_prices


def cost(
    carts: Annotated[
        int, typer.Option(min=1, max=10**12, help="Carts begun in a month, bought or left; ten events each.")
    ] = 1_000_000,
    prices: Annotated[
        Path | None, typer.Option(help="A copy of infra/cost/prices.yaml with your own prices.")
    ] = None,
    email_price: Annotated[
        float | None, typer.Option(min=0, help="Dollars for one e-mail, instead of the table's.")
    ] = None,
    sms_price: Annotated[
        float | None, typer.Option(min=0, help="Dollars for one SMS, instead of the table's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Estimate a month's bill: operations counted over a generated day, times list prices.

    Example: recoup cost --carts 1000000 --sms-price 0.03
    """
    try:
        table = read_prices(prices) if prices else read_prices()
    except (InvalidPrices, OSError) as problem:
        fail(str(problem))
    table = _with_messages(table, {"email": email_price, "sms": sms_price})
    day = measured()
    lines = bill(day, table, carts)
    if as_json:
        sys.stdout.write(json.dumps(_fields(lines, day, carts), indent=2) + "\n")
    else:
        _show(lines, day, carts)


def _with_messages(table: Prices, said: dict[str, float | None]) -> Prices:
    changed = {
        channel: MessagePrice(price=price, source="the command line")
        for channel, price in said.items()
        if price is not None
    }
    return table.model_copy(update={"messages": {**table.messages, **changed}})


def _fields(lines: list[CostLine], day: Day, carts: int) -> dict[str, object]:
    total = sum(line.dollars for line in lines)
    return {
        "carts": carts,
        "events": round(day.events * carts / day.carts),
        "lines": [
            {
                "service": line.service,
                "what": line.what,
                "amount": round(line.amount, 3),
                "unit": line.unit,
                "dollars": round(line.dollars, 2),
            }
            for line in lines
        ],
        "dollars": round(total, 2),
        "dollars_without_providers": round(total - _providers(lines), 2),
        "dollars_per_thousand_carts": round(total / carts * 1000, 4),
        "not_included": list(NOT_IN_IT),
    }


def _providers(lines: list[CostLine]) -> float:
    return sum(line.dollars for line in lines if line.service.startswith("Provider: "))


def _show(lines: list[CostLine], day: Day, carts: int) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("service", "what", "amount", "", "US$"):
        table.add_column(name, justify="right" if name in ("amount", "US$") else "left", no_wrap=True)
    last = ""
    for line in lines:
        service, last = ("" if line.service == last else line.service), line.service
        table.add_row(service, line.what, _amount(line.amount), line.unit, f"{line.dollars:,.2f}")
    total, providers = sum(line.dollars for line in lines), _providers(lines)
    table.add_section()
    table.add_row("Google Cloud", "", "", "", f"{total - providers:,.2f}", style="bold")
    table.add_row("with providers", "", "", "", f"{total:,.2f}", style="bold")
    console = Console(highlight=False)
    events = round(day.events * carts / day.carts)
    console.print(
        f"{carts:,} carts a month, {events:,} events; {1000 * total / carts:,.2f} US$ per 1,000 carts\n"
    )
    console.print(table)
    console.print("\nNot in it:")
    for one in NOT_IN_IT:
        console.print(f"  - {one}", soft_wrap=True)
    console.print(
        "Prices and assumptions: infra/cost/prices.yaml; --prices names a copy of your own.", soft_wrap=True
    )


def _amount(amount: float) -> str:
    if amount >= 1_000_000:
        return f"{amount / 1_000_000:,.1f} M"
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:,.2f}"
