"""The cache of decoded documents."""

from common.application.ports import Loaded, Ref
from infra.local.document_cache import DocumentCache


def ref(id: str) -> Ref:
    return Ref("cases", id)


def test_the_least_recently_used_make_room() -> None:
    """When the documents become too large together, the one that was not asked for longest goes."""
    cache = DocumentCache(30)
    for id in ("a", "b", "c"):
        cache.put(ref(id), Loaded(id, 1), 10)
    assert cache.get(ref("a")) == Loaded("a", 1)
    cache.put(ref("d"), Loaded("d", 1), 10)
    assert [cache.get(ref(id)) is not None for id in "abcd"] == [True, False, True, True]


def test_a_newer_version_takes_the_place_of_the_older() -> None:
    """A document counts once, with its present size."""
    cache = DocumentCache(30)
    cache.put(ref("a"), Loaded("old", 1), 25)
    cache.put(ref("a"), Loaded("new", 2), 10)
    cache.put(ref("b"), Loaded("b", 1), 20)
    assert (cache.get(ref("a")), cache.get(ref("b"))) == (Loaded("new", 2), Loaded("b", 1))


def test_what_is_too_large_is_not_held() -> None:
    """A document larger than the whole cache is not held, and a cache of nothing holds nothing."""
    cache = DocumentCache(5)
    cache.put(ref("a"), Loaded("a", 1), 6)
    assert cache.get(ref("a")) is None
