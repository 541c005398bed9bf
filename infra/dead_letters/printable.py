"""Strangers' words on a terminal: nothing that they contain may move its cursor, colour it or turn its text around."""

import json
import re
from typing import Any

_UNSAFE = re.compile(r"[\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_encode = json.JSONEncoder(ensure_ascii=False).encode


def printable(text: str) -> str:
    """The text on one or more lines, with what can't be printed written out by its number."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else _escape(letter) for letter in text)


def json_line(value: Any) -> str:
    """The value as one line of JSON."""
    return _UNSAFE.sub(lambda found: _escape(found[0]), _encode(value))


def _escape(letter: str) -> str:
    if ord(letter) > 0xFFFF:
        return f"\\U{ord(letter):08x}"
    return f"\\u{ord(letter):04x}"
