"""Google's feeds in XML, RSS 2.0 or Atom, item by item in constant memory.

On expat itself: it tells the line of each item, and refuses here what feeds never have and attacks are made of,
declarations of entities and document types.
"""

from collections.abc import Iterator
from pyexpat import ExpatError, ParserCreate
from typing import BinaryIO

from infra.catalog.statements import Unreadable, normal

MAX_TEXT = 100_000
"""Characters of one element that are kept."""
MAX_ELEMENTS = 500
"""Of one item that are kept."""
_CHUNK = 65_536
_ITEMS = ("item", "entry")

Item = dict[str, list[str]]
"""Texts by the normal name of their element; of a group's elements, `group/element`."""


def items(stream: BinaryIO) -> Iterator[tuple[int, Item]]:
    """The items and their lines. Raises Unreadable where the file stops being XML."""
    collected = _Collector()
    while True:
        chunk = stream.read(_CHUNK)
        try:
            collected.parser.Parse(chunk, not chunk)
        except ExpatError as error:
            yield from collected.take()
            raise Unreadable(
                f"The file is no XML from line {error.lineno} on ({error}); export it again"
            ) from None
        yield from collected.take()
        if not chunk:
            return


class _Collector:
    def __init__(self) -> None:
        self.parser = ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._done: list[tuple[int, Item]] = []
        self._item: Item | None = None
        self._line = 0
        self._path: list[str] = []
        """Of the elements below the item."""
        self._parts: list[str] = []
        self._size = 0
        self._elements = 0

    def take(self) -> list[tuple[int, Item]]:
        """The items that are complete, each once."""
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self._item is None:
            if local in _ITEMS:
                self._item, self._line, self._elements = {}, self.parser.CurrentLineNumber, 0
            return
        self._path.append(normal(local))
        self._parts, self._size = [], 0
        href = attributes.get("href")
        if local == "link" and href and attributes.get("rel", "alternate") == "alternate":  # Atom's own link
            self._parts.append(href[:MAX_TEXT])

    def _end(self, name: str) -> None:
        if self._item is None:
            return
        if not self._path:
            self._done.append((self._line, self._item))
            self._item = None
            return
        text = "".join(self._parts).strip()
        if text and self._elements < MAX_ELEMENTS:
            self._elements += 1
            self._item.setdefault("/".join(self._path), []).append(text)
        self._path.pop()
        self._parts, self._size = [], 0

    def _text(self, text: str) -> None:
        if self._path and self._size < MAX_TEXT:
            self._parts.append(text[: MAX_TEXT - self._size])
            self._size += len(text)

    def _refuse(self, *_: object) -> None:
        raise Unreadable(
            "The file declares a document type, which no product feed needs; remove <!DOCTYPE ...>"
        )
