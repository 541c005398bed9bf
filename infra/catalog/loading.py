"""A whole catalogue from JSON Lines at once, for a run that nothing outlives, such as a replay."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from common.application.ports import Catalogue, Put, Ref, Store
from common.domain.catalogue import STATUS, CatalogueStatus, Product, status_id
from infra.catalog.formats import Format
from infra.catalog.importing import MAX_PRODUCTS, Watch, duplicate, items, read
from infra.catalog.statements import Problem, Reading

VERSION = 1
"""Of every store's catalogue afterwards."""


def load(catalogue: Catalogue, store: Store, file: Path, now: datetime) -> list[Problem]:
    """Write the products of all stores that the lines name into an empty catalogue; what was refused or left out.

    Of a SKU that comes twice in a store the first line counts.
    """
    problems: list[Problem] = []
    counts: Counter[str] = Counter()
    found = _products(file, now, problems)
    while some := list(islice(found, MAX_PRODUCTS)):
        catalogue.put_many([replace(product, version=VERSION, updated_at=now) for product in some])
        counts.update(product.store for product in some)
    statuses = (
        CatalogueStatus(id=status_id(name), store=name, version=VERSION, products=count, begun=True)
        for name, count in counts.items()
    )
    store.save([Put(Ref(STATUS, status.id), status, None) for status in statuses])
    return problems


def _products(file: Path, now: datetime, problems: list[Problem]) -> Iterator[Product]:
    seen: set[str] = set()
    for name, item in items([file], Format.JSONL, Reading(store=None, now=now), Watch()):
        taken = item if isinstance(item, Problem) else read(item, Reading(store=None, now=now))
        if isinstance(taken, Problem):
            problems.append(replace(taken, file=name))
            continue
        product, _, notes = taken
        problems += [replace(note, file=name) for note in notes]
        if product.id in seen:
            problems.append(duplicate(item.line, product.sku, name))
            continue
        seen.add(product.id)
        yield product
