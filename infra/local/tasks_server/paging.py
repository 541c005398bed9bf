"""Pages of a list whose members come and go between two calls."""

from collections.abc import Iterable

from infra.local.tasks_server.rejection import invalid


def take_page(names: Iterable[str], size: int, token: str, largest: int) -> tuple[list[str], str]:
    """The names of one page, and the token of the next ("" when there is none). `size` 0 means the largest.

    A token is the last name of its page, so neither additions nor deletions make a later page skip or repeat.
    """
    if not 0 <= size <= largest:
        raise invalid(f"page_size must be in [0, {largest}].")
    rest = sorted(name for name in names if name > token)
    page = rest[: size or largest]
    return page, page[-1] if len(page) < len(rest) else ""
