"""What a person reads of an HTML page, and the pictures that it shows."""

from html.parser import HTMLParser

_INLINE = frozenset("a abbr b bdi em i mark s small span strong sub sup u wbr".split())
_UNREAD = frozenset(("style", "script"))


class PageWords(HTMLParser):
    """The words in lines, each block of the page a line of its own."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[str] = []
        """Their addresses."""
        self.unseen: list[str] = []
        """Words that are read aloud, or shown instead of a picture or on top of it."""
        self._words: list[str] = []
        self._unread = 0
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        """What is seen, and the page's title."""
        return "".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line."""
        self._unread += tag in _UNREAD
        if tag not in _INLINE:
            self._words.append("\n")
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.pictures.append(given.get("src", ""))
        self.unseen += [given[name] for name in ("alt", "title", "aria-label") if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        self._unread -= tag in _UNREAD
        if tag not in _INLINE:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        """Text between tags; line ends of the source are blanks."""
        if not self._unread:
            self._words.append(" ".join(data.splitlines()) if "\n" in data else data)
