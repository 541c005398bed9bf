"""`recoup replay`: recorded messages in, what the engine did about them out."""

import json
import os
import pty
import subprocess
import termios
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.bench.shop_day import lines as shop_day
from tests.builders import ANNA, BEN, STORE
from tests.integration.replay_runs import (
    RECOUP,
    Outcome,
    cart,
    code_of,
    everything,
    message,
    order,
    policy,
    replay,
    write,
)

ALWAYS = {"at", "type"}
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "case.abandoned": ({"total", "currency", "segment"}, set()),
    "case.held": (set(), {"reason"}),
    "case.suppressed": ({"reason"}, set()),
    "voucher.issued": ({"code", "incentive"}, {"valid_until"}),
    "stimulus.sent": ({"step", "channel", "recipient"}, {"voucher_code", "valid_until"}),
    "stimulus.skipped": ({"step", "reason"}, {"channel", "retry_at"}),
    "stimulus.failed": ({"step", "channel", "reason"}, set()),
    "voucher.redeemed": ({"code", "order_id"}, set()),
    "voucher.expired": ({"code"}, set()),
    "voucher.revoked": ({"code", "reason"}, set()),
    "voucher.released": ({"code", "reason"}, set()),
    "case.recovered": ({"order_id", "revenue", "discount", "currency"}, set()),
    "case.reversed": ({"order_id", "reason"}, {"revenue", "discount", "currency"}),
    "case.ordered": ({"order_id"}, set()),
    "case.lost": (set(), set()),
}
"""What each type of line about a case states, and what it may state."""
OF_A_CASE = {"store", "case_id", "subject"}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The day in which nearly everything happens, replayed."""
    folder = tmp_path_factory.mktemp("day")
    file = write(folder / "day.jsonl", everything(ANNA))
    return replay(file, "--policy", policy(folder / "policy"))


def test_a_day_is_told_in_time_order_and_ends_with_its_summary(day: Outcome) -> None:
    """The run succeeds, later lines are never earlier, the one summary comes last, and nothing is on stderr."""
    assert (day.status, day.err) == (0, "")
    moments = [datetime.fromisoformat(line["at"]) for line in day.lines]
    assert moments == sorted(moments)
    assert [line["type"] for line in day.lines].index("summary") == len(day.lines) - 1


def test_each_line_has_the_fields_of_its_type(tmp_path: Path, day: Outcome) -> None:
    """Every type occurs, and states when, of which store, case, customer and subject, and its own fields."""
    file = write(tmp_path / "day.jsonl", everything(ANNA))
    held = replay(file, "--policy", policy(tmp_path / "held", recovery="holdout_percent: 100"))
    texted = write(tmp_path / "texted.jsonl", [cart("k1", "10:00", ANNA.saying(email=False))])
    too_long = f"sms_sender: Bielik\nunsubscribe_url: https://shop.test/{'x' * 1_700}"
    failed = replay(texted, "--policy", policy(tmp_path / "failed", shop=too_long))
    seen = set()
    for line in [*day.lines, *held.lines, *failed.lines]:
        if line["type"] == "summary":
            continue
        seen.add(line["type"])
        required, optional = FIELDS[line["type"]]
        known = ALWAYS | OF_A_CASE | required
        assert known <= line.keys() <= known | optional | {"customer_id"}, line
        assert line["at"].endswith("Z")
        assert None not in line.values()
    assert seen == set(FIELDS)


def test_an_incentive_is_told_as_it_is_worth(day: Outcome) -> None:
    """A percentage has a percent and no amount; the voucher's code is the one that its message carries."""
    issued = {line["subject"]: line for line in day.of("voucher.issued")}
    assert issued["k1"]["incentive"] == {"kind": "percent", "percent": 5}
    assert issued["k1"]["code"] == code_of("k1")
    assert {line["voucher_code"] for line in day.of("stimulus.sent") if line["subject"] == "k1"} == {
        code_of("k1")
    }


def test_the_summary_is_net_of_what_was_taken_back(day: Outcome) -> None:
    """An order that was cancelled later is in no sum: only the order that stood counts (L45)."""
    assert [line["order_id"] for line in day.of("case.recovered")] == ["o1", "o2"]
    assert [line["order_id"] for line in day.of("case.reversed")] == ["o1"]
    (summary,) = day.of("summary")
    money = summary["recovered"]["PLN"]
    assert (money["orders"], money["revenue"], money["discount"]) == (1, "100.00", "0.00")
    assert summary["withheld"]["contact_missing"] == 1


def test_the_summary_counts_what_the_lines_say(day: Outcome) -> None:
    """Cases, messages per channel and vouchers in the summary are the numbers of the lines above it."""
    (summary,) = day.of("summary")
    said = [line["type"] for line in day.lines]
    assert summary["cases"]["abandoned"] == said.count("case.abandoned")
    assert summary["vouchers"]["issued"] == said.count("voucher.issued")
    assert sum(summary["messages"].values()) == said.count("stimulus.sent")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two processes with different hash seeds print the same and write the same mailbox, byte for byte."""
    lines = [line.encode() for line in shop_day(2_000)]
    file = write(tmp_path / "day.jsonl", [*everything(ANNA), b"rubbish", *lines])
    first, second = (replay(file, "--mailbox", tmp_path / seed, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first.out == second.out
    mail = [{path.name: path.read_bytes() for path in (tmp_path / seed).iterdir()} for seed in ("1", "2")]
    assert mail[0] == mail[1]
    assert len(mail[0]) == len(first.of("stimulus.sent")) > 20


def _line(**changes: Any) -> bytes:
    good = json.loads(cart("k1", "10:00", ANNA))
    stated = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return json.dumps(stated).encode()


BAD_LINES = {
    "not JSON": b"this is not JSON",
    "cut off": cart("k1", "10:00", ANNA)[:-9],
    "a list": b"[1, 2]",
    "a number": b"12",
    "binary junk": bytes(range(128, 256)) + b"\0\1\2",
    "no publish_time": _line(publish_time=None),
    "a naive publish_time": _line(publish_time="2026-03-02T10:00:00"),
    "a publish_time that is none": _line(publish_time="yesterday"),
    "a publish_time that is a number": _line(publish_time=1772445600),
    "no data": _line(data=None),
    "attributes that are a list": _line(attributes=["source"]),
    "attributes that are numbers": _line(attributes={"source": 1}),
    "attributes without a source": _line(attributes={}),
    "nested too deep": b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "half a surrogate pair": _line().replace(b'"k1"', b'"\\ud800"'),
    "a moment before all time zones": _line(publish_time="0001-01-01T00:00:00+14:00"),
    "a moment at the end of all time": _line(publish_time="9999-12-31T23:59:59Z"),
    "a moment long after the lines around it": _line(publish_time="2099-12-31T00:00:00Z"),
    "10 MB": _line(data="x" * 10_000_000),
    "an event that can't be read": _line(data={"id": "e", "type": "no.such.type"}),
}


@pytest.fixture(scope="module")
def bad_run(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Every bad line in one file: before, between and after good ones."""
    good = cart("k1", "10:00", ANNA)
    lines = [line for bad in BAD_LINES.values() for line in (bad, good)]
    folder = tmp_path_factory.mktemp("bad")
    return replay(write(folder / "bad.jsonl", lines), "--policy", policy(folder / "policy"))


@pytest.mark.parametrize("bad", BAD_LINES)
def test_a_bad_line_is_refused_with_its_number(bad_run: Outcome, bad: str) -> None:
    """A bad line is told once, with source, reason, a sentence and its line number counted from 1."""
    number = 2 * list(BAD_LINES).index(bad) + 1
    (refused,) = [line for line in bad_run.of("intake.refused") if line["line"] == number]
    assert refused.keys() >= {"at", "source", "reason", "detail"}
    assert len(refused["detail"]) > 10
    assert len(refused["detail"]) < 500


def test_bad_lines_do_not_stop_the_run(bad_run: Outcome) -> None:
    """The good lines among them are carried out, the status is 0, and the summary counts what was refused."""
    assert bad_run.status == 0
    assert bad_run.err == ""
    assert len(bad_run.of("case.abandoned")) == 1
    assert sum(bad_run.lines[-1]["refused"].values()) == len(BAD_LINES)


def test_a_file_of_bad_lines_only_is_told_whole(tmp_path: Path) -> None:
    """Without any good line every bad one is still told, and then the summary."""
    outcome = replay(write(tmp_path / "bad.jsonl", [b"one", b"", b"three"]))
    assert [line["type"] for line in outcome.lines] == ["intake.refused", "intake.refused", "summary"]
    assert [line["line"] for line in outcome.of("intake.refused")] == [1, 3]


def test_an_empty_file_is_a_day_without_events(tmp_path: Path) -> None:
    """No lines give a summary and nothing else."""
    outcome = replay(write(tmp_path / "empty.jsonl", []))
    assert outcome.status == 0
    assert [line["type"] for line in outcome.lines] == ["summary"]


def test_until_ends_the_run_at_its_moment(tmp_path: Path) -> None:
    """What is due at the moment still happens, what is due later doesn't, and the summary is of that moment."""
    file = write(tmp_path / "day.jsonl", [cart("k1", "10:00", ANNA)])
    rules = policy(tmp_path / "policy")
    until = replay(file, "--policy", rules, "--until", "2026-03-02T11:30:00+01:00")
    assert [line["type"] for line in until.lines] == ["case.abandoned", "summary"]
    assert until.lines[-1]["at"] == "2026-03-02T10:30:00Z"
    later = replay(file, "--policy", rules, "--until", "2027-01-01T00:00:00Z")
    assert later.lines[-1]["at"] == "2027-01-01T00:00:00Z"
    assert later.lines[:-1] == replay(file, "--policy", rules).lines[:-1]


def test_several_files_and_stdin_are_one_recording(tmp_path: Path) -> None:
    """Whatever their order and wherever they were cut, they are told in time order; - is standard input."""
    one, two, three = (
        cart("k1", "10:00", ANNA),
        cart("k2", "10:05", BEN),
        order("o1", "placed", "10:10", ANNA),
    )
    rules = policy(tmp_path / "policy")
    whole = replay(write(tmp_path / "whole.jsonl", [one, two, three]), "--policy", rules)
    first, last = write(tmp_path / "1.jsonl", [one, three]), write(tmp_path / "2.jsonl", [])
    for files in ([last, first, "-"], ["-", last, first]):
        assert replay(*files, "--policy", rules, stdin=two + b"\n").out == whole.out


def test_a_bad_line_of_several_files_names_its_own(tmp_path: Path) -> None:
    """By the file's name and the line's number in it; of two files of one name it is the path."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = [
        write(tmp_path / "day.jsonl", [cart("k1", "10:00", ANNA), b"bad"]),
        write(tmp_path / "a" / "night.jsonl", [b"bad", b"worse"]),
        write(tmp_path / "b" / "night.jsonl", [_line(attributes={}), b"bad"]),
    ]
    told = replay(*files).of("intake.refused")
    assert {(line["file"], line["line"]) for line in told} == {
        ("day.jsonl", 2),
        *((str(files[1]), number) for number in (1, 2)),
        *((str(files[2]), number) for number in (1, 2)),
    }
    assert len(told) == 5
    assert not [line for line in replay(files[0]).of("intake.refused") if "file" in line]


def test_a_byte_order_mark_costs_no_event(tmp_path: Path) -> None:
    """Some editors put one before the first line."""
    line = cart("k1", "10:00", ANNA)
    files = [write(tmp_path / f"{n}.jsonl", [text]) for n, text in enumerate((line, b"\xef\xbb\xbf" + line))]
    assert replay(files[0]).out == replay(files[1]).out


def test_what_names_no_store_has_none(tmp_path: Path) -> None:
    """Neither a bad line nor a message whose store nobody can tell."""
    file = write(tmp_path / "bad.jsonl", [b"bad", _line(attributes={"source": "recoup"})])
    assert [line for line in replay(file).lines if "store" in line] == []


def test_a_line_published_out_of_order_is_taken_as_it_comes(tmp_path: Path) -> None:
    """The clock never goes back: an earlier line is delivered late, and the output stays in time order."""
    late = [cart("k1", "12:00", ANNA), cart("k2", "10:00", BEN)]
    outcome = replay(write(tmp_path / "late.jsonl", late), "--policy", policy(tmp_path / "policy"))
    moments = [datetime.fromisoformat(line["at"]) for line in outcome.lines]
    assert moments == sorted(moments)
    assert {line["subject"] for line in outcome.of("case.abandoned")} == {"k1", "k2"}


def test_the_mailbox_holds_each_message_as_its_customer_gets_it(tmp_path: Path) -> None:
    """E-mails are .eml, texts are .txt, one file per message that was sent, in the order of sending."""
    by_text = ANNA.saying(email=False)
    file = write(tmp_path / "day.jsonl", [cart("k1", "10:00", by_text), cart("k2", "10:01", BEN)])
    box = tmp_path / "a new" / "folder"
    outcome = replay(file, "--policy", policy(tmp_path / "policy"), "--mailbox", box)
    files = sorted(box.iterdir())
    sent = [{"email": ".eml", "sms": ".txt"}[line["channel"]] for line in outcome.of("stimulus.sent")]
    assert [path.suffix for path in files] == sent
    email = message_from_bytes(next(path for path in files if path.suffix == ".eml").read_bytes())
    assert email["To"] == BEN.email
    text = next(path for path in files if path.suffix == ".txt").read_text()
    assert f"To: {by_text.phone}" in text
    assert code_of("k1") in text


def _unknown_key(folder: Path) -> list[object]:
    return ["--policy", policy(folder / "p", recovery="abandon_after_minuets: 20")]


def _bad_value(folder: Path) -> list[object]:
    return ["--policy", policy(folder / "p", recovery="holdout_percent: 140")]


def _wrong_type(folder: Path) -> list[object]:
    return ["--policy", policy(folder / "p", sequence="steps: soon")]


def _no_such_template(folder: Path) -> list[object]:
    steps = "steps: [{id: first, after_minutes: 30, channels: [email], template: there_is_none}]"
    return ["--policy", policy(folder / "p", sequence=steps)]


def _broken_yaml(folder: Path) -> list[object]:
    return ["--policy", policy(folder / "p", incentives="tiers: {not_returned: [")]


def _unknown_document(folder: Path) -> list[object]:
    return ["--policy", policy(folder / "p", recovry="enabled: false")]


def _no_folder(folder: Path) -> list[object]:
    return ["--policy", folder / "nowhere"]


def _naive_until(folder: Path) -> list[object]:
    return ["--until", "2026-03-08T00:00:00"]


def _bad_until(folder: Path) -> list[object]:
    return ["--until", "tomorrow"]


def _mailbox_is_a_file(folder: Path) -> list[object]:
    return ["--mailbox", write(folder / "file", [])]


Mistake = Callable[[Path], list[object]]
MISTAKES: dict[Mistake, str] = {
    _unknown_key: "recovery.abandon_after_minuets",
    _bad_value: "holdout_percent is 140",
    _wrong_type: "sequence.steps",
    _no_such_template: "template of step first is 'there_is_none'",
    _broken_yaml: "incentives.yaml, line 1",
    _unknown_document: "recovry",
    _no_folder: "nowhere",
    _naive_until: "2026-03-08T00:00:00",
    _bad_until: "tomorrow",
    _mailbox_is_a_file: "file",
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__.strip("_"))
def test_a_mistake_is_one_clear_sentence(mistake: Mistake, tmp_path: Path) -> None:
    """What the person got wrong is named in one line on stderr; the status is 2 and stdout stays empty."""
    file = write(tmp_path / "day.jsonl", [cart("k1", "10:00", ANNA)])
    outcome = replay(file, *mistake(tmp_path))
    assert outcome.status == 2
    assert outcome.out == b""
    assert outcome.err.startswith("recoup: ")
    assert MISTAKES[mistake] in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_missing_file_is_one_clear_sentence(name: str, tmp_path: Path) -> None:
    """A file that isn't there, or is a folder, is named before anything runs, wherever it stands in the list."""
    good = write(tmp_path / "day.jsonl", [cart("k1", "10:00", ANNA)])
    outcome = replay(good, tmp_path / name)
    assert (outcome.status, outcome.out) == (2, b"")
    assert str(tmp_path / name) in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`recoup replay … | head -1` prints one line and nothing on stderr."""
    file = write(tmp_path / "day.jsonl", (line.encode() for line in shop_day(3_000)))
    command = f"'{RECOUP}' replay '{file}' | head -1"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    assert len(run.stdout.splitlines()) == 1
    assert run.stderr == ""


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    """A terminal's stderr gets a progress bar; a file's stays empty; stdout is JSON Lines either way."""
    file = write(tmp_path / "day.jsonl", [cart("k1", "10:00", ANNA)])
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    run = subprocess.run([RECOUP, "replay", file], stdout=subprocess.PIPE, stderr=follower, timeout=60)
    os.close(follower)
    shown = os.read(leader, 10_000).decode()
    os.close(leader)
    assert "replay" in shown
    quiet = replay(file)
    assert quiet.err == ""
    assert run.stdout == quiet.out


def test_a_message_delivered_twice_is_told_once(tmp_path: Path) -> None:
    """A repeated line changes nothing of what is told."""
    line = cart("k1", "10:00", ANNA)
    rules = policy(tmp_path / "policy")
    once = replay(write(tmp_path / "once.jsonl", [line]), "--policy", rules)
    twice = replay(write(tmp_path / "twice.jsonl", [line, line]), "--policy", rules)
    assert once.out == twice.out


def test_data_may_be_text_as_pubsub_carries_it(tmp_path: Path) -> None:
    """`data` may be the payload itself, or the text that the payload has on the wire."""
    line = json.loads(message("cart.updated", "10:00", ANNA, cart={"id": "k1", "lines": []}))
    as_text = {**line, "data": json.dumps(line["data"])}
    files = [
        write(tmp_path / f"{n}.jsonl", [json.dumps(one).encode()]) for n, one in enumerate((line, as_text))
    ]
    assert replay(files[0]).out == replay(files[1]).out


def test_help_shows_an_example() -> None:
    """`recoup replay --help` shows how the command is called, by example."""
    outcome = replay("--help")
    assert outcome.status == 0
    assert "recoup replay day.jsonl" in outcome.out.decode()


def test_the_store_of_a_line_is_its_own(day: Outcome) -> None:
    """Every line about a case names the store of the events."""
    assert {line["store"] for line in day.lines if "case_id" in line} == {STORE}
