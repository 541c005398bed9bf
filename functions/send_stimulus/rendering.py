"""Turns a claimed message into what its customer reads. Pure and thread-safe; the templates are read once."""

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from common.domain.effects import SendMessage
from common.domain.offers import OfferPromise
from common.domain.shop import Shop
from common.domain.vocabulary import Channel
from functions.send_stimulus import formats, gsm
from functions.send_stimulus.content import Content, RenderingFailed, content_of
from functions.send_stimulus.offer_content import (
    LONGEST_NAME,
    TIGHT_NAMES,
    OfferContent,
    offer_content_of,
    offer_link,
)
from functions.send_stimulus.rendered import Rendered, RenderedEmail, RenderedPush, RenderedSms
from functions.send_stimulus.sealing import Seals, clean_url

if TYPE_CHECKING:
    from babel import Locale
    from css_inline import CSSInliner
    from jinja2 import Environment

__all__ = ["Rendered", "RenderedEmail", "RenderedPush", "RenderedSms", "RenderingFailed", "render"]

MAX_SMS_LENGTH = 1600
"""What providers take as one text, in characters."""
MAX_PUSH_TITLE, MAX_PUSH_BODY = 65, 178
"""Characters that a phone shows of a push message before it cuts."""

_TEMPLATES = Path(__file__).parent / "templates"
_MESSAGE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LEAK = re.compile(r"\{\{|\{%|\{#|%\}|\bNone\b|\b[Uu]ndefined\b|<(?:function|bound method|built-in|jinja2)")
_LEAK_MARKS = ("{{", "{%", "{#", "%}", "None", "ndefined", "<function", "<bound", "<built", "<jinja2")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ENTITY_TWICE = re.compile(r"&amp;(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


def render(message: SendMessage, shop: Shop) -> Rendered:
    """The message in the customer's language. Raises RenderingFailed, and then nothing may be sent (L48).

    An offer's price, currency, expiry and item have then been read back out of what will be sent.
    """
    try:
        return _rendered(message, shop) if message.offer is None else _read_back(message, message.offer, shop)
    except RenderingFailed:
        raise
    except Exception as error:
        raise RenderingFailed(f"{message.template}/{message.channel}: {_describe(error)}") from error


def _rendered(message: SendMessage, shop: Shop, longest_name: int = LONGEST_NAME) -> Rendered:
    match message.channel:
        case Channel.EMAIL:
            return _email(_Rendering(message, shop, "html", longest_name))
        case Channel.SMS:
            return _sms(_Rendering(message, shop, "txt", longest_name))
        case Channel.PUSH:
            return _push(_Rendering(message, shop, "txt", longest_name), message, shop)
        case Channel.WHATSAPP:
            raise RenderingFailed(f"there are no templates for {message.channel}")
        case _:
            assert_never(message.channel)


def _read_back(message: SendMessage, offer: OfferPromise, shop: Shop) -> Rendered:
    """An offer's message, with its name as long as there is room for, and checked."""
    from functions.send_stimulus.parse_back import check

    rendered = _fitted(message, shop)
    _, locale = _language(message, shop, "html" if message.channel is Channel.EMAIL else "txt")
    check(rendered, offer, message, shop, locale)
    return rendered


def _fitted(message: SendMessage, shop: Shop) -> Rendered:
    """In an SMS the longest name that costs no further segment; in a push message the longest that fits."""
    if message.channel is Channel.EMAIL:
        return _rendered(message, shop)
    best: RenderedSms | RenderedPush | None = None
    for longest_name in TIGHT_NAMES:
        rendered = _rendered(message, shop, longest_name)
        if (
            not isinstance(rendered, RenderedEmail)
            and _is_in_bounds(rendered)
            and (best is None or rendered.segments < best.segments)
        ):
            best = rendered
    if best is None:
        raise RenderingFailed(
            f"{message.template}/{message.channel} is too long, however short its names are"
        )
    return best


def _is_in_bounds(rendered: RenderedSms | RenderedPush) -> bool:
    if not isinstance(rendered, RenderedPush):
        return True
    return len(rendered.title) <= MAX_PUSH_TITLE and len(rendered.body) <= MAX_PUSH_BODY


class _Rendering:
    """One message's templates, in one language, with one content."""

    def __init__(self, message: SendMessage, shop: Shop, extension: str, longest_name: int) -> None:
        tag, locale = _language(message, shop, extension)
        self._stem = f"{message.template}/{message.channel}.{tag}"
        self.seals = Seals()
        self._content: Content | OfferContent = (
            content_of(message, shop, locale, self.seals)
            if message.offer is None
            else offer_content_of(message, shop, locale, self.seals, longest_name)
        )

    def template_output(self, extension: str) -> str:
        """What the template says around the seals, checked: what is wrong there is the template's fault."""
        return _template_output(f"{self._stem}.{extension}", self._content)


@lru_cache(maxsize=2048)
def _template_output(name: str, content: Content | OfferContent) -> str:
    """Rendered once for all messages that differ in sealed texts only, which is nearly all of them."""
    fields = {field: getattr(content, field) for field in content.__dataclass_fields__}
    rendered = _environment().get_template(name).render(fields)
    is_html = name.endswith(".html")
    if is_html:
        rendered = _inliner().inline(rendered)
    _check(name, rendered, entity=_ENTITY_TWICE if is_html else _ENTITY)
    return rendered


def _email(rendering: _Rendering) -> RenderedEmail:
    subject, text, page = (rendering.template_output(extension) for extension in ("subject", "txt", "html"))
    return RenderedEmail(
        subject=rendering.seals.open(" ".join(subject.split())),
        text=rendering.seals.open(_tidy(text)),
        html=rendering.seals.open(page, html.escape),
    )


def _sms(rendering: _Rendering) -> RenderedSms:
    lines = (" ".join(line.split()) for line in rendering.template_output("txt").splitlines())
    text = rendering.seals.open(gsm.fold("\n".join(line for line in lines if line)))
    if len(text) > MAX_SMS_LENGTH:
        raise RenderingFailed(f"an SMS of {len(text)} characters; {MAX_SMS_LENGTH} is the limit")
    return RenderedSms(text=text)


def _push(rendering: _Rendering, message: SendMessage, shop: Shop) -> RenderedPush:
    title, body = (" ".join(rendering.template_output(extension).split()) for extension in ("title", "txt"))
    return RenderedPush(
        title=rendering.seals.open(title),
        body=rendering.seals.open(body),
        url=offer_link(message.offer, shop) if message.offer else clean_url(message.cart_url) or shop.url,
    )


def _language(message: SendMessage, shop: Shop, extension: str) -> tuple[str, "Locale"]:
    """The templates' language tag and the locale of amounts and dates: customer's, shop's, English (L47)."""
    if not _MESSAGE.fullmatch(message.template):
        raise RenderingFailed("the template's name is not a plain word")
    for wanted in (message.locale, shop.default_locale, "en"):
        locale = formats.locale_of(wanted)
        if locale is None:
            continue
        for tag in (str(locale).replace("_", "-"), locale.language):
            if f"{message.template}/{message.channel}.{tag}.{extension}" in _template_names():
                return tag, locale
    raise RenderingFailed(f"there is no template {message.template}/{message.channel} in any language")


def _check(name: str, rendered: str, *, entity: re.Pattern[str]) -> None:
    said = Seals.blank(rendered)
    # Plain searches first: they are many times as fast, and nearly every page is free of all of it.
    found = _LEAK.search(said) if any(mark in said for mark in _LEAK_MARKS) else None
    if found := found or (entity.search(said) if "&" in said else None):
        raise RenderingFailed(f"{name} would show {found[0]!r}")
    if Seals.is_broken(rendered):
        raise RenderingFailed(f"{name} changes a text that it may only place")


def _tidy(text: str) -> str:
    """Plain text without trailing blanks and with at most one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def _describe(error: Exception) -> str:
    """The error's kind, and what template engines say about names and lines; never a person's text."""
    from jinja2 import TemplateError

    return (
        f"{type(error).__name__}: {error.message}"
        if isinstance(error, TemplateError)
        else type(error).__name__
    )


def _finalize(value: object) -> str | int:
    """What an expression in a template may come to; anything else is a mistake in the template (L48)."""
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        return str(value)  # raises: the environment is strict
    if not isinstance(value, str | int | formats.Until) or isinstance(value, bool):
        raise RenderingFailed(f"a template prints a {type(value).__name__}")
    return value if isinstance(value, str | int) else str(value)


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html")),
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@lru_cache(maxsize=1)
def _template_names() -> frozenset[str]:
    return frozenset(_environment().list_templates())


@lru_cache(maxsize=1)
def _inliner() -> "CSSInliner":
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
