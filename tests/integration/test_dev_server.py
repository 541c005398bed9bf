"""`recoup dev`: the engine on this machine, with its mailbox to look at."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from common import wiring
from infra.dev import worker
from infra.dev.app import create_app
from infra.dev.engine import DevEngine, Unusable
from infra.dev.server import bound

RECOUP = Path(sys.executable).with_name("recoup")
HERE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
PRESSED = {**HERE, "X-Requested-With": "fetch"}
ALL_GET = ["/", "/live", "/recovery-events", "/healthz", "/static/dev.css", "/static/dev.js", "/nowhere"]

Start = Callable[..., tuple[DevEngine, FlaskClient]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts engines, on one file unless told otherwise, and closes the last one."""
    running: list[DevEngine] = []

    def begin(
        data: str = "dev.sqlite", policy: Path | None = None, **options: Any
    ) -> tuple[DevEngine, FlaskClient]:
        engine = DevEngine(tmp_path / data, policy, **options)
        running.append(engine)
        engine.start()
        return engine, create_app(engine).test_client()

    yield begin
    for engine in running:
        engine.close()
    wiring.use(None)


def eventually(condition: Callable[[], Any]) -> Any:
    """What the condition comes to once it holds; five seconds are more than enough."""
    deadline = time.monotonic() + 5
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)
    return found


def press(client: FlaskClient, path: str) -> str:
    answer = client.post(path, headers=PRESSED)
    assert answer.status_code == 200, answer.text
    return str(answer.json["said"]) if answer.json else ""


def types(client: FlaskClient) -> list[str]:
    return [json.loads(line)["type"] for line in client.get("/recovery-events").text.splitlines()]


def skip_until(client: FlaskClient, type: str) -> None:
    """Skip on until it was announced."""
    for _ in range(12):
        if type in types(client):
            return
        press(client, "/clock")
        time.sleep(0.25)
    raise AssertionError(f"{type} never came about: {types(client)}")


def event(number: int = 1, **facts: Any) -> dict[str, Any]:
    """A message that a storefront would publish now."""
    line = {"sku": "MUG", "name": "Mug", "quantity": 2, "unit_price": "12.50"}
    data = {
        "id": f"event-{number}",
        "type": "cart.updated",
        "occurred_at": datetime.now(UTC).isoformat(),
        "customer": {"email": f"c{number}@shop.test", "consent": {"email": True}},
        "cart": {"id": f"cart-{number}", "currency": "EUR", "lines": [line]},
        **facts,
    }
    return {"attributes": {"source": "recoup", "store": "my-shop"}, "data": data}


def page(client: FlaskClient) -> str:
    """What the page shows of the engine's state."""
    return client.get("/live").text


def test_an_abandoned_cart_ends_up_in_the_mailbox(start: Start) -> None:
    """A sample cart, two skips, and there is a message as its customer sees it, with its source and its case."""
    _, client = start()
    assert "filled cart-" in press(client, "/samples/cart")
    eventually(lambda: "cart-" in page(client))
    skip_until(client, "stimulus.sent")
    assert "Your cart at Our shop is still here" in page(client)
    shown = client.get("/mailbox/1")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown.text
    letter = client.get("/mailbox/1/html")
    assert "sandbox" in letter.headers["Content-Security-Policy"]
    assert '<base target="_blank">' in letter.text
    source = message_from_bytes(client.get("/mailbox/1.eml").data)
    assert source["To"].startswith("emma.")
    case = re.search(r"/cases/[0-9a-f]{32}", shown.text)
    assert case is not None
    timeline = client.get(case[0]).text
    assert "first sent" in timeline
    assert "customers/" in timeline


def test_a_code_brings_an_order_back_and_a_cancellation_takes_it_away(start: Start) -> None:
    """The samples buy with the newest open code and cancel what was recovered; before that they say what is missing."""
    _, client = start()
    assert "no open code" in press(client, "/samples/order")
    assert "no recovered order" in press(client, "/samples/cancellation")
    press(client, "/samples/cart")
    eventually(lambda: "cart-" in page(client))
    skip_until(client, "stimulus.sent")
    assert "was placed with" in press(client, "/samples/order")
    eventually(lambda: "case.recovered" in types(client))
    assert "was cancelled" in press(client, "/samples/cancellation")
    eventually(lambda: "voucher.released" in types(client))
    assert "no recovered order" in press(client, "/samples/cancellation")


def test_a_broken_event_is_shown_with_its_reason(start: Start) -> None:
    """What the engine can't understand is on the page, in the words of the refusal."""
    _, client = start()
    press(client, "/samples/broken")
    eventually(lambda: "intake.refused" in types(client))
    assert "unit_price is not an amount" in page(client)


def test_a_storefront_can_publish_its_own_events(start: Start) -> None:
    """Posted messages are answered with their ids, and become cases."""
    _, client = start()
    answer = client.post("/events", data="\n".join(json.dumps(event(number)) for number in (1, 2)))
    assert answer.status_code == 202
    assert answer.json is not None
    assert len(answer.json["message_ids"]) == 2
    eventually(lambda: "cart-1" in page(client) and "cart-2" in page(client))


def test_a_request_is_taken_whole_or_not_at_all(start: Start) -> None:
    """One bad line among good ones is answered with 400 and its place, and nothing is published."""
    engine, client = start()
    answer = client.post("/events", data=json.dumps(event()) + "\nnope")
    assert (answer.status_code, answer.json) == (
        400,
        {"error": "line 2 is not JSON; send one JSON object a line"},
    )
    assert engine.topic.pull() is None
    assert "cart-1" not in page(client)


def test_a_request_that_is_too_large_is_refused(start: Start) -> None:
    """More than Pub/Sub would take is answered with 413."""
    _, client = start()
    answer = client.post("/events", data=b" " * (10 * 2**20 + 1))
    assert answer.status_code == 413
    assert answer.json


def test_events_move_along_with_a_clock_that_is_ahead(start: Start) -> None:
    """After a skip the storefront's "now" is the engine's now: a fresh cart is not abandoned on arrival."""
    engine, client = start()
    press(client, "/samples/cart")
    eventually(lambda: "cart-" in page(client))
    skip_until(client, "stimulus.sent")
    assert engine.clock.ahead > timedelta(minutes=59)
    client.post("/events", json=event(7))
    eventually(lambda: "cart-7" in page(client))
    time.sleep(0.3)
    assert types(client).count("case.abandoned") == 1


def test_looking_changes_nothing(start: Start) -> None:
    """What changes something can't be reached with GET."""
    _, client = start()
    for path in ("/events", "/clock", "/samples/cart"):
        assert client.get(path).status_code == 405
    assert types(client) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/events", "/clock", "/samples/cart"])
def test_other_sites_cannot_press_the_buttons(start: Start, path: str, headers: dict[str, str]) -> None:
    """A page of another site in the same browser is refused, whatever it posts."""
    _, client = start()
    assert client.post(path, json=event(), headers=headers).status_code == 403
    time.sleep(0.2)
    assert "cart-" not in page(client)


def test_another_name_of_this_machine_is_refused(start: Start) -> None:
    """A site whose name was pointed at this machine can't read the page."""
    _, client = start()
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"Host": "127.0.0.1:8080"}).status_code == 200


@pytest.mark.parametrize("path", ALL_GET)
def test_every_answer_limits_what_its_page_may_do(start: Start, path: str) -> None:
    """No script but ours, nothing from other sites, no framing, no guessing of types."""
    _, client = start()
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_loads_nothing_from_elsewhere(start: Start) -> None:
    """Every address that the page loads or links to is this server's own."""
    _, client = start()
    text = client.get("/").text
    assert not re.findall(r'(?:src|href)="(?!/)', text)
    assert "style=" not in text
    assert "onclick" not in text


def test_what_a_storefront_says_is_only_text(start: Start) -> None:
    """Markup in names, ids and refusals is shown, never carried out."""
    _, client = start()
    bad = '<img src=x onerror="alert(1)">'
    named = event(1, customer={"name": bad, "email": "c@shop.test", "consent": {"email": True}})
    client.post("/events", json=[named, event(2, type=bad)])
    eventually(lambda: "intake.refused" in types(client) and "cart-1" in page(client))
    skip_until(client, "stimulus.sent")
    case = re.search(r"/cases/[0-9a-f]{32}", page(client))
    assert case is not None
    for text in (page(client), client.get(case[0]).text, client.get("/mailbox/1").text):
        assert "<img src=x" not in text
    assert "&lt;img src=x" in page(client)
    assert "<img src=x" not in client.get(f"/?said={bad}").text


def test_an_edit_of_the_policy_counts_within_a_moment(start: Start, tmp_path: Path) -> None:
    """A mended file is in force without a restart; a broken one is shown plainly and changes nothing."""
    rules = tmp_path / "policy"
    rules.mkdir()
    written = rules / "recovery.yaml"
    written.write_text("abandon_after_minutes: 20")
    engine, client = start(policy=rules)
    assert engine.rules.current().recovery.abandon_after_minutes == 20
    written.write_text("abandon_after_minutes: 25")
    eventually(lambda: engine.rules.current().recovery.abandon_after_minutes == 25)
    for broken, said in (
        ("abandon_after_minuets: 1", "abandon_after_minuets"),
        ("a: [", "recovery.yaml, line 1"),
    ):
        written.write_text(broken)
        assert said in page(client)
        assert "problem" in page(client)
    time.sleep(1.1)
    assert engine.rules.current().recovery.abandon_after_minutes == 25
    written.write_text("")
    eventually(lambda: engine.rules.current().recovery.abandon_after_minutes == 30)
    assert "problem" not in page(client)


def test_an_unknown_document_is_shown(start: Start, tmp_path: Path) -> None:
    """A file whose name is misspelt does nothing, and the page says so."""
    rules = tmp_path / "policy"
    rules.mkdir()
    (rules / "recovry.yaml").write_text("enabled: false")
    _, client = start(policy=rules)
    assert "recovry is not a policy document" in page(client)


def test_a_restart_loses_nothing(start: Start) -> None:
    """Mailbox, announcements, clock and pending timers are there again; what was due meanwhile is carried out."""
    engine, client = start()
    press(client, "/samples/cart")
    eventually(lambda: "cart-" in page(client))
    skip_until(client, "stimulus.sent")
    engine.worker.stop()
    before, ahead, due = types(client), engine.clock.ahead, engine.next_due()
    engine.close()
    again, client = start()
    assert types(client) == before
    assert again.clock.ahead == ahead
    eventually(lambda: again.next_due() == due)  # once the sweep that it begins with is over
    assert "shop.test" in client.get("/mailbox/1").text
    client.post("/events", json={"attributes": {}, "data": {}})
    eventually(lambda: types(client) == [*before, "intake.refused"])
    again.close()
    _, client = start()
    client.post("/events", json={"attributes": {}, "data": {}})
    eventually(lambda: types(client) == [*before, "intake.refused", "intake.refused"])


def test_a_fast_engine_does_not_wait(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --fast a cart's whole life passes by itself."""
    monkeypatch.setattr(worker, "FAST_AFTER_SECONDS", 0.05)
    _, client = start(fast=True)
    press(client, "/samples/cart")
    eventually(lambda: "case.lost" in types(client))


def test_one_file_is_one_engines_at_a_time(start: Start) -> None:
    """A second engine on the same file is refused, by name; after the first has closed it is welcome."""
    engine, _ = start()
    with pytest.raises(Unusable, match=re.escape("dev.sqlite is in use by another recoup dev")):
        DevEngine(engine.data)
    engine.close()
    start()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Somebody's letter isn't overwritten: the file is refused and stays as it is, and nothing is left behind."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Anna, " * 100)
    with pytest.raises(Unusable, match=r"letter\.txt can't be used"):
        DevEngine(letter)
    assert letter.read_text().startswith("Dear Anna")
    assert not (tmp_path / "letter.txt.lock").exists()
    with pytest.raises(Unusable, match="nowhere"):
        DevEngine(tmp_path / "nowhere" / "dev.sqlite")


def test_the_page_hears_of_changes_only(start: Start) -> None:
    """Asking again is answered with 304 while nothing has changed, and with the page once something has."""
    _, client = start()
    first = client.get("/live")
    same = client.get("/live", headers={"If-None-Match": first.headers["ETag"]})
    assert same.status_code in (200, 304)  # the minute may just have passed
    press(client, "/samples/cart")
    etag = {"If-None-Match": first.headers["ETag"]}
    eventually(lambda: client.get("/live", headers=etag).status_code == 200)


def test_buttons_work_without_scripts(start: Start) -> None:
    """A plain form leads back to the page, which says what happened; reloading it repeats nothing."""
    _, client = start()
    answer = client.post("/samples/cart", headers=HERE)
    assert answer.status_code == 303
    assert "filled cart-" in client.get(answer.headers["Location"]).text


def test_what_is_not_there_is_said(start: Start) -> None:
    """Unknown messages, cases and samples are 404, as a page for people and as JSON for programs."""
    _, client = start()
    for path in ("/mailbox/7", "/mailbox/7.eml", "/mailbox/7/html", "/cases/none"):
        assert "There is no such" in client.get(path, headers={"Accept": "text/html"}).text
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json
    assert client.post("/samples/none", headers=PRESSED).status_code == 404


def test_recovery_events_go_on_where_a_reader_stopped(start: Start) -> None:
    """`?after=N` leaves out what the reader has had."""
    _, client = start()
    press(client, "/samples/broken")
    press(client, "/samples/broken")
    eventually(lambda: len(types(client)) == 2)
    assert len(client.get("/recovery-events?after=1").text.splitlines()) == 1


def test_health_tells_whether_somebody_works(start: Start) -> None:
    """200 while the worker is alive, 503 afterwards."""
    engine, client = start()
    eventually(
        lambda: client.get("/healthz").json == {"status": "ok", "pending": 0}
    )  # the first sweep is over
    engine.worker.stop()
    assert client.get("/healthz").status_code == 503


def test_only_this_machine_is_served() -> None:
    """The server listens on the loopback address alone."""
    with bound(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_interrupted(tmp_path: Path, end: signal.Signals) -> None:
    """It prints its address and how to send an event, and Ctrl-C ends it cleanly with everything kept."""
    command = [str(RECOUP), "dev", "--port", "0", "--data", str(tmp_path / "dev.sqlite")]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as run:
        assert run.stdout is not None
        welcome = ""
        while "curl" not in welcome:
            welcome += run.stdout.readline()
        address = re.search(r"http://localhost:\d+/", welcome)
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}healthz") as answer:
            assert json.load(answer)["status"] == "ok"
        run.send_signal(end)
        try:
            out, err = run.communicate(timeout=20)
        finally:
            run.kill()
    assert (run.returncode, err) == (0, "")
    assert "Stopped." in out
    assert [path.name for path in tmp_path.iterdir()] == ["dev.sqlite"]


def _port_in_use(folder: Path) -> tuple[list[object], str]:
    listening = socket.create_server(("127.0.0.1", 0))
    _KEPT.append(listening)
    port = listening.getsockname()[1]
    return ["--port", port], f"port {port} is in use; choose another one with --port"


_KEPT: list[socket.socket] = []


def _no_folder(folder: Path) -> tuple[list[object], str]:
    return ["--policy", folder / "nowhere"], "nowhere is not a folder"


def _bad_policy(folder: Path) -> tuple[list[object], str]:
    (folder / "recovery.yaml").write_text("holdout_percent: 140")
    return ["--policy", folder], "holdout_percent is 140"


def _no_database(folder: Path) -> tuple[list[object], str]:
    (folder / "letter").write_text("Dear Anna, " * 100)
    return ["--data", folder / "letter"], "letter can't be used"


@pytest.mark.parametrize("mistake", [_port_in_use, _no_folder, _bad_policy, _no_database])
def test_a_mistake_is_one_clear_sentence(
    mistake: Callable[[Path], tuple[list[object], str]], tmp_path: Path
) -> None:
    """What keeps it from starting is named in one line on stderr; the status is 2."""
    options, sentence = mistake(tmp_path)
    usual: list[object] = ["--port", 0, "--data", tmp_path / "dev.sqlite"]
    run = subprocess.run(
        [RECOUP, "dev", *map(str, [*usual, *options])], capture_output=True, text=True, timeout=60
    )
    for kept in _KEPT:
        kept.close()
    assert run.returncode == 2
    assert run.stdout == ""
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1
