"""The catalogue: what a store sells, kept so that a cheaper alternative is found with one query."""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from functools import lru_cache

from common.domain.ids import hash_id
from common.domain.money import Money
from common.domain.values import dataclass

PRODUCTS = "catalog"
STATUS = "catalog_status"
MAX_DEPTH = 8
"""Levels of a category that are kept; the taxonomies of Google and Shopify have seven."""
MAX_ATTRIBUTES = 40
MAX_IMAGES = 10
MAX_CANDIDATES = 1_000
"""Of one search."""
MAX_ID_BYTES = 1_400
"""Firestore allows 1,500."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_UNSAFE = {**{code: f"%{code:02X}" for code in (*range(32), 127)}, ord("/"): "%2F", ord("%"): "%25"}
_UNSAFE_IN_STORE = {**_UNSAFE, ord(":"): "%3A", ord("~"): "%7E"}


@dataclass(frozen=True, kw_only=True)
class Product:
    """`catalog/{store}:{sku}`: one article as its store last stated it."""

    id: str
    store: str
    sku: str
    """As carts name it."""
    name: str
    price: Money
    """What a customer pays for one today."""
    cost: Money | None = None
    """What one costs the store, in the price's currency; None = unknown."""
    category: tuple[str, ...] = ()
    """From the general to the particular: ("Home", "Lighting", "Lamps")."""
    shelves: tuple[str, ...] = ()
    """What a search finds it under: one key per level of its category; none while it can't be bought."""
    brand: str | None = None
    group: str | None = None
    """What the variants of one article have in common."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    stock: int | None = None
    """Pieces; None = not counted, there are always enough."""
    active: bool = True
    """Whether the store sells it at all."""
    tax_class: str | None = None
    url: str | None = None
    image_urls: tuple[str, ...] = ()
    updated_at: datetime = EPOCH
    """When an import last changed it."""
    version: int = 0
    """The catalogue's version that the change belongs to."""
    digest: str = ""
    """Of everything that the store stated; equal = nothing to write."""
    schema_version: int = 1

    @property
    def buyable(self) -> bool:
        """Whether a customer could order one now."""
        return self.active and self.stock != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRun:
    """What an import has done so far."""

    id: str
    started_at: datetime
    files: tuple[str, ...] = ()
    finished_at: datetime | None = None
    read: int = 0
    written: int = 0
    unchanged: int = 0
    refused: int = 0
    deactivated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who is importing now; void when it has not been renewed for a while."""

    owner: str
    renewed_at: datetime


@dataclass(frozen=True, kw_only=True)
class CatalogueStatus:
    """`catalog_status/{store}`: how new a store's catalogue is, and who is changing it."""

    id: str
    store: str
    version: int = 0
    """Goes up with each finished import that changed something; limits of an offer name it."""
    products: int = 0
    """Active or not, as of the last finished import."""
    begun: bool = False
    """Whether any import ever wrote; before that there is nothing to compare with."""
    last: ImportRun | None = None
    lease: Lease | None = None
    schema_version: int = 1


def product_id(store: str, sku: str) -> str:
    """`{store}:{sku}`, with what Firestore's ids can't hold as %XX; what is too long ends in a hash instead."""
    prefix = id_prefix(store)
    id = prefix + _sku_part(sku)
    if len(id.encode(errors="surrogatepass")) <= MAX_ID_BYTES:
        return id
    return f"{prefix}{_sku_part(sku)[:100]}~{hash_id('product', store, sku)}"


def id_prefix(store: str) -> str:
    """What the ids of all of a store's products begin with, and no other store's."""
    return status_id(store) + ":"


def status_id(store: str) -> str:
    """The store as an id; `__name__` is Firestore's own, so a leading underscore before another is written as %5F."""
    id = store.translate(_UNSAFE_IN_STORE)
    id = "%5F" + id[1:] if id.startswith("__") else id
    if len(id.encode(errors="surrogatepass")) > MAX_ID_BYTES // 2:
        id = f"{id[:100]}~{hash_id('store', store)}"
    return {".": "%2E", "..": "%2E%2E"}.get(id, id)


def _sku_part(sku: str) -> str:
    return sku.translate(_UNSAFE)


@lru_cache(maxsize=16_384)
def shelf(store: str, currency: str, category: tuple[str, ...]) -> str:
    """The key of one level of a category, however its name is capitalised and spaced. A hash: keys have a limit."""
    return hash_id("shelf", store, currency, *(" ".join(name.casefold().split()) for name in category))


def shelves_of(product: Product) -> tuple[str, ...]:
    """A product's shelves, the most general first; none while it can't be bought."""
    if not product.buyable:
        return ()
    depths = range(1, len(product.category) + 1)
    return tuple(shelf(product.store, product.price.currency, product.category[:depth]) for depth in depths)


def searched(store: str, currency: str, category: tuple[str, ...]) -> tuple[str, ...]:
    """Where to look for alternatives, the best place first: the same category, then the one above it.

    Nothing for a product without a category: an alternative from the whole store would be an arbitrary one.
    """
    paths = [category, category[:-1]]
    return tuple(shelf(store, currency, path) for path in paths if path)


def category_path(text: str) -> tuple[str, ...]:
    """The levels of "Home > Lighting > Lamps"."""
    return tuple(level for level in (part.strip() for part in text.split(">")) if level)[:MAX_DEPTH]
