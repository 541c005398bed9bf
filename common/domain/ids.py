"""Document ids are hashes: nothing sequential (no hot key range), nothing personal in a key or a log."""

import hashlib
import hmac
from functools import lru_cache

_ALPHABET = "23456789ACDEFGHJKMNPQRTUVWXY"
"""No two of these 28 look alike: of the pairs 0 O, 1 I L, 2 Z, 5 S and 8 B at most the digit is used (L32)."""


@lru_cache(maxsize=16_384)
def hash_id(*parts: str) -> str:
    """A 128-bit id of the parts, in 32 hexadecimal digits; parts can't run into each other."""
    joined = "\x1f".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.blake2b(joined.encode(), digest_size=16).hexdigest()


def case_id(store: str, cart_id: str, episode: int = 1) -> str:
    """The case of one cart; a later episode is a new lost order of the same cart."""
    return hash_id("case", store, cart_id, str(episode))


def offer_case_id(store: str, kind: str, subject: str) -> str:
    """The case of an order that was lost otherwise than as a cart: one for each, however often it is told."""
    return hash_id("offer case", store, kind, subject)


def offer_id(case: str, number: int) -> str:
    """The offer of that number in a case."""
    return f"{case}-{number}"


def case_of_offer(offer: str) -> str:
    """The case that an offer's id leads to, if it is one."""
    return offer.rpartition("-")[0]


def order_id(store: str, order: str) -> str:
    """The document of one order of a store."""
    return hash_id("order", store, order)


def customer_id(store: str, kind: str, value: str) -> str:
    """The document that an account id, e-mail address or phone number leads to; stores never share one."""
    return hash_id("customer", store, kind, value)


@lru_cache(maxsize=4096)
def suppression_id(key: bytes, address: str) -> str:
    """Keyed hash of an address, so that a list of suppressions can't be turned back into addresses."""
    return hmac.digest(key, b"suppression\x1f" + address.encode(), "sha256").hex()


def voucher_code(key: bytes, case: str, attempt: int = 0) -> str:
    """An unguessable code, the same for the same case and attempt: a retry never makes a second one.

    12 characters of 28 are 57 bits; groups of four are easy to read out.
    """
    digest = hmac.digest(key, f"voucher\x1f{case}\x1f{attempt}".encode(), "sha256")
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(12):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    text = "".join(letters)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def voucher_id(store: str, code: str) -> str:
    """The document of a code; customers may type it in lower case, with or without the dashes."""
    return hash_id("voucher", store, "".join(code.upper().replace("-", "").split()))


def bucket(*parts: str) -> int:
    """A sticky number from 0 to 9999 for sharing customers out between arms."""
    return int(hash_id("bucket", *parts)[:12], 16) % 10_000
