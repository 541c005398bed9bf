"""Pages for a shop's customers: no script, no cookie, nothing personal, nothing loaded but an offer's pictures."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from common.domain.shop import Shop
from common.domain.values import dataclass
from functions.storefront_api.calls import Answer
from functions.storefront_api.page_words import WORDS

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_NAME = 160


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a cart, as a page shows it."""

    name: str
    quantity: int
    url: str | None


def page(
    name: str,
    lang: str,
    shop: Shop,
    status: int = 200,
    *,
    items: Sequence[Item] = (),
    choices: Sequence[tuple[str, str]] = (),
) -> Answer:
    """The page of that name in that language, with the headers that keep it and its address to its reader."""
    return rendered(
        "page.html",
        lang,
        shop,
        status,
        WORDS[lang][name],
        items=[Item(shortened(item.name), item.quantity, item.url) for item in items],
        choices=choices,
    )


def rendered(
    template: str,
    lang: str,
    shop: Shop,
    status: int,
    words: Mapping[str, str],
    *,
    pictures_from: Sequence[str] = (),
    **values: object,
) -> Answer:
    """A page of ours; it may load pictures from `pictures_from`, exactly those origins, and nothing else."""
    written = (
        _environment()
        .get_template(template)
        .render(lang=lang, words=words, shop_name=shop.name, shop_url=shop.url, style=_style(), **values)
    )
    return Answer(status, None, _headers(tuple(dict.fromkeys(pictures_from))), written)


def shortened(name: str) -> str:
    """A name as long as a page can bear."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


@lru_cache(maxsize=256)
def _headers(pictures_from: tuple[str, ...]) -> Mapping[str, str]:
    pictures = f"img-src {' '.join(pictures_from)}; " if pictures_from else ""
    digest = base64.b64encode(hashlib.sha256(str(_style()).encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; {pictures}form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",  # the address is a key
        "X-Robots-Tag": "noindex, nofollow",
    }


@cache
def _style() -> str:
    from markupsafe import Markup

    return Markup((_TEMPLATES / "page.css").read_text())  # noqa: S704 - a file of ours


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
