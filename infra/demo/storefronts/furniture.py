"""The dear things that the invented shop makes: what offers are made from, in the format of `recoup catalog import`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from infra.demo.storefronts.catalogue import Article

FURNITURE = Path(__file__).with_name("furniture.jsonl")
_LANGUAGES = {"PLN": "pl", "GBP": "en"}


@cache
def furniture() -> Mapping[str, Article]:
    """By SKU; each shop window has a line of its own for it, with its name and price there."""
    names: dict[str, dict[str, str]] = {}
    prices: dict[str, dict[str, str]] = {}
    for line in FURNITURE.read_text("utf-8").splitlines():
        product = json.loads(line)
        sku, currency = product["sku"], product["currency"]
        names.setdefault(sku, {})[_LANGUAGES[currency]] = product["name"]
        prices.setdefault(sku, {})[currency] = product["price"]
    return {sku: Article(sku, names[sku], prices[sku]) for sku in names}
