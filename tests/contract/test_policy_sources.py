"""What every source of policy documents promises, in a folder as in Firestore."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_policies import FirestorePolicySource
from common.adapters.firestore_values import fields_of, fill_fields
from common.adapters.google_calls import emulator_channel
from common.application.failures import Unavailable
from common.application.ports import PolicySource
from infra.local.yaml_policies import UnreadablePolicies, YamlPolicySource

RECOVERY = {
    "enabled": True,
    "activated_at": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    "abandon_after_minutes": 45,
    "min_cart_total": {"PLN": "20.00"},
    "note": None,
    "share": 0.5,
    "steps": [{"id": "first", "channels": ["email", "sms"]}, {"id": "zażółć"}],
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A source, and an administrator's hand."""

    source: PolicySource
    write: Callable[[str, Mapping[str, Any]], None]


def in_folder(folder: Path) -> Bench:
    def write(name: str, document: Mapping[str, Any]) -> None:
        text = json.dumps(document, default=lambda moment: moment.isoformat(), ensure_ascii=False)
        # JSON quotes its moments, YAML doesn't.
        text = text.replace('"2026-03-01T12:30:00+00:00"', "2026-03-01T12:30:00+00:00")
        (folder / f"{name}.yaml").write_text(text, "utf-8")

    return Bench(YamlPolicySource(folder), write)


def write_to_firestore(database: FirestoreDatabase, path: str, document: Mapping[str, Any]) -> None:
    from google.cloud.firestore_v1.types.write import Write

    write = Write.pb()()
    write.update.name = database.path(path)
    fill_fields(write.update.fields, document)
    database.commit([write])


@pytest.fixture
def database(firestore_emulator: str, firestore_project: str) -> FirestoreDatabase:
    return FirestoreDatabase(firestore_project, "(default)", 10, emulator_channel(firestore_emulator))


@pytest.fixture(params=["folder", "firestore"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    if request.param == "folder":
        return in_folder(tmp_path)
    database = request.getfixturevalue("database")
    project = request.getfixturevalue("firestore_project")
    return Bench(
        FirestorePolicySource(project),
        lambda name, document: write_to_firestore(database, f"config/{name}", document),
    )


def test_documents_are_read_as_they_were_written(bench: Bench) -> None:
    """Every document is there under its name, with numbers, texts, moments, lists and mappings as written."""
    bench.write("recovery", RECOVERY)
    bench.write("sequence", {})
    assert bench.source.read() == {"recovery": RECOVERY, "sequence": {}}


def test_without_documents_there_are_none(bench: Bench) -> None:
    """A shop that never edited a policy has no documents, and none that were good."""
    assert bench.source.read() == {}
    assert bench.source.last_good() == {}


def test_an_edit_is_read_the_next_time(bench: Bench) -> None:
    """Reading is never answered from memory."""
    bench.write("recovery", {"enabled": True})
    bench.source.read()
    bench.write("recovery", {"enabled": False})
    assert bench.source.read() == {"recovery": {"enabled": False}}


def test_the_last_good_version_outlives_a_bad_edit(bench: Bench) -> None:
    """What was reported as taken stays available when a later edit is reported as bad."""
    bench.source.report("recovery", None, RECOVERY)
    bench.source.report("recovery", "recovery.enabled: must be true or false")
    bench.source.report("sequence", "sequence.steps: must be a list")
    assert bench.source.last_good() == {"recovery": RECOVERY}


def test_the_newest_good_version_counts(bench: Bench) -> None:
    """A document that is taken again replaces the good version whole."""
    bench.source.report("recovery", None, RECOVERY)
    bench.source.report("recovery", None, {"enabled": False})
    assert bench.source.last_good() == {"recovery": {"enabled": False}}


def test_a_status_tells_administrators_what_is_wrong(
    database: FirestoreDatabase, firestore_project: str
) -> None:
    """`config_status/{name}` says whether the document was taken, and if not, why, and when that was."""
    source = FirestorePolicySource(firestore_project)
    source.report("recovery", None, {"enabled": True})
    source.report("recovery", "recovery.enabled: must be true or false")
    (document,) = database.get([database.path("config_status", "recovery")])
    status = fields_of(document.fields)
    assert isinstance(status.pop("reported_at"), datetime)
    assert status == {
        "taken": False,
        "problem": "recovery.enabled: must be true or false",
        "good": {"enabled": True},
    }


def test_a_firestore_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing answers, reading and reporting say that a retry may help."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    source = FirestorePolicySource("nobody-there", timeout_seconds=0.5)
    for call in (source.read, source.last_good, lambda: source.report("recovery", None)):
        with pytest.raises(Unavailable, match="Firestore"):
            call()


@pytest.mark.parametrize("suffix", ["yaml", "yml", "json"])
def test_a_document_may_be_yaml_or_json(tmp_path: Path, suffix: str) -> None:
    """The file's name without its suffix is the document's; other files are left alone."""
    (tmp_path / f"recovery.{suffix}").write_text('{"enabled": true}')
    (tmp_path / "README.md").write_text("{")
    (tmp_path / ".recovery.yaml").write_text("{")
    assert YamlPolicySource(tmp_path).read() == {"recovery": {"enabled": True}}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_all_defaults(tmp_path: Path, text: str) -> None:
    """A document without any field is a document."""
    (tmp_path / "recovery.yaml").write_text(text)
    assert YamlPolicySource(tmp_path).read() == {"recovery": {}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("enabled: true\nsteps: [1, 2\n", "recovery.yaml, line 3: expected ',' or ']', but got"),
        ("enabled: true\n  wrong: 1\n", "recovery.yaml, line 2: mapping values are not allowed here"),
        ("a: 1\nb: 2\na: 3\n", "recovery.yaml, line 3: a is there twice"),
        ("- a\n- b\n", "recovery.yaml, line 1: expected `field: value` lines, found a list"),
        ("true", "recovery.yaml, line 1: expected `field: value` lines, found only True"),
        ("a: !!python/object:os.system x\n", "recovery.yaml, line 1: could not determine a constructor"),
        ("[a]: 1\n{b: 1}: 2\n", "recovery.yaml, line 1: found unhashable key"),
        ("a: \x07\n", "recovery.yaml: it is not YAML text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    """What is wrong with a file is one sentence that names the file and the line."""
    (tmp_path / "recovery.yaml").write_text(text)
    with pytest.raises(UnreadablePolicies) as raised:
        YamlPolicySource(tmp_path).read()
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    """Text that isn't UTF-8 is told with the file's name."""
    (tmp_path / "recovery.yaml").write_bytes("note: zażółć".encode("cp1250"))
    with pytest.raises(UnreadablePolicies, match="it is not YAML text in UTF-8"):
        YamlPolicySource(tmp_path).read()


def test_two_files_of_one_document_are_told(tmp_path: Path) -> None:
    """Which of two files counts is not left to chance."""
    for suffix in ("yaml", "yml"):
        (tmp_path / f"recovery.{suffix}").write_text("enabled: true")
    with pytest.raises(UnreadablePolicies, match="the second file of document recovery"):
        YamlPolicySource(tmp_path).read()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that isn't there is an error, not a shop without policies."""
    with pytest.raises(UnreadablePolicies, match="nowhere is not a folder"):
        YamlPolicySource(tmp_path / "nowhere").read()


def test_problems_are_listed_until_they_are_solved(tmp_path: Path) -> None:
    """A folder's source knows what is wrong with which document, until that is taken again."""
    source = YamlPolicySource(tmp_path)
    source.report("recovery", "recovery.enabled: must be true or false")
    assert source.problems == {"recovery": "recovery.enabled: must be true or false"}
    source.report("recovery", None, {})
    assert source.problems == {}
