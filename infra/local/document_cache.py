"""Decoded documents, the most recently used ones. Documents are immutable, so they can be shared."""

from collections import OrderedDict
from typing import NamedTuple

from common.application.ports import Loaded, Ref


class _Entry(NamedTuple):
    loaded: Loaded
    size: int


class DocumentCache:
    """Holds documents whose JSON together is at most `capacity_bytes`; in memory they take twice that."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._held = 0
        self._entries: OrderedDict[Ref, _Entry] = OrderedDict()

    def get(self, ref: Ref) -> Loaded | None:
        """The document, if it is held."""
        entry = self._entries.get(ref)
        if entry is None:
            return None
        self._entries.move_to_end(ref)
        return entry.loaded

    def put(self, ref: Ref, loaded: Loaded, size: int) -> None:
        """Hold the document in place of an older version; the least recently used ones make room."""
        earlier = self._entries.pop(ref, None)
        self._held += size - (earlier.size if earlier else 0)
        self._entries[ref] = _Entry(loaded, size)
        while self._held > self._capacity:
            _, dropped = self._entries.popitem(last=False)
            self._held -= dropped.size

    def forget(self, ref: Ref) -> None:
        """No longer hold the document; one that isn't held is no matter."""
        entry = self._entries.pop(ref, None)
        self._held -= entry.size if entry else 0
