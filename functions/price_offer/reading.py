"""Reading one field of a JSON object strictly: the right type within its bounds, or a sentence about that field.

No sentence repeats a value: ids and attributes may be somebody's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Fields = Mapping[str, Any]
MAX_MINOR = 10**12
MAX_BP = 10_000
MAX_TEXT = 200
_MOMENT = re.compile(
    r"2\d{3}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339, years 2000-2999


class InvalidRequest(ValueError):
    """The request can't be read; `field` is the path of what is wrong, None = the body as a whole."""

    def __init__(self, field: str | None, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def whole(fields: Fields, name: str, where: str = "", highest: int = MAX_MINOR, lowest: int = 0) -> int:
    """A whole number that has to be there. `where` is the path of the object, with its dot."""
    value = fields.get(name)
    if type(value) is int and lowest <= value <= highest:
        return value
    raise InvalidRequest(where + name, f"{where}{name} {_must_be_whole(lowest, highest)}")


def whole_or_none(
    fields: Fields, name: str, where: str = "", highest: int = MAX_MINOR, lowest: int = 0
) -> int | None:
    """A whole number, or None where it is missing or null."""
    value = fields.get(name)
    if value is None or (type(value) is int and lowest <= value <= highest):
        return value
    raise InvalidRequest(where + name, f"{where}{name} {_must_be_whole(lowest, highest)}, or left out")


def _must_be_whole(lowest: int, highest: int) -> str:
    return f"must be a whole number from {lowest} to {highest}"


def text(fields: Fields, name: str, where: str = "") -> str:
    """A text that has to be there, of 1 to MAX_TEXT characters."""
    value = fields.get(name)
    if type(value) is str and 0 < len(value) <= MAX_TEXT and (value.isascii() or _is_unicode(value)):
        return value
    raise InvalidRequest(where + name, f"{where}{name} must be a text of 1 to {MAX_TEXT} characters")


def text_or_none(fields: Fields, name: str, where: str = "") -> str | None:
    """A text, or None where it is missing or null."""
    return None if fields.get(name) is None else text(fields, name, where)


def _is_unicode(value: str) -> bool:
    """Whether the text can be written down; half of a surrogate pair can't."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def flag(fields: Fields, name: str, where: str = "") -> bool:
    """A truth value that has to be there."""
    value = fields.get(name)
    if type(value) is bool:
        return value
    raise InvalidRequest(where + name, f"{where}{name} must be true or false")


def moment(fields: Fields, name: str, where: str = "") -> datetime:
    """An RFC 3339 time that has to be there, in UTC."""
    value = fields.get(name)
    if type(value) is str and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise InvalidRequest(
        where + name, f"{where}{name} must be a time with its offset, such as 2026-03-01T12:00:00Z"
    )


def moment_or_none(fields: Fields, name: str, where: str = "") -> datetime | None:
    """An RFC 3339 time in UTC, or None where it is missing or null."""
    return None if fields.get(name) is None else moment(fields, name, where)


def choice(fields: Fields, name: str, allowed: Sequence[str], where: str = "") -> str:
    """One of the allowed texts."""
    value = fields.get(name)
    if type(value) is str and value in allowed:
        return value
    raise InvalidRequest(where + name, f"{where}{name} must be one of {', '.join(allowed)}")


def section(fields: Fields, name: str, where: str = "") -> Fields:
    """An object that has to be there."""
    value = fields.get(name)
    if type(value) is dict:
        return value
    raise InvalidRequest(where + name, f"{where}{name} must be an object")


def listed(
    fields: Fields, name: str, most: int, where: str = "", least: int = 0
) -> Iterator[tuple[str, Fields]]:
    """The objects of a list, each with its path and dot, such as `alternatives[3].`."""
    value = fields.get(name)
    if type(value) is not list or not least <= len(value) <= most:
        raise InvalidRequest(where + name, f"{where}{name} must be a list of {least} to {most} objects")
    for at, one in enumerate(value):
        if type(one) is not dict:
            raise InvalidRequest(f"{where}{name}[{at}]", f"{where}{name}[{at}] must be an object")
    return ((f"{where}{name}[{at}].", one) for at, one in enumerate(value))


def distinct(names: Sequence[str], field: str, what: str) -> None:
    """Raise InvalidRequest if a name stands twice in the list `field`."""
    if len(set(names)) < len(names):
        raise InvalidRequest(field, f"{field} names one {what} twice; send each {what} once")
