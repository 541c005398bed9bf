"""Files as streams of text: compressed or not, in whatever encoding they say they are, one bounded line at a time."""

import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from infra.catalog.statements import Unreadable

MAX_LINE = 4 * 2**20
"""Characters of one line; a longer one is refused without being held."""
_SNIFFED = 65_536
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class TooLong(Exception):
    """A line has more characters than any product needs."""


@contextmanager
def opened(path: Path, told: Callable[[int], object] = lambda size: None) -> Iterator[BinaryIO]:
    """The file's content, unpacked; `told` hears how many of its own bytes were read. Raises Unreadable."""
    try:
        with path.open("rb", buffering=0) as raw:
            counted = io.BufferedReader(_Counted(raw, told), 2**18)
            packed = counted.peek(2)[:2] == b"\x1f\x8b"
            yield io.BufferedReader(gzip.GzipFile(fileobj=counted), 2**18) if packed else counted
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable(f"{path.name} is a damaged gzip file ({error}); pack it again") from None
    except OSError as error:
        raise Unreadable(f"{path.name} can't be read: {error.strerror or error}") from None


def beginning(stream: Any) -> bytes:
    """Up to 64 KiB from where the stream is, which it will give again."""
    return bytes(stream.peek(_SNIFFED))[:_SNIFFED]


def text_of(stream: BinaryIO, encoding: str | None) -> IO[str]:
    """The stream as text: in the encoding asked for, else that of its mark, else UTF-8.

    Bytes that aren't of the encoding stay recognisable, so that only their own row is refused.
    """
    known = next((name for mark, name in _BOMS if beginning(stream).startswith(mark)), "utf-8")
    errors = "replace" if known == "utf-16" else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=encoding or known, errors=errors, newline="")


class Lines:
    """An iterator over lines that can be told to hand out those of the last record again, but for the first."""

    def __init__(self, text: IO[str]) -> None:
        self.number = 0
        """Of the line handed out last; from 1."""
        self._text = text
        self._record: list[str] = []
        self._again: deque[str] = deque()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        """The next line with its end. Raises TooLong, after which the line after it is next."""
        line = self._again.popleft() if self._again else self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= MAX_LINE and not line.endswith(("\n", "\r")):
            self._pass_over()
            raise TooLong
        self._record.append(line)
        return line

    def begin_record(self) -> int:
        """What is handed out from here on is a new record; its first line's number."""
        self._record.clear()
        return self.number + 1

    def reread(self) -> None:
        """Hand out the record's lines once more, but for its first."""
        lines = self._record[1:]
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    @property
    def of_record(self) -> int:
        """How many lines the record has so far."""
        return len(self._record)

    def _pass_over(self) -> None:
        while (rest := self._text.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
            pass


class _Counted(io.RawIOBase):
    def __init__(self, raw: Any, told: Callable[[int], object]) -> None:
        self._raw = raw
        self._told = told

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        size = int(self._raw.readinto(target) or 0)
        self._told(size)
        return size
