"""The catalogue's comings and goings: what to write, who may import, which version is reached."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from common.application.documents import to_json
from common.application.failures import Conflict
from common.application.ports import Catalogue, Put, Ref, Store
from common.domain.catalogue import (
    EPOCH,
    STATUS,
    CatalogueStatus,
    ImportRun,
    Lease,
    Product,
    product_id,
    shelves_of,
    status_id,
)
from common.domain.changing import replace

LEASE = timedelta(minutes=3)
"""After so long without a word an import counts as dead."""
RENEWED_EVERY = timedelta(seconds=45)


class Busy(Exception):
    """Somebody else is importing into the store; the sentence says since when they were last heard."""


def finished_product(product: Product) -> tuple[Product, int]:
    """The product with its id, shelves and digest, and about how many bytes it takes."""
    placed = replace(
        product,
        id=product_id(product.store, product.sku),
        shelves=shelves_of(product),
        digest="",
        version=0,
        updated_at=EPOCH,
    )
    body = to_json(placed)
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return replace(placed, digest=digest), len(body)


def first_found(products: Iterable[Product], limit: int) -> tuple[Product, ...]:
    """The products in their order, each once, up to the limit."""
    return tuple({product.sku: product for product in products}.values())[:limit]


def write_changed(
    catalogue: Catalogue, products: Sequence[Product], version: int, now: datetime, *, compare: bool
) -> int:
    """Write those that differ from what is there, as of `version`; how many that were. Repeating is harmless.

    `compare`: read their digests first. That costs a third of a write, so it is worth it unless all are new.
    """
    if not products:
        return 0
    known = catalogue.digests(products[0].store, [one.sku for one in products]) if compare else {}
    changed = [one for one in products if known.get(one.sku) != one.digest]
    catalogue.put_many([replace(one, version=version, updated_at=now) for one in changed])
    return len(changed)


def deactivate(catalogue: Catalogue, store: str, skus: Sequence[str], version: int, now: datetime) -> int:
    """Mark products as no longer sold; how many that were. They are kept, for orders that name them."""
    found = catalogue.products(store, skus).values()
    gone = [finished_product(replace(one, active=False))[0] for one in found if one.active]
    catalogue.put_many([replace(one, version=version, updated_at=now) for one in gone])
    return len(gone)


def status(store: Store, name: str) -> CatalogueStatus:
    """The state of a store's catalogue; of an unknown store, that of an empty one."""
    return _status(store, name)[0]


def begin(store: Store, name: str, owner: str, now: datetime) -> CatalogueStatus:
    """Take the store's catalogue for an import and return its state as it was. Raises Busy.

    Whoever had it under the same `owner` is dead: an owner runs one import at a time.
    """
    before, version = _status(store, name)
    lease = before.lease
    if lease is not None and lease.owner != owner and now - lease.renewed_at < LEASE:
        raise Busy(
            f"another import into {name} was at work at {lease.renewed_at:%H:%M:%S} UTC; "
            f"wait until it has finished, or {LEASE.seconds // 60} minutes if it is dead"
        )
    taken = replace(before, begun=True, lease=Lease(owner=owner, renewed_at=now))
    try:
        store.save([Put(_ref(name), taken, version)])
    except Conflict:
        raise Busy(f"another import into {name} begins at this moment; wait until it has finished") from None
    return before


def renew(store: Store, name: str, owner: str, now: datetime) -> None:
    """Say that the import is still at work. Raises Busy if somebody else has taken over."""
    found, version = _held(store, name, owner)
    _save(store, replace(found, lease=Lease(owner=owner, renewed_at=now)), version)


def finish(store: Store, name: str, owner: str, run: ImportRun, products: int) -> CatalogueStatus:
    """Let go of the catalogue; its version goes up if the import changed something. Raises Busy as `renew`."""
    found, version = _held(store, name, owner)
    changed = bool(run.written or run.deactivated)
    done = replace(found, version=found.version + changed, products=products, last=run, lease=None)
    _save(store, done, version)
    return done


def _held(store: Store, name: str, owner: str) -> tuple[CatalogueStatus, object | None]:
    found, version = _status(store, name)
    if found.lease is None or found.lease.owner != owner:
        raise Busy(f"another import into {name} has taken over; nothing more was written")
    return found, version


def _save(store: Store, changed: CatalogueStatus, version: object | None) -> None:
    try:
        store.save([Put(_ref(changed.store), changed, version)])
    except Conflict:
        raise Busy(f"another import into {changed.store} has taken over; nothing more was written") from None


def _status(store: Store, name: str) -> tuple[CatalogueStatus, object | None]:
    loaded = store.load([_ref(name)])[_ref(name)]
    return loaded.document or CatalogueStatus(id=status_id(name), store=name), loaded.version


def _ref(name: str) -> Ref:
    return Ref(STATUS, status_id(name))
