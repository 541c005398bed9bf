"""As much of protobuf's wire format as Terraform's plugin protocol needs: numbers, and fields that have a length."""

from collections.abc import Iterable, Iterator

Message = Iterable[tuple[int, "bytes | str | int | bool"]]
"""Fields by number; one that repeats stands there several times, one at its default is left out."""


def message(*fields: tuple[int, bytes | str | int | bool]) -> bytes:
    """The message on the wire."""
    return b"".join(_field(number, value) for number, value in fields if value or isinstance(value, bytes))


def read(wire: bytes) -> dict[int, bytes]:
    """The fields that have a length, by number; of one that repeats the last."""
    return dict(_fields(wire))


def _field(number: int, value: bytes | str | int | bool) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(int(value))
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _fields(wire: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(wire):
        tag, at = _read_varint(wire, at)
        length, at = _read_varint(wire, at)
        if tag & 7 == 2:
            yield tag >> 3, wire[at : at + length]
            at += length
        elif tag & 7:
            raise ValueError(f"wire type {tag & 7} has no place in this protocol")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(wire: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = wire[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at
