"""Addresses of a product that an offer may show: well-formed, and pictures only where nobody can read along."""

import re
from urllib.parse import SplitResult, urlsplit

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
"""A name with a dot: nothing inside the reader's own network, and nothing that means something to a policy."""
_LONGEST = 2000


def link(url: str | None) -> str | None:
    """The address if a browser may be led there."""
    parts = _parts(url)
    return url if parts is not None and parts.scheme in ("http", "https") else None


def picture(url: str | None) -> str | None:
    """The address if it is a picture's that a page may load: by https."""
    return url if origin(url) is not None else None


def origin(url: str | None) -> str | None:
    """Where a picture comes from, as a content security policy names it; None = it is not shown."""
    parts = _parts(url)
    if parts is None or parts.scheme != "https":
        return None
    return f"https://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _parts(url: str | None) -> SplitResult | None:
    if url is None or len(url) > _LONGEST or not url.isascii() or not url.isprintable():
        return None
    if any(letter in url for letter in " \\\"'<>"):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts if "@" not in parts.netloc and _HOST.fullmatch(parts.hostname or "") else None
