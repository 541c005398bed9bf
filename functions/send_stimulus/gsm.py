"""SMS alphabets: one character outside GSM-7 more than halves what a segment holds (3GPP TS 23.038)."""

import unicodedata

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "^{}\\[~]|€"
_SEVEN_BIT = frozenset(_BASIC + _EXTENSION)
# Letters and signs that no decomposition takes apart.
_PLAIN = str.maketrans(
    "łŁđĐðÐıœŒþÞ„“”«»‚‘’–—−\u00a0\u202f\u2009",  # noqa: RUF001 - these very characters are meant
    'lLdDdDioOtT"""""\'\'\'---   ',
    "\u00ad\u200b\u2060\ufeff",
)


def fold(text: str) -> str:
    """The text in GSM-7 as far as its letters have a plain form; other scripts stay as they are."""
    return "".join(
        letter if letter in _SEVEN_BIT else _fold_letter(letter) for letter in text.translate(_PLAIN)
    )


def segments(text: str) -> int:
    """How many SMS the text is billed as: 160 or 70 characters, 153 or 67 each when there are several."""
    if all(letter in _SEVEN_BIT for letter in text):
        length, one, each = len(text) + sum(letter in _EXTENSION for letter in text), 160, 153
    else:
        length, one, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // each)


def _fold_letter(letter: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain if plain and all(part in _SEVEN_BIT for part in plain) else letter
