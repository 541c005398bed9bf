"""Untrusted text never goes through a template: a seal stands in for it and is replaced afterwards.

So whatever looks wrong in what a template produced (a raw tag, `None`, an escaped entity) is its own fault,
and a customer called None or an item called "{{ 1 < 2 }}" is nothing special (L48).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlsplit

_OPEN, _CLOSE = "\ue000", "\ue001"
_SEAL = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NOT_A_NAME = re.compile(r"://|[@/\\]|\bwww\.|\w\.\w{2,}|\d{4}", re.IGNORECASE)
_LONGEST_URL = 1500
_URL_SIGNS = "%/:=&?~#+!$,;@()*[]'"


class Seals:
    """The texts of one rendering that no template may see."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def seal(self, text: str) -> str:
        """What stands for `text` in a template: never empty, without a character that anybody escapes."""
        self._texts.append(text)
        return f"{_OPEN}{len(self._texts) - 1}{_CLOSE}"

    def open(self, rendered: str, escape: Callable[[str], str] = str) -> str:
        """The rendered text with each seal replaced by its text, escaped; texts are not looked into again."""
        return _SEAL.sub(lambda seal: escape(self._texts[int(seal[1])]), rendered)

    @staticmethod
    def blank(rendered: str) -> str:
        """What the template itself said, with nothing in place of the seals; a broken seal remains."""
        return _SEAL.sub("", rendered)

    @staticmethod
    def is_broken(rendered: str) -> bool:
        """Whether a template cut a seal or changed its characters."""
        blank = Seals.blank(rendered)
        return _OPEN in blank or _CLOSE in blank


def clean(text: str, longest: int) -> str:
    """One printable line of at most `longest` characters, without controls, line ends or direction tricks."""
    kept = text[: 4 * longest]
    if not kept.isprintable():  # else it has none of them
        kept = "".join(" " if _is_blank(letter) else letter for letter in kept if not _is_dropped(letter))
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def clean_name(text: str | None) -> str | None:
    """A name to greet by, or None if it smells of an advertisement sent through the shop's own form."""
    name = clean(text or "", 60)
    return None if not name or len(name) > 40 or _NOT_A_NAME.search(name) else name


@lru_cache(maxsize=1024)
def clean_url(text: str | None) -> str | None:
    """An absolute web address in ASCII without white space, or None if it can't be one."""
    if not text or len(text) > _LONGEST_URL:
        return None
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:]+", host):
        return None
    host = f"[{host}]" if ":" in host else host
    rest = parts._replace(scheme="", netloc="").geturl()
    try:
        return f"{parts.scheme}://{host}{port}{quote(rest, safe=_URL_SIGNS)}"
    except UnicodeError:
        return None


def _is_blank(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Zs")


def _is_dropped(letter: str) -> bool:
    return letter in _BIDI_CONTROLS or letter in ("\ufeff", "\u00ad") or unicodedata.category(letter) == "Cs"
