"""What is found in the catalogue instead of the wanted item."""

from dataclasses import replace
from typing import Any

import pytest

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Put, Ref
from common.domain.catalogue import STATUS, CatalogueStatus, Product, status_id
from common.domain.effects import FindAlternatives
from common.domain.money import Money
from common.domain.offers import Wanted
from common.domain.triggers import AlternativesFound
from functions.generate_offer.alternatives import find
from tests.builders import STORE
from tests.unit.functions.generate_offer.builders import PHONES, a_product, an_engine

WANTED = a_product("fox-128", 120_000)


def search(engine: Engine, *, quantity: int = 1, limit: int = 50, price: int = 120_000) -> AlternativesFound:
    wanted = Wanted(sku="fox-128", name="Fox", quantity=quantity, unit_price_minor=price)
    effect = FindAlternatives(
        case_id="case",
        customer_id="customer",
        store=STORE,
        offer_id="case-1",
        wanted=wanted,
        currency="PLN",
        limit=limit,
    )
    return find(engine, effect, "look-1")


def skus(found: AlternativesFound) -> list[str]:
    return [one.sku for one in found.candidates]


def test_cheaper_products_of_the_category_are_found() -> None:
    """The dearest of the cheaper ones first, whole as the catalogue has them, for the offer that asked."""
    cheaper = [a_product("fox-64", 90_000), a_product("fox-32", 60_000)]
    found = search(an_engine(WANTED, *cheaper, a_product("fox-256", 150_000)))
    assert found.candidates == tuple(cheaper)
    assert found.wanted == WANTED
    assert (found.id, found.case_id, found.customer_id, found.offer_id) == (
        "look-1",
        "case",
        "customer",
        "case-1",
    )


def test_cheaper_is_cheaper_than_what_the_customer_was_to_pay() -> None:
    """The price in the order counts, not today's of the catalogue; the same price is not cheaper."""
    engine = an_engine(WANTED, a_product("same", 100_000), a_product("less", 99_999))
    assert skus(search(engine, price=100_000)) == ["less"]


def test_the_wanted_item_is_no_alternative_to_itself() -> None:
    """Even where it has become cheaper since."""
    assert skus(search(an_engine(replace(WANTED), a_product("fox-64")), price=200_000)) == ["fox-64"]


def test_another_size_of_the_same_article_is_an_alternative() -> None:
    """A cheaper variant is what many customers would rather have."""
    engine = an_engine(a_product("fox-128", 120_000, group="fox"), a_product("fox-64", 90_000, group="fox"))
    assert skus(search(engine)) == ["fox-64"]


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"stock": 0},
        {"stock": 2},
        {"price": Money(50_000, "EUR")},
        {"price": Money(0, "PLN")},
        {"category": ("Garden",)},
        {"store": "another"},
    ],
    ids=repr,
)
def test_what_cannot_be_sold_instead_is_left_out(changes: dict[str, Any]) -> None:
    """Inactive, sold out, too few pieces, another currency, free of charge, something else, another store's."""
    engine = an_engine(WANTED, a_product("good", stock=3), a_product("bad", **changes))
    assert skus(search(engine, quantity=3)) == ["good"]


def test_uncounted_stock_is_enough() -> None:
    """A product whose pieces nobody counts can always be bought."""
    assert skus(search(an_engine(WANTED, a_product("any", stock=None)), quantity=1_000)) == ["any"]


def test_products_with_too_few_pieces_do_not_use_up_the_limit() -> None:
    """Those left out make room for the next ones; more than the limit never come."""
    few = [a_product(f"few-{number}", 100_000 + number, stock=1) for number in range(3)]
    many = [a_product(f"many-{number}", 50_000 - number) for number in range(5)]
    found = search(an_engine(WANTED, *few, *many), quantity=2, limit=3)
    assert skus(found) == ["many-0", "many-1", "many-2"]


def test_an_unknown_item_has_no_alternatives() -> None:
    """Nobody knows what it is like."""
    found = search(an_engine(a_product("fox-64")))
    assert (found.wanted, found.candidates) == (None, ())


def test_an_item_that_is_not_sold_any_more_has_alternatives() -> None:
    """Sold out is one of the reasons to look for them."""
    gone = a_product("fox-128", 120_000, stock=0, active=False)
    found = search(an_engine(gone, a_product("fox-64")))
    assert (found.wanted, skus(found)) == (gone, ["fox-64"])


def test_without_a_catalogue_there_are_none() -> None:
    """An engine without one says so, and nothing breaks."""
    found = search(replace(an_engine(), catalogue=None))
    assert (found.wanted, found.candidates, found.catalogue_version) == (None, (), 0)


def test_the_version_of_the_catalogue_is_told() -> None:
    """Limits name it; a store that was never imported has version 0."""
    engine = an_engine(WANTED)
    assert search(engine).catalogue_version == 0
    status = CatalogueStatus(id=status_id(STORE), store=STORE, version=7, begun=True)
    engine.store.save([Put(Ref(STATUS, status.id), status, None)])
    assert search(engine).catalogue_version == 7


def test_an_import_in_between_never_makes_the_version_too_new() -> None:
    """The version is read before the products."""
    engine = an_engine(WANTED)
    order: list[str] = []
    store, catalogue = _Noting(engine.store, order), _Noting(engine.catalogue, order)
    search(replace(engine, store=store, catalogue=catalogue))  # type: ignore[arg-type]
    assert order == ["load", "products", "candidates"]


class _Noting:
    """Lets everything through and writes down the order."""

    def __init__(self, real: Any, order: list[str]) -> None:
        self._real, self._order = real, order

    def __getattr__(self, name: str) -> Any:
        self._order.append(name)
        return getattr(self._real, name)


class _Down:
    """A catalogue that can't be reached."""

    def products(self, store: str, skus: object) -> dict[str, Product]:
        raise Unavailable("catalogue: UNAVAILABLE")


def test_an_unreachable_catalogue_is_not_an_empty_one() -> None:
    """The task is delivered again; no offer is cancelled for it (L51)."""
    with pytest.raises(Unavailable):
        search(replace(an_engine(), catalogue=_Down()))  # type: ignore[arg-type]


def test_the_category_above_follows_the_own_one() -> None:
    """As the catalogue searches: the same category first, then the one above; nothing further away."""
    engine = an_engine(
        WANTED,
        a_product("same", 50_000),
        a_product("sibling", 100_000, category=(PHONES[0], "Tablets")),
        a_product("far", 110_000, category=("Books",)),
    )
    assert skus(search(engine)) == ["same", "sibling"]
