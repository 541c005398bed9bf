"""What a store's secret holds: one entry a line, each of which counts, so that a secret can be changed in steps."""

import re

_PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


def secret_name(source: str, store: str) -> str:
    """`webhook_<source>_<store>` in small letters, with _ for dots and hyphens.

    So that it can name an environment variable too; two stores whose ids differ in that only share a secret.
    """
    return f"webhook_{source}_{_slug(store)}".lower()


def api_key_name(store: str) -> str:
    """`api_key_<store>`, spelt likewise: what the shop's own backend shows."""
    return f"api_key_{_slug(store)}".lower()


def _slug(store: str) -> str:
    return re.sub(r"[.-]", "_", store)


def entries_of(kept: bytes) -> tuple[str, ...]:
    """The entries; a public key in PEM is one although it has many lines.

    Lines are not trimmed beyond their ends: WooCommerce makes secrets that may begin or end with a space.
    """
    text = kept.decode("utf-8", "replace")
    lines = [line.strip("\r") for line in _PEM.sub("", text).split("\n")]
    return (*_PEM.findall(text), *(line for line in lines if line.strip()))
