"""Whether a refused message is about a person: searched as text, because nobody could read it."""

import re
from collections.abc import Mapping, Set
from urllib.parse import unquote

from common.domain.values import dataclass

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9)])[ ().\-/\u00a0]+(?=[0-9(])")
_LEAST_DIGITS = 7
"""Of a phone number as it is dialled within its country."""
_NATIONAL_DIGITS = 9
_SURE_LENGTH = 6
"""An account's id as long as this is nobody else's quantity or price."""
_ID_KEYS = r"(?:customer|user|account|contact|profile|person|client|buyer|visitor|member|shopper)[a-z_. -]*id"
_OF_CUSTOMER = r"\"(?:customer|user|buyer|account|person)\"\s*:\s*\{[^{}]{0,2000}?\"id\""


@dataclass(frozen=True, slots=True)
class Mentions:
    """What to look for; made once for all messages."""

    patterns: tuple[re.Pattern[str], ...]
    numbers: tuple[str, ...]

    def found_in(self, text: str) -> bool:
        """Whether the text, however it is escaped, names the person."""
        if not self.patterns and not self.numbers:
            return False
        plain = _plain(text)
        if any(pattern.search(plain) for pattern in self.patterns):
            return True
        joined = _BETWEEN_DIGITS.sub("", plain) if self.numbers else ""
        return any(number in joined for number in self.numbers)


def mentions(identifiers: Mapping[str, Set[str]]) -> Mentions:
    """Look for e-mail addresses in any case, phone numbers in any spelling, ids where they stand for a person.

    A short account id such as 42 counts only beside a key that says so. A name counts nowhere: others bear it too.
    """
    patterns = [
        _pattern(rf"(?<![\w.+-]){re.escape(address.lower())}(?![\w-])") for address in identifiers["email"]
    ]
    for id in (*identifiers["id"], *identifiers["anonymous"]):
        text = re.escape(id.lower())
        if len(id) >= _SURE_LENGTH:
            patterns.append(_pattern(rf"(?<![\w-]){text}(?![\w-])"))
        else:
            beside = rf"(?:{_ID_KEYS}\"?|{_OF_CUSTOMER})\s*[:=]\s*\"?{text}(?![\w-])"
            patterns.append(_pattern(beside))
    digits = [re.sub("[^0-9]", "", phone) for phone in identifiers["phone"]]
    return Mentions(
        tuple(patterns),
        tuple(number[-_NATIONAL_DIGITS:] for number in digits if len(number) >= _LEAST_DIGITS),
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _plain(text: str) -> str:
    """The text without the escapes of JSON and of forms, in lower case."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return (unquote(text) if "%" in text else text).lower()
