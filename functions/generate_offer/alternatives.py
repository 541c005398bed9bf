"""What the catalogue has to offer instead of the item that a customer wanted and can't have."""

from common.application.catalogue import status
from common.application.engine import Engine
from common.application.ports import Catalogue
from common.domain.catalogue import MAX_CANDIDATES, Product
from common.domain.effects import FindAlternatives
from common.domain.triggers import AlternativesFound

SPARE = 2
"""Times the limit that is searched for, as some of what is found has too few pieces in stock."""


def find(engine: Engine, effect: FindAlternatives, look_id: str) -> AlternativesFound:
    """The wanted product as the catalogue knows it, and at most `effect.limit` cheaper ones.

    They come from its category and the one above it, in the catalogue's order. Without a catalogue, or if it doesn't
    know the wanted item, there are none. Raises Unavailable: then the task is delivered again.
    """
    # Before the products: if an import ends in between, the limits name a version that is too old, never too new.
    version = status(engine.store, effect.store).version
    wanted: Product | None = None
    candidates: tuple[Product, ...] = ()
    if engine.catalogue is not None:
        wanted = engine.catalogue.products(effect.store, [effect.wanted.sku]).get(effect.wanted.sku)
        candidates = _cheaper(engine.catalogue, wanted, effect) if wanted else ()
    return AlternativesFound(
        id=look_id,
        case_id=effect.case_id,
        customer_id=effect.customer_id,
        offer_id=effect.offer_id,
        wanted=wanted,
        candidates=candidates,
        catalogue_version=version,
    )


def _cheaper(catalogue: Catalogue, wanted: Product, effect: FindAlternatives) -> tuple[Product, ...]:
    found = catalogue.candidates(
        effect.store,
        wanted.category,
        effect.currency,
        effect.wanted.unit_price_minor,
        min(SPARE * effect.limit + 1, MAX_CANDIDATES),
    )
    return tuple([product for product in found if _fits(product, effect)][: effect.limit])


def _fits(product: Product, effect: FindAlternatives) -> bool:
    """Whether it is another article, with a price and enough pieces. A cheaper size or colour is another article."""
    enough = product.stock is None or product.stock >= effect.wanted.quantity
    return product.sku != effect.wanted.sku and product.buyable and enough and product.price.minor > 0
