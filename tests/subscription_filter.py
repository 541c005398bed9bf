"""Pub/Sub's filter language, as far as our filters go: the emulator takes any filter, and then ignores it.

An expression is terms joined by AND, or terms joined by OR, never both without parentheses. A term may begin with
NOT and is `attributes:key`, `attributes.key = "value"`, `attributes.key != "value"` or
`hasPrefix(attributes.key, "value")`; without NOT it may also be an expression in parentheses. Keys of letters,
digits, - and _ need no quotes.
"""

import re
from collections.abc import Mapping
from typing import NoReturn

MOST_BYTES = 256
_TOKEN = re.compile(
    r"\s*(?:(?P<word>AND|OR|NOT)\b|(?P<prefix>hasPrefix)\b|(?P<key>attributes[.:][A-Za-z0-9_-]+)"
    r'|(?P<text>"[^"\\]*")|(?P<sign>!=|[(),=]))'
)


class InvalidFilter(ValueError):
    """Pub/Sub would not take the filter."""


def passes(filter: str, attributes: Mapping[str, str]) -> bool:
    """Whether a message with these attributes passes the filter. Raises InvalidFilter."""
    if not 0 < len(filter.encode()) <= MOST_BYTES:
        raise InvalidFilter(f"a filter has 1 to {MOST_BYTES} bytes, not {len(filter.encode())}")
    reader = _Reader(filter, attributes)
    passed = reader.expression()
    if reader.next is not None:
        reader.fail()
    return passed


class _Reader:
    def __init__(self, filter: str, attributes: Mapping[str, str]) -> None:
        self._filter, self._attributes = filter, attributes
        self._at = 0
        self.next: str | None = None
        self._advance()

    def expression(self) -> bool:
        terms, joint = [self._term()], self.next
        if joint in ("AND", "OR"):
            while self.next == joint:
                self._advance()
                terms.append(self._term())
        return all(terms) if joint == "AND" else any(terms)

    def _term(self) -> bool:
        if self.next == "NOT":
            self._advance()
            return not self._condition()
        if self.next == "(":
            self._take("(")
            inner = self.expression()
            self._take(")")
            return inner
        return self._condition()

    def _condition(self) -> bool:
        return self._prefix() if self.next == "hasPrefix" else self._comparison()

    def _prefix(self) -> bool:
        self._take("hasPrefix")
        self._take("(")
        key = self._key(".")
        self._take(",")
        prefix = self._text()
        self._take(")")
        return self._attributes.get(key, "").startswith(prefix) and key in self._attributes

    def _comparison(self) -> bool:
        if self.next is not None and self.next.startswith("attributes:"):
            return self._key(":") in self._attributes
        key = self._key(".")
        if self.next not in ("=", "!="):
            self.fail()
        equal = self.next == "="
        self._advance()
        value = self._text()
        return key in self._attributes and (self._attributes[key] == value) is equal

    def _key(self, separator: str) -> str:
        start = f"attributes{separator}"
        token = self.next or ""
        if not token.startswith(start):
            self.fail()
        self._advance()
        return token.removeprefix(start)

    def _text(self) -> str:
        token = self.next or ""
        if not token.startswith('"'):
            self.fail()
        self._advance()
        return token[1:-1]

    def _take(self, wanted: str) -> None:
        if self.next != wanted:
            self.fail()
        self._advance()

    def _advance(self) -> None:
        found = _TOKEN.match(self._filter, self._at)
        if found is None and self._filter[self._at :].strip():
            self.fail()
        self.next = found[found.lastgroup or 0] if found else None
        self._at = found.end() if found else len(self._filter)

    def fail(self) -> NoReturn:
        raise InvalidFilter(f"at {self._at}, after {self.next!r}: {self._filter}")
