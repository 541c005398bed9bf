"""Names that can't be used again yet: the de-duplication of the real service."""

from datetime import datetime


class NameMemory:
    """Names of what is gone, oldest first."""

    def __init__(self) -> None:
        self._gone_at: dict[str, datetime] = {}

    def add(self, name: str, now: datetime) -> None:
        """Remember a name that went now."""
        self._gone_at[name] = now

    def has(self, name: str, since: datetime) -> bool:
        """Whether this name went later than `since`; what went earlier is forgotten here and now."""
        while self._gone_at and (oldest := next(iter(self._gone_at))) and self._gone_at[oldest] <= since:
            del self._gone_at[oldest]
        return name in self._gone_at
