"""A shop that sells phones, and a customer who doesn't pass the check for the one that she chose."""

from typing import Any

from common.application.ports import Put, Ref
from common.domain.catalogue import STATUS, CatalogueStatus, Product, status_id
from common.domain.money import Money
from infra.catalog.building import finished_product
from infra.local.sqlite_catalogue import SqliteCatalogue
from tests.builders import ANNA, STORE, Shopper
from tests.stories import Story

PHONES = ("Electronics", "Phones")


def a_phone(sku: str, price: int, cost: int | None = None, **more: Any) -> Product:
    """In minor units of PLN."""
    stated: dict[str, Any] = {
        "id": "",
        "store": STORE,
        "sku": sku,
        "name": f"Phone {sku}",
        "price": Money(price, "PLN"),
        "cost": None if cost is None else Money(cost, "PLN"),
        "category": PHONES,
        "brand": "Fox",
        "stock": 5,
        "url": f"https://shop.test/{sku}",
        "image_urls": (f"https://shop.test/{sku}.jpg",),
    }
    return finished_product(Product(**stated | more))[0]


FOX_128, FOX_64 = a_phone("fox-128", 120_000, 80_000), a_phone("fox-64", 90_000, 60_000)
WANTED = ("fox-128", 1, "1200.00")


def with_catalogue(story: Story, *products: Product) -> Story:
    """The story, once the shop has imported its products."""
    catalogue = SqliteCatalogue(story.database)
    catalogue.put_many(products)
    status = CatalogueStatus(id=status_id(STORE), store=STORE, version=3, products=len(products), begun=True)
    ref = Ref(STATUS, status.id)
    story.machine.store.save([Put(ref, status, story.machine.store.load([ref])[ref].version)])
    return story


def failed(story: Story, at: str, order: str = "o1", customer: Shopper = ANNA, **more: Any) -> None:
    """Anna doesn't pass the check for the phone that she chose."""
    verification = {"id": f"v-{order}", "order_id": order, "reason": "credit", **more}
    lost = {
        "id": order,
        "currency": "PLN",
        "total": "1200.00",
        "lines": [{"sku": "fox-128", "name": "Phone fox-128", "quantity": 1, "unit_price": "1200.00"}],
    }
    story.tell("verification.failed", at, customer, verification=verification, order=lost)
