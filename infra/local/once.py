"""Which ids were seen before: what any consumer of an at-least-once topic keeps."""


class Once:
    """Remembers ids for one run, by their 64-bit hashes: those of a million events take some twenty megabytes."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def first_time(self, id: str) -> bool:
        """Whether `id` is new; from now on it isn't."""
        known = len(self._seen)
        self._seen.add(hash(id))
        return len(self._seen) > known
