"""The source archive: the same bytes each time, what .gcloudignore lets through, and enough to run every function."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.cloud import archive
from tests.deployment_scripts.stage import ROOT, SCRIPTS


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small checkout, with what must not be deployed beside what must."""
    shutil.copy(ROOT / ".gcloudignore", tmp_path)
    for name in (
        "main.py",
        "requirements.txt",
        "README.md",
        ".env",
        "common/__init__.py",
        "common/__pycache__/__init__.cpython-311.pyc",
        "common/main.py",
        "functions/a/main.py",
        "functions/a/templates/first/email.html",
        "functions/a/model.json",
        "functions/a/left.pyc",
        "infra/cloud/deploy.sh",
        "tests/main.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return tmp_path


def names(packed: bytes, folder: Path) -> list[str]:
    path = folder / "packed.zip"
    path.write_bytes(packed)
    with zipfile.ZipFile(path) as opened:
        return opened.namelist()


def test_nothing_but_the_allow_list_is_in_it(tree: Path) -> None:
    assert names(archive.packed(tree), tree) == [
        "common/__init__.py",
        "common/main.py",
        "functions/a/main.py",
        "functions/a/model.json",
        "functions/a/templates/first/email.html",
        "main.py",
        "requirements.txt",
    ]


def test_the_same_files_give_the_same_bytes(tree: Path) -> None:
    """Whenever they were written, in whichever order, and whoever may read them."""
    before = archive.packed(tree)
    copy = tree / "copy"
    for name in reversed(names(before, tree)):
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((tree / name).read_bytes())
        path.chmod(0o600)
        os.utime(path, (10**9, 10**9))
    shutil.copy(tree / ".gcloudignore", copy)
    assert archive.packed(copy) == before
    (copy / "common" / "main.py").write_text("# another\n")
    assert archive.packed(copy) != before


def test_it_is_named_by_its_hash(tree: Path) -> None:
    path, digest = archive.build(tree, tree / "build")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert path.name == f"recoup-{digest[:12]}.zip"
    assert archive.build(tree, tree / "build") == (path, digest)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_whoever_unpacks_it_may_read_it(tree: Path) -> None:
    path, _ = archive.build(tree, tree)
    with zipfile.ZipFile(path) as opened:
        assert {one.external_attr >> 16 for one in opened.infolist()} == {stat.S_IFREG | 0o644}


def test_what_it_can_not_pack(tree: Path) -> None:
    """A link would lead somewhere else there; a pattern that isn't understood might let a secret through."""
    (tree / "common" / "link.py").symlink_to(tree / "README.md")
    with pytest.raises(archive.Unusable, match=r"common/link\.py is a symbolic link"):
        archive.packed(tree)
    for pattern in ("docs/*.md", "**/x", "[ab]", "!/functions/a/main.py"):
        (tree / ".gcloudignore").write_text(f"/*\n{pattern}\n")
        with pytest.raises(archive.Unusable, match="pattern"):
            archive.packed(tree)
    (tree / ".gcloudignore").unlink()
    with pytest.raises(archive.Unusable, match="does not exist"):
        archive.packed(tree)


def test_gcloud_would_upload_the_same_files() -> None:
    """What `gcloud functions deploy --source=.` takes, by gcloud's own reading of the allow-list."""
    if not shutil.which("gcloud"):
        if os.environ.get("REQUIRE_EMULATORS") == "1":
            pytest.fail("REQUIRE_EMULATORS=1, but gcloud is not on PATH")
        pytest.skip("gcloud is not on PATH")
    asked = ["gcloud", "meta", "list-files-for-upload", str(ROOT)]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120).stdout.split()
    assert sorted(listed) == [path.relative_to(ROOT).as_posix() for path in archive.files(ROOT)]


def test_the_script_prints_path_and_hash(tmp_path: Path) -> None:
    """From another folder, with whatever Python there is."""
    done = subprocess.run(
        [SCRIPTS / "archive.sh", "--into", tmp_path],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "RECOUP_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    path, digest = done.stdout.split()
    assert (Path(path).parent, hashlib.sha256(Path(path).read_bytes()).hexdigest()) == (tmp_path, digest)
