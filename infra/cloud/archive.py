"""The source archive of the functions: what `.gcloudignore` lets through, the same bytes wherever it is built.

`python -m infra.cloud.archive` prints the archive's path and its SHA-256.
"""

import argparse
import hashlib
import re
import stat
import sys
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path

from common.domain.values import dataclass

ROOT = Path(__file__).resolve().parents[2]
ALLOW_LIST = ".gcloudignore"
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a ZIP file can state."""
_UNIX = 3
_READABLE = (stat.S_IFREG | 0o644) << 16
_KNOWN = re.compile(r"!?/?(?!.*\*\*)[\w.*-]+/?", re.ASCII)
"""One name: paths of several parts, and signs that fnmatch reads in another way than gcloud does, are not."""


class Unusable(ValueError):
    """No archive can be made of the folder; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of the allow-list: `*.pyc`, `folder/`, `/only-at-the-top`, and `!` before what is taken after all."""

    glob: str
    takes: bool
    at_the_top: bool
    folders_only: bool

    def matches(self, path: Path, top: Path) -> bool:
        """Whether it speaks of this file or folder."""
        if self.folders_only and not path.is_dir():
            return False
        return fnmatchcase(path.name, self.glob) and (path.parent == top or not self.at_the_top)


def patterns(text: str) -> list[Pattern]:
    """The lines of an allow-list. Raises Unusable for what would need more of gcloud's rules than these."""
    lines = [line.strip() for line in text.splitlines()]
    return [_pattern(line) for line in lines if line and not line.startswith("#")]


def _pattern(line: str) -> Pattern:
    if not _KNOWN.fullmatch(line):
        raise Unusable(
            f"{ALLOW_LIST}: {line} is a pattern that infra/cloud/archive.py doesn't know; teach it"
        )
    bare = line.removeprefix("!")
    return Pattern(bare.strip("/"), line.startswith("!"), bare.startswith("/"), bare.endswith("/"))


def files(root: Path) -> list[Path]:
    """What is deployed, in the order of the names. Raises Unusable."""
    allow_list = root / ALLOW_LIST
    if not allow_list.is_file():
        raise Unusable(f"{allow_list} does not exist; it says what is deployed")
    found = _walk(root, root, patterns(allow_list.read_text("utf-8")))
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _walk(folder: Path, top: Path, listed: list[Pattern]) -> Iterator[Path]:
    for path in folder.iterdir():
        last = next((one for one in reversed(listed) if one.matches(path, top)), None)
        if last is not None and not last.takes:
            continue
        if path.is_symlink():
            raise Unusable(f"{path.relative_to(top)} is a symbolic link; put a file or folder in its place")
        if path.is_dir():
            yield from _walk(path, top, listed)
        else:
            yield path


def packed(root: Path) -> bytes:
    """The archive. Its entries aren't compressed: two releases of zlib needn't make the same bytes of them."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for path in files(root):
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _OLDEST)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            target.writestr(entry, path.read_bytes())
    return archive.getvalue()


def build(root: Path, into: Path) -> tuple[Path, str]:
    """Write the archive, named by what is in it; its path and SHA-256. Harmless to repeat. Raises Unusable."""
    content = packed(root)
    digest = hashlib.sha256(content).hexdigest()
    path = into / f"recoup-{digest[:12]}.zip"
    into.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)
    return path, digest


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="archive", description="Build the functions' source archive.")
    parser.add_argument("--into", type=Path, default=ROOT / "build", help="folder of the archive")
    parser.add_argument("--list", action="store_true", help="only name the files that would be in it")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.list:
            names = [path.relative_to(ROOT).as_posix() for path in files(ROOT)]
            sys.stdout.write("".join(f"{name}\n" for name in names))
        else:
            path, digest = build(ROOT, chosen.into)
            sys.stdout.write(f"{path} {digest}\n")
    except (Unusable, OSError) as problem:
        sys.stderr.write(f"Error: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
