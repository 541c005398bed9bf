"""The pricing services of one machine: the reference algorithm in process, and answers from a file."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from common.application.ports import PricingReply, PricingUnreachable
from functions.price_offer.parsing import MAX_BYTES
from infra.local.pricing import ReferencePricing, ScriptedPricing
from tests.unit.functions.price_offer.asking import instead, raw

REQUEST = json.dumps({"request_id": "case-1"}).encode()


def scripted(tmp_path: Path, *lines: dict[str, Any] | str) -> ScriptedPricing:
    file = tmp_path / "script.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text(text, "utf-8")
    return ScriptedPricing(file)


def said(reply: PricingReply) -> Any:
    return json.loads(reply.body)


def test_the_reference_algorithm_is_the_deployed_one() -> None:
    """Its very bytes, in no time."""
    reply = ReferencePricing().ask(json.dumps(instead()).encode(), 0.001)
    assert reply == PricingReply(status=200, body=raw(instead()), took_seconds=0.0)


@pytest.mark.parametrize(("request_", "status"), [(b"{", 400), (b"", 400), (b" " * (MAX_BYTES + 1), 413)])
def test_the_reference_algorithm_refuses_as_the_deployed_one(request_: bytes, status: int) -> None:
    """A status and a sentence, not an exception."""
    reply = ReferencePricing().ask(request_, 5)
    assert reply.status == status
    assert said(reply)["error"]["message"]


def test_answers_come_in_their_order_and_the_last_one_for_ever(tmp_path: Path) -> None:
    """Whatever is asked."""
    service = scripted(tmp_path, {"status": 503}, {"status": 429}, {"status": 200})
    assert [service.ask(REQUEST, 5).status for _ in range(5)] == [503, 429, 200, 200, 200]


def test_answers_of_many_threads_are_each_used_once(tmp_path: Path) -> None:
    """None is skipped and none comes twice before the last."""
    service = scripted(tmp_path, *[{"body": {"number": number}} for number in range(100)])
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: service.ask(REQUEST, 5), range(100)))
    assert sorted(said(reply)["number"] for reply in replies) == list(range(100))


def test_everything_has_a_default(tmp_path: Path) -> None:
    """An empty object is a 200 without a body, at once."""
    assert scripted(tmp_path, {}).ask(REQUEST, 5) == PricingReply(status=200, body=b"")


def test_a_delay_takes_time_that_nobody_waits_for(tmp_path: Path) -> None:
    """It is told as if it had passed; the time-out itself is still in time."""
    service = scripted(tmp_path, {"delay_seconds": 3.5}, {"delay_seconds": 3600})
    assert service.ask(REQUEST, 5).took_seconds == 3.5
    assert service.ask(REQUEST, 3_600).took_seconds == 3_600


def test_a_delay_beyond_the_time_out_is_no_answer(tmp_path: Path) -> None:
    """After exactly the time-out; the answer is used up, as a late one is lost."""
    service = scripted(tmp_path, {"delay_seconds": 5.1}, {"status": 200})
    with pytest.raises(PricingUnreachable) as caught:
        service.ask(REQUEST, 5)
    assert (caught.value.took_seconds, caught.value.for_good) == (5, False)
    assert caught.value.detail == "no answer within 5 seconds"
    assert service.ask(REQUEST, 5).status == 200


def test_a_service_may_ask_to_be_left_alone(tmp_path: Path) -> None:
    """As with Retry-After."""
    service = scripted(tmp_path, {"status": 429, "retry_after_seconds": 7}, {"status": 503})
    assert service.ask(REQUEST, 5).retry_after_seconds == 7
    assert service.ask(REQUEST, 5).retry_after_seconds is None


def test_a_body_gets_the_id_of_the_request(tmp_path: Path) -> None:
    """So that a script can be written before anybody knows the ids."""
    service = scripted(tmp_path, {"body": {"action": "none"}})
    assert said(service.ask(REQUEST, 5)) == {"request_id": "case-1", "action": "none"}
    assert said(service.ask(b'{"request_id": "case-2"}', 5))["request_id"] == "case-2"


@pytest.mark.parametrize("own", ["other", None, 7])
def test_a_canned_answer_is_about_the_request(tmp_path: Path, own: Any) -> None:
    """Nobody can know its id beforehand; only a text is sent as it is, to try an answer to another question."""
    service = scripted(tmp_path, {"body": {"request_id": own}}, {"body": '{"request_id": "other"}'})
    assert said(service.ask(REQUEST, 5)) == {"request_id": "case-1"}
    assert said(service.ask(REQUEST, 5)) == {"request_id": "other"}


def test_headers_may_say_when_to_ask_again(tmp_path: Path) -> None:
    """As a real answer's would."""
    service = scripted(tmp_path, {"status": 429, "headers": {"Retry-After": "7"}}, {"headers": {"X": 1}})
    assert service.ask(REQUEST, 5).retry_after_seconds == 7
    assert service.ask(REQUEST, 5).retry_after_seconds is None


@pytest.mark.parametrize(
    "request_", [b"", b"{", b"[]", b"{}", b"\xff", b"[" * 100_000], ids=lambda r: repr(r[:5])
)
def test_a_request_without_an_id_is_answered_all_the_same(tmp_path: Path, request_: bytes) -> None:
    """There is just none to put in."""
    assert said(scripted(tmp_path, {"body": {"a": 1}}).ask(request_, 5)) == {"a": 1}


@pytest.mark.parametrize("body", ["[1,2]", "[]", "5", "1.5", "true", "null", "NaN", "-Infinity"])
def test_what_is_no_object_is_sent_as_it_is(tmp_path: Path, body: str) -> None:
    """To try a service that forgot its contract; there is no place for the request's id in it."""
    service = scripted(tmp_path, f'{{"body": {body}}}')
    assert service.ask(REQUEST, 5).body == body.encode()


def test_a_number_that_is_none_is_sent_as_python_writes_it(tmp_path: Path) -> None:
    """Inside of an object too, which still gets the request's id."""
    service = scripted(tmp_path, '{"body": {"price": NaN, "most": Infinity}}')
    assert service.ask(REQUEST, 5).body == b'{"price":NaN,"most":Infinity,"request_id":"case-1"}'


@pytest.mark.parametrize("body", ["", "<html>busy</html>", "ż \u2028", '{"request_id": "x"}'])
def test_a_text_is_sent_as_it_is(tmp_path: Path, body: str) -> None:
    """To try what is no answer at all."""
    assert scripted(tmp_path, {"body": body}).ask(REQUEST, 5).body == body.encode()


def test_a_text_that_is_no_text_is_sent_as_broken_bytes(tmp_path: Path) -> None:
    """Half of a surrogate pair is what a broken service might send."""
    assert scripted(tmp_path, '{"body": "\\ud800"}').ask(REQUEST, 5).body == b"\xed\xa0\x80"


def test_separators_inside_of_a_text_do_not_end_a_line(tmp_path: Path) -> None:
    """Only a line feed does; empty lines and Windows' line ends are no obstacle."""
    service = scripted(tmp_path, '{"body": "a\u2028b\x85c"}\r', "", "  ", '{"status": 503}', "")
    assert service.ask(REQUEST, 5).body.decode() == "a\u2028b\x85c"
    assert service.ask(REQUEST, 5).status == 503


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    """Editors write one."""
    assert scripted(tmp_path, '\ufeff{"status": 503}').ask(REQUEST, 5).status == 503


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", 'it is not a JSON object such as {"status": 503, "body": {}}'),
        ("[]", 'it is not a JSON object such as {"status": 503, "body": {}}'),
        ("null", 'it is not a JSON object such as {"status": 503, "body": {}}'),
        ("[" * 100_000, 'it is not a JSON object such as {"status": 503, "body": {}}'),
        (
            '{"stauts": 503}',
            "stauts is not a field; there are status, delay_seconds, retry_after_seconds, headers, body",
        ),
        ('{"status": "503"}', "status must be a whole number from 100 to 599"),
        ('{"status": 99}', "status must be a whole number from 100 to 599"),
        ('{"status": 600}', "status must be a whole number from 100 to 599"),
        ('{"status": true}', "status must be a whole number from 100 to 599"),
        ('{"status": null}', "status must be a whole number from 100 to 599"),
        ('{"delay_seconds": -1}', "delay_seconds must be a number from 0 to 86400"),
        ('{"delay_seconds": "1"}', "delay_seconds must be a number from 0 to 86400"),
        ('{"delay_seconds": true}', "delay_seconds must be a number from 0 to 86400"),
        ('{"delay_seconds": NaN}', "delay_seconds must be a number from 0 to 86400"),
        ('{"delay_seconds": 1e999}', "delay_seconds must be a number from 0 to 86400"),
        ('{"retry_after_seconds": 86401}', "retry_after_seconds must be a number from 0 to 86400"),
    ],
    ids=lambda text: text[:30],
)
def test_a_bad_line_is_told_with_its_number(tmp_path: Path, line: str, complaint: str) -> None:
    """One sentence, when the script is read and not when the line is reached."""
    with pytest.raises(ValueError, match="line 3") as caught:
        scripted(tmp_path, {"status": 503}, "", line)
    assert str(caught.value) == f"{tmp_path / 'script.jsonl'}, line 3: {complaint}"


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_a_script_without_answers_is_refused(tmp_path: Path, text: str) -> None:
    """There would be nothing to repeat."""
    with pytest.raises(ValueError, match="has no answers; write one JSON object a line"):
        scripted(tmp_path, text)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    """Missing, a folder, or not text."""
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(ValueError, match=str(path)):
            ScriptedPricing(path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not text in UTF-8"):
        ScriptedPricing(tmp_path / "binary")


def test_resting_takes_no_time(tmp_path: Path) -> None:
    """A thousand years pass at once."""
    ReferencePricing().rest(3e10)
    scripted(tmp_path, {}).rest(3e10)
