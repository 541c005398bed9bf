"""`recoup catalog` as a person runs it: real files, a real process that is killed, SQLite and Google's emulator."""

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from common import wiring
from common.adapters.firestore_catalogue import FirestoreCatalogue
from common.adapters.firestore_store import FirestoreStore
from common.application import catalogue as records
from common.application.catalogue import Busy
from common.application.failures import Unavailable
from common.application.ports import Catalogue, SkuPage
from common.domain.catalogue import Product
from infra.catalog.checkpoint import Checkpoint, Progress
from infra.catalog.formats import Format
from infra.catalog.importing import Import, Target, Watch
from infra.catalog.loading import load
from infra.catalog.statements import Reading
from infra.cli.main import app
from infra.local.database import Database
from infra.local.sqlite_catalogue import SqliteCatalogue
from infra.local.sqlite_store import SqliteStore

RECOUP = Path(sys.executable).with_name("recoup")
HEADER = "sku,name,price,category,stock\n"
ROWS = 12_000


@dataclass(frozen=True, slots=True)
class Run:
    """What one run printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A file of products, and the engine's file that they go into."""

    file: Path
    data: Path

    def write(self, *rows: str, header: str = HEADER) -> None:
        self.file.write_text(header + "".join(f"{row}\n" for row in rows))

    def bring(self, *options: object) -> Run:
        return recoup(
            "catalog",
            "import",
            self.file,
            "--store",
            "shop",
            "--currency",
            "PLN",
            "--data",
            self.data,
            *options,
        )

    def status(self) -> dict[str, Any]:
        return recoup("catalog", "status", "shop", "--json", "--data", self.data).lines[0]

    def show(self, sku: str) -> dict[str, Any]:
        return recoup("catalog", "show", "shop", sku, "--json", "--data", self.data).lines[0]


def recoup(*arguments: object) -> Run:
    """One command, in this process."""
    words = [str(argument) for argument in arguments]
    found = CliRunner().invoke(app(words), words)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Run(found.exit_code, found.stdout, found.stderr)


def rows(count: int, price: int = 100) -> list[str]:
    return [f"S-{number:06},Lamp {number},{price}.00,Home > Lamps,5" for number in range(count)]


@pytest.fixture(autouse=True)
def _cloud_again() -> Iterator[None]:
    yield
    wiring.use(None)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    data = tmp_path / "dev.sqlite"
    Database(data).close()
    return Shelf(tmp_path / "products.csv", data)


def products_in(data: Path) -> dict[str, Product]:
    """Everything that the catalogue of the file has."""
    database = Database(data)
    catalogue = SqliteCatalogue(database)
    found: dict[str, Product] = {}
    cursor = None
    while True:
        page = catalogue.active_skus("shop", 1_000, cursor)
        found |= catalogue.products("shop", page.skus)
        if (cursor := page.cursor) is None:
            database.close()
            return found


def test_an_import_fills_the_catalogue(shelf: Shelf) -> None:
    """Then a product can be shown, and the state be asked for."""
    shelf.write("L-1,Lamp,499.00,Home > Lamps,3", "L-2,Lamp 2,399.00,Home > Lamps,")
    run = shelf.bring()
    assert run.status == 0
    assert "2 products written" in run.out
    assert shelf.show("L-1")["price"] == "499.00"
    assert shelf.show("L-2")["stock"] is None
    status = shelf.status()
    assert (status["version"], status["products"], status["importing"]) == (1, 2, False)
    assert status["last_import"]["files"] == ["products.csv"]
    assert "L-1" in recoup("catalog", "show", "shop", "L-1", "--data", shelf.data).out
    assert recoup("catalog", "show", "shop", "no", "--data", shelf.data).status == 1


def test_only_what_changed_is_written_and_the_version_tells(shelf: Shelf) -> None:
    """The same file again changes nothing, not even the version; one new price is one write."""
    shelf.write(*rows(10))
    assert shelf.bring("--json").lines[-1]["version"] == 1
    again = shelf.bring("--json").lines[-1]
    assert (again["version"], again["last_import"]["written"], again["last_import"]["unchanged"]) == (
        1,
        0,
        10,
    )
    shelf.write(*rows(9), rows(10, price=90)[9])
    changed = shelf.bring("--json").lines[-1]
    assert (changed["version"], changed["last_import"]["written"]) == (2, 1)
    assert (shelf.show("S-000009")["version"], shelf.show("S-000008")["version"]) == (2, 1)


def test_refused_rows_are_told_and_the_rest_is_taken(shelf: Shelf, tmp_path: Path) -> None:
    """On standard error for a person, as JSON Lines for a program or into a file; the exit status says so too."""
    shelf.write("L-1,Lamp,499.00,,3", "L-2,Lamp,free,,", "L-1,Twin,1.00,,", ",Nameless,1.00,,")
    run = shelf.bring()
    assert run.status == 1
    assert "products.csv:3 (L-2): price can't be taken" in run.err
    again = shelf.bring("--json")
    assert [line.get("reason") for line in again.lines[:-1]] == [
        "amount_invalid",
        "sku_duplicate",
        "field_missing",
    ]
    assert [line["line"] for line in again.lines[:-1]] == [3, 4, 5]
    rejects = tmp_path / "rejects.jsonl"
    assert shelf.bring("--rejects", rejects).status == 1
    assert len(rejects.read_text().splitlines()) == 3
    assert shelf.status()["last_import"]["refused"] == 3


def test_a_thousand_refused_rows_don_t_flood_the_screen(shelf: Shelf) -> None:
    """The first ones are enough to see what is wrong."""
    shelf.write(*(f"S-{number},Lamp,free,,0" for number in range(1_000)))
    run = shelf.bring()
    assert len(run.err.splitlines()) == 21
    assert "1,000 refused" in run.out


def test_a_dry_run_writes_nothing(shelf: Shelf) -> None:
    """It tells what an import would refuse, with the status that it would have."""
    shelf.write("L-1,Lamp,499.00,,3", "L-1,Lamp,499.00,,3")
    run = shelf.bring("--dry-run", "--json")
    assert run.status == 1
    assert run.lines[-1] == {"dry_run": True, "read": 2, "taken": 1, "refused": 1}
    assert shelf.status()["products"] == 0
    assert not shelf.data.with_name("dev.sqlite.imports").exists()


def test_what_is_missing_can_be_deactivated(shelf: Shelf) -> None:
    """It stays in the catalogue, inactive; a product whose row was refused is not missing."""
    shelf.write(*rows(5))
    shelf.bring()
    shelf.write(*rows(2), "S-000002,Lamp,free,,1")
    assert shelf.bring("--json").lines[-1]["last_import"]["deactivated"] == 0
    done = shelf.bring("--deactivate-missing", "--json").lines[-1]
    assert (done["last_import"]["deactivated"], done["version"], done["products"]) == (2, 2, 5)
    assert [shelf.show(f"S-00000{number}")["active"] for number in range(5)] == [True] * 3 + [False] * 2
    assert shelf.bring("--deactivate-missing", "--json").lines[-1]["version"] == 2


@pytest.mark.parametrize("broken", [",nobody,1.00,,1", 'X,"never closed,1'])
def test_nothing_is_deactivated_when_it_is_unknown_what_is_missing(shelf: Shelf, broken: str) -> None:
    """A file that was cut off must not empty the shop."""
    shelf.write(*rows(5))
    shelf.bring()
    shelf.write(*rows(2), broken)
    run = shelf.bring("--deactivate-missing")
    assert "nothing was deactivated" in run.err
    assert len(products_in(shelf.data)) == 5


def test_a_damaged_archive_is_taken_as_far_as_it_goes(shelf: Shelf) -> None:
    """And nothing is deactivated for it."""
    packed = gzip.compress((HEADER + "\n".join(rows(20_000))).encode())
    file = replace(shelf, file=shelf.file.with_suffix(".csv.gz"))
    file.file.write_bytes(packed)
    assert file.bring().status == 0
    file.file.write_bytes(packed[: len(packed) // 2])
    run = file.bring("--deactivate-missing", "--json")
    assert (run.status, run.lines[0]["reason"]) == (1, "file_unreadable")
    assert 0 < run.lines[-1]["last_import"]["read"] < 20_000
    assert (run.lines[-1]["last_import"]["deactivated"], run.lines[-1]["version"]) == (0, 1)


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("", (), "empty"),
        ("hello", (), "none of the known formats"),
        (HEADER, ("--currency", "ZLOTY"), "--currency"),
        (HEADER, ("--decimal", "both"), "--decimal"),
        (HEADER, ("--encoding", "klingon"), "--encoding"),
        (HEADER, ("--resume",), "no interrupted import"),
        (HEADER, ("--store", " "), "--store"),
        (HEADER, ("--rejects", "/nowhere/at/all.jsonl"), "can't be written"),
    ],
)
def test_what_can_t_be_done_is_said_at_once(
    shelf: Shelf, content: str, options: tuple[str, ...], sentence: str
) -> None:
    """In one sentence, with status 2, before anything is written."""
    shelf.file.write_text(content)
    run = shelf.bring(*options)
    assert run.status == 2
    assert sentence in run.err
    assert shelf.status()["version"] == 0


# Whoever runs the tests in the background has Ctrl-C ignored, and children inherit that. It is undone in the
# new process: between fork and exec (preexec_fn) gRPC's threads of this one may end it.
WITH_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def start(shelf: Shelf, *options: str) -> "subprocess.Popen[bytes]":
    """An import in a process of its own."""
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            WITH_CTRL_C,
            RECOUP,
            "catalog",
            "import",
            shelf.file,
            "--store",
            "shop",
            "--currency",
            "PLN",
            "--data",
            shelf.data,
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_some(shelf: Shelf, process: "subprocess.Popen[bytes]", wanted: int) -> None:
    """Until so many products are written."""
    database = Database(shelf.data)
    catalogue = SqliteCatalogue(database)
    while process.poll() is None and catalogue.count("shop") < wanted:
        time.sleep(0.01)
    database.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_import_goes_on(shelf: Shelf, tmp_path: Path, how: signal.Signals) -> None:
    """Killed in the middle, perhaps several times, it ends with what an undisturbed one has, told once."""
    bad = ["B,Lamp,free,,0", "S-000003,Twin,1.00,,0"]
    shelf.write(*bad[:1], *rows(ROWS), *bad)
    rejects = tmp_path / "rejects.jsonl"
    for wanted in (1_000, 4_000):
        process = start(shelf, "--rejects", str(rejects))
        wait_for_some(shelf, process, wanted)
        process.send_signal(how)
        process.communicate()
        assert process.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert shelf.status()["version"] == 0
    last = start(shelf, "--rejects", str(rejects), "--resume", "--json")
    out, err = last.communicate()
    assert last.returncode == 1, err
    assert b"going on after" in err
    done = json.loads(out.splitlines()[-1])
    assert (done["version"], done["products"], done["last_import"]["read"]) == (1, ROWS, ROWS + 3)
    assert done["last_import"]["refused"] == 3
    assert done["last_import"]["written"] + done["last_import"]["unchanged"] == ROWS
    assert len(rejects.read_text().splitlines()) == 3
    found = products_in(shelf.data)
    assert len(found) == ROWS
    assert {(one.version, one.price.minor) for one in found.values()} == {(1, 10_000)}


def test_another_file_begins_anew_and_so_does_restart(shelf: Shelf) -> None:
    """What an interrupted import had done of the old file doesn't count for the new one."""
    shelf.write(*rows(ROWS))
    process = start(shelf)
    wait_for_some(shelf, process, 500)
    process.kill()
    process.communicate()
    shelf.write(*rows(5, price=7))
    done = shelf.bring("--restart", "--json").lines[-1]
    assert done["last_import"]["read"] == 5
    assert shelf.show("S-000004")["price"] == "7.00"


def test_two_imports_of_a_store_at_once_are_refused(shelf: Shelf, tmp_path: Path) -> None:
    """On this machine by a lock, elsewhere by the lease in the catalogue's state; another store may go on."""
    shelf.write(*rows(3))
    held = Checkpoint(shelf.data.with_name("dev.sqlite.imports"), "shop")
    run = shelf.bring()
    assert (run.status, "on this machine" in run.err) == (2, True)
    held.close()
    database = Database(shelf.data)
    now = datetime.now(UTC)
    records.begin(SqliteStore(database), "shop", "somewhere else", now)
    database.close()
    run = shelf.bring()
    assert (run.status, "another import into shop" in run.err) == (2, True)
    assert shelf.status()["importing"] is True
    assert (
        recoup(
            "catalog", "import", shelf.file, "--store", "b", "--currency", "PLN", "--data", shelf.data
        ).status
        == 0
    )


def test_a_dead_import_elsewhere_is_taken_over(tmp_path: Path) -> None:
    """After three minutes without a word; if it wakes up again, it finds out and stops."""
    store = SqliteStore(Database(tmp_path / "dev.sqlite"))
    now = datetime.now(UTC)
    records.begin(store, "shop", "first", now)
    with pytest.raises(Busy):
        records.begin(store, "shop", "second", now + timedelta(minutes=2))
    records.renew(store, "shop", "first", now + timedelta(minutes=2))
    records.begin(store, "shop", "second", now + timedelta(minutes=6))
    with pytest.raises(Busy, match="taken over"):
        records.renew(store, "shop", "first", now + timedelta(minutes=7))


class Shaky:
    """A catalogue whose first writes fail."""

    def __init__(self, catalogue: Catalogue, failures: int) -> None:
        self._catalogue = catalogue
        self._failures = failures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)

    def put_many(self, products: list[Product]) -> None:
        if self._failures:
            self._failures -= 1
            raise Unavailable("Firestore: UNAVAILABLE")
        self._catalogue.put_many(products)


class Now:
    """The system's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.mark.parametrize("failures", [1, 3])
def test_a_write_that_fails_is_tried_again(shelf: Shelf, failures: int) -> None:
    """A passing failure delays an import and nothing else."""
    shelf.write(*rows(1_200))
    database = Database(shelf.data)
    catalogue: Any = Shaky(SqliteCatalogue(database), failures)
    target = Target(catalogue=catalogue, store=SqliteStore(database), clock=Now())
    checkpoint = Checkpoint(shelf.data.parent / "state", "shop")
    progress = Progress(fingerprint="f", run_id="r", started_at=datetime.now(UTC).isoformat(), fresh=False)
    reading = Reading(store="shop", now=datetime.now(UTC), currency="PLN")
    done = Import(target, "shop", reading, checkpoint, Watch()).run(
        [shelf.file], Format.AUTO, progress, missing_too=False
    )
    assert (done.run.written, done.status.products) == (1_200, 1_200)
    checkpoint.close()
    database.close()


def test_memory_doesn_t_grow_with_the_file(shelf: Shelf) -> None:
    """Sixty thousand rows take hardly more than six thousand."""
    peaks = []
    for count in (6_000, 60_000):
        shelf.write(*rows(count, price=count))
        code = (
            "import sys, resource; from infra.cli.main import app\n"
            "try: app(sys.argv[1:])(sys.argv[1:])\n"
            "except SystemExit: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        words = ["catalog", "import", str(shelf.file), "--store", "shop", "--currency", "PLN", "--dry-run"]
        run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
        peaks.append(int(run.stdout.split()[-1]))
    assert peaks[1] - peaks[0] < 15_000  # KiB


def test_a_replay_s_catalogue_is_loaded_at_once(tmp_path: Path) -> None:
    """Lines of several stores, each with its own version."""
    lines = [
        {
            "store": "a",
            "sku": "1",
            "name": "Lamp",
            "price": "10",
            "currency": "PLN",
            "category": "Home > Lamps",
        },
        {"store": "b", "sku": "1", "name": "Mug", "price": "5", "currency": "EUR"},
        {"store": "a", "sku": "1", "name": "Twin", "price": "5", "currency": "EUR"},
        {"sku": "2", "name": "Stray", "price": "5", "currency": "EUR"},
    ]
    file = tmp_path / "catalog.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    database = Database(tmp_path / "replay.sqlite", exclusive=True)
    catalogue, store = SqliteCatalogue(database), SqliteStore(database)
    problems = load(catalogue, store, file, datetime(2026, 3, 1, tzinfo=UTC))
    assert [(one.line, one.reason) for one in problems] == [(3, "sku_duplicate"), (4, "field_missing")]
    assert [catalogue.products(name, ["1"])["1"].name for name in ("a", "b")] == ["Lamp", "Mug"]
    assert records.status(store, "a").version == records.status(store, "b").version == 1
    database.close()


def test_on_firestore_an_import_is_the_same(
    shelf: Shelf, firestore_project: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From the command to the emulator and back, interrupted by nothing and repeated."""
    settings = {
        "GOOGLE_CLOUD_PROJECT": firestore_project,
        "RECOUP_FUNCTION_URLS": json.dumps(
            dict.fromkeys(("generate_offer", "send_stimulus", "expire_vouchers"), "https://f.test")
        ),
        "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@f.test",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    shelf.write(*rows(1_500))
    words = ["catalog", "import", shelf.file, "--store", "shop", "--currency", "PLN", "--json"]
    first, second = recoup(*words).lines[-1], recoup(*words, "--deactivate-missing").lines[-1]
    assert (first["version"], first["products"], first["last_import"]["written"]) == (1, 1_500, 1_500)
    assert (second["version"], second["last_import"]["unchanged"]) == (1, 1_500)
    shelf.write(*rows(1_400))
    third = recoup(*words, "--deactivate-missing").lines[-1]
    assert (third["version"], third["last_import"]["deactivated"]) == (2, 100)
    catalogue = FirestoreCatalogue(firestore_project)
    assert len(catalogue.candidates("shop", ("Home", "Lamps"), "PLN", 10**6, 1_000)) == 1_000
    assert records.status(FirestoreStore(firestore_project), "shop").version == 2
    assert isinstance(catalogue.active_skus("shop", 10), SkuPage)
    assert [one.name for one in (tmp_path / "state/recoup/imports").iterdir()] == [firestore_project]
