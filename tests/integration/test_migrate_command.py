"""`recoup migrate` on documents of the previous version: read as they are, changed beside a live engine, resumed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from google.cloud.firestore_v1.types.write import Write
from typer.testing import CliRunner

from common import wiring
from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.firestore_values import fields_of, fill_fields
from common.application.documents import to_fields
from common.application.failures import Unavailable
from common.application.ports import Put, Ref, Store
from common.domain.documents import CASE_VERSION, Case
from common.domain.vocabulary import CaseKind, Stage
from infra.cli.main import app
from infra.dev.engine import DevEngine
from infra.migrations.running import Change, carry_out, changes, progress_of, rehearse
from tests.builders import ANNA, DAY, STORE, when
from tests.stories import Story

(FIRST, *_) = changes()
SINCE = ("kind", "lost_order_id", "offer", "former_offer", "stands_in_for", "worth", "held_until", "changes")
"""Fields of a case that the previous version didn't have."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run printed, and its exit status."""

    status: int
    out: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def recoup(*arguments: object) -> Run:
    words = [str(argument) for argument in arguments]
    found = CliRunner().invoke(app(words), words)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Run(found.exit_code, found.stdout)


@pytest.fixture(autouse=True)
def _cloud_again() -> Iterator[None]:
    yield
    wiring.use(None)


def old_case(number: int) -> Case:
    """A case as the previous version left it."""
    id = f"case-{number:03}"
    return Case(
        id=id, store=STORE, cart_id=f"k{number}", opened_at=DAY, last_activity_at=DAY, schema_version=1
    )


def cases_in(store: Store) -> list[Case]:
    return [entry.document for entry in store.browse("cases", 500).loaded.values()]


# On Firestore, where documents of the previous version lack fields


class Raw:
    """Documents of one project, as they are stored."""

    def __init__(self, project: str) -> None:
        self._database = FirestoreDatabase(project, "(default)", 10, None)

    def write(self, collection: str, id: str, fields: dict[str, Any]) -> None:
        write = Write.pb()()
        write.update.name = self._database.path(collection, id)
        fill_fields(write.update.fields, fields)
        self._database.commit([write])

    def read(self, collection: str, id: str) -> dict[str, Any]:
        (found,) = self._database.get([self._database.path(collection, id)])
        return fields_of(found.fields)


def as_before(case: Case) -> dict[str, Any]:
    """The fields that the previous version wrote, with its moment for TTL."""
    known = {name: value for name, value in to_fields(case).items() if name not in SINCE}
    return {**known, "schema_version": 1, "expire_at": when("+400d 00:00")}


def test_a_document_of_the_previous_version_is_understood(firestore_project: str) -> None:
    """The engine goes on with it: its message leaves, its order closes it, before any migration."""
    store, raw = FirestoreStore(firestore_project), Raw(firestore_project)
    story = Story(wrapped=lambda engine: replace(engine, store=store))
    story.cart("k1", "10:00", ANNA)
    case = cases_in(store)[0]
    raw.write("cases", case.id, as_before(case))
    assert not set(SINCE) & raw.read("cases", case.id).keys()
    story.run_until("11:01")
    assert len(story.said("stimulus.sent")) == 1
    story.order("o1", "11:30", ANNA, cart="k1")
    assert store.load([Ref("cases", case.id)])[Ref("cases", case.id)].document.stage is Stage.RECOVERED


def test_every_field_is_written_out(firestore_project: str) -> None:
    """So that queries and exports find it; what else stands beside the document stays."""
    store, raw = FirestoreStore(firestore_project), Raw(firestore_project)
    raw.write("cases", "case-001", as_before(old_case(1)))
    (*_, last) = carry_out(store, Story().clock, FIRST)
    stored = raw.read("cases", "case-001")
    assert (last.read, last.changed) == (1, 1)
    assert (stored["kind"], stored["schema_version"]) == (CaseKind.CART.value, CASE_VERSION)
    assert stored["expire_at"] == when("+400d 00:00")
    assert set(SINCE) <= stored.keys()


def test_a_case_that_changes_meanwhile_keeps_its_change(firestore_project: str) -> None:
    """The page is read anew: nothing that the engine wrote is lost."""
    real = FirestoreStore(firestore_project)
    for number in range(4):
        real.save([Put(Ref("cases", f"case-{number:03}"), old_case(number), None)])
    busy = Busy(real, times=3)
    (*_, last) = carry_out(busy, Story().clock, FIRST)
    assert (last.read, last.changed) == (4, 4)
    found = {case.id: case for case in cases_in(real)}
    assert found["case-002"].total_minor == 3
    assert {case.schema_version for case in found.values()} == {CASE_VERSION}


class Busy:
    """A store on which somebody changes a case each time before a page is saved."""

    def __init__(self, store: Store, times: int) -> None:
        self._store, self._times = store, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def save(self, puts: Any, counters: Any = None) -> Any:
        ref = Ref("cases", "case-002")
        if self._times > 0 and any(put.ref == ref for put in puts):
            self._times -= 1
            known = self._store.load([ref])[ref]
            changed = replace(known.document, total_minor=known.document.total_minor + 1)
            self._store.save([Put(ref, changed, known.version)])
        return self._store.save(puts, counters)


# On a file, as a person runs it


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "dev.sqlite"
    dev = DevEngine(path)
    for number in range(250):
        case = old_case(number) if number % 5 else replace(old_case(number), schema_version=CASE_VERSION)
        dev.machine.engine.store.save([Put(Ref("cases", case.id), case, None)])
    dev.close()
    return path


def test_what_is_left_and_what_was_done(data: Path) -> None:
    before = recoup("migrate", "status", "--data", data)
    assert (before.status, "not begun" in before.out) == (1, True)
    assert "200 of 250 documents changed" in recoup("migrate", "up", "--data", data).out
    after = recoup("migrate", "status", "--data", data, "--json")
    assert after.status == 0
    assert {line["state"] for line in after.lines} == {"done"}
    assert recoup("migrate", "up", "--data", data).out == ""


def test_a_dry_run_counts_and_changes_nothing(data: Path) -> None:
    run = recoup("migrate", "up", "--dry-run", "--data", data, "--json")
    assert [(line["would_read"], line["would_change"]) for line in run.lines] == [(250, 200)]
    assert recoup("migrate", "status", "--data", data).status == 1


def test_a_run_that_died_is_gone_on_with(data: Path) -> None:
    """Wherever it stopped: a page and its progress are one commit."""
    dev = DevEngine(data)
    try:
        engine = dev.machine.engine
        first = next(carry_out(engine.store, engine.clock, FIRST, page=60))
        assert (first.read, first.changed, first.done_at) == (60, 48, None)
        assert sum(read for read, _ in rehearse(engine.store, FIRST)) == 190
        (*_, last) = carry_out(engine.store, engine.clock, FIRST, page=60)
        assert (last.read, last.changed) == (250, 200)
        assert last.started_at == first.started_at
    finally:
        dev.close()


def test_two_runs_at_once_share_the_work(data: Path) -> None:
    """Whoever comes second finds the first one's progress, and goes on from there."""
    dev = DevEngine(data)
    try:
        engine = dev.machine.engine
        one = carry_out(engine.store, engine.clock, FIRST, page=40)
        other = carry_out(engine.store, engine.clock, FIRST, page=40)
        next(one), next(other), next(one), next(other)
        list(one), list(other)
        (progress,) = progress_of(engine.store, [FIRST])
        assert progress is not None
        assert (progress.read, progress.changed) == (250, 200)
    finally:
        dev.close()


def test_documents_that_never_rest_are_unavailable(data: Path) -> None:
    """Rather than an endless loop; what is done stays done."""
    dev = DevEngine(data)
    try:
        busy = Busy(dev.machine.engine.store, times=1_000)
        with pytest.raises(Unavailable):
            list(carry_out(busy, dev.clock, FIRST))
        (progress,) = progress_of(dev.machine.engine.store, [FIRST])
        assert progress is not None
        assert progress.read == 2
    finally:
        dev.close()


def test_each_migration_is_whole() -> None:
    """Numbered from one, each with its sentence; applied twice it is applied once."""
    assert [change.id[:4] for change in changes()] == [f"{n:04}" for n in range(1, len(changes()) + 1)]
    for change in changes():
        assert isinstance(change, Change)
        assert change.about
        assert not change.about.endswith(".")
    once = FIRST.migrated(old_case(1))
    assert FIRST.migrated(once) is once
