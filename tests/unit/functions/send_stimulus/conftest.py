"""Templates of a test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions.send_stimulus import rendering


@pytest.fixture
def templates_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, str], None]]:
    """Writes a part of `alternative_offer`; there are no other templates."""
    caches = (rendering._environment, rendering._template_names, rendering._template_output)
    monkeypatch.setattr(rendering, "_TEMPLATES", tmp_path)
    folder = tmp_path / "alternative_offer"
    folder.mkdir()
    for cache in caches:
        cache.cache_clear()

    def write(part: str, text: str) -> None:
        (folder / part).write_text(text)

    yield write
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()
