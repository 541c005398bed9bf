"""Turns a claimed message into what its customer reads. Pure and thread-safe; the templates are read once."""

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from common.domain.effects import SendMessage
from common.domain.shop import Shop
from common.domain.values import dataclass
from common.domain.vocabulary import Channel
from functions.send_stimulus import formats, gsm
from functions.send_stimulus.content import Content, RenderingFailed, content_of
from functions.send_stimulus.sealing import Seals

if TYPE_CHECKING:
    from babel import Locale
    from css_inline import CSSInliner
    from jinja2 import Environment

__all__ = ["RenderedEmail", "RenderedSms", "RenderingFailed", "render"]

MAX_SMS_LENGTH = 1600
"""What providers take as one text, in characters."""

_TEMPLATES = Path(__file__).parent / "templates"
_MESSAGE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LEAK = re.compile(r"\{\{|\{%|\{#|%\}|\bNone\b|\b[Uu]ndefined\b|<(?:function|bound method|built-in|jinja2)")
_LEAK_MARKS = ("{{", "{%", "{#", "%}", "None", "ndefined", "<function", "<bound", "<built", "<jinja2")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_ENTITY_TWICE = re.compile(r"&amp;(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedEmail:
    """An e-mail's words; the subject is one line."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedSms:
    """A text message."""

    text: str

    @property
    def segments(self) -> int:
        """How many SMS it is billed as."""
        return gsm.segments(self.text)


def render(message: SendMessage, shop: Shop) -> RenderedEmail | RenderedSms:
    """The message in the customer's language. Raises RenderingFailed, and then nothing may be sent (L48)."""
    try:
        match message.channel:
            case Channel.EMAIL:
                return _email(_Rendering(message, shop, "html"))
            case Channel.SMS:
                return _sms(_Rendering(message, shop, "txt"))
            case Channel.WHATSAPP | Channel.PUSH:
                raise RenderingFailed(f"there are no templates for {message.channel}")
            case _:
                assert_never(message.channel)
    except RenderingFailed:
        raise
    except Exception as error:
        raise RenderingFailed(f"{message.template}/{message.channel}: {_describe(error)}") from error


class _Rendering:
    """One message's templates, in one language, with one content."""

    def __init__(self, message: SendMessage, shop: Shop, extension: str) -> None:
        tag, locale = _language(message, shop, extension)
        self._stem = f"{message.template}/{message.channel}.{tag}"
        self._content = content_of(message, shop, locale, seals := Seals())
        self.seals = seals

    def template_output(self, extension: str) -> str:
        """What the template says around the seals, checked: what is wrong there is the template's fault."""
        return _template_output(f"{self._stem}.{extension}", self._content)


@lru_cache(maxsize=2048)
def _template_output(name: str, content: Content) -> str:
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
