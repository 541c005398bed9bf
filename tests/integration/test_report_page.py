"""The demonstration's report in a real browser: it opens without a complaint, it is searchable, it fits."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.demo.day import live_through
from infra.demo.figures import add_up
from infra.demo.report import write_report
from infra.local.database import Database

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)
PATIENCE_SECONDS = 60


class Browser:
    """A headless Chromium, spoken to in its DevTools protocol over a pair of pipes."""

    def __init__(self, program: str, home: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self._process = subprocess.Popen(
            [
                "/bin/bash",
                "-c",
                command,
                "chromium",
                program,
                *FLAGS,
                f"--user-data-dir={home}",
                "about:blank",
            ],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._numbers, self._rest, self._session = itertools.count(1), b"", ""
        self.complaints: list[str] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """The command's result; what the page logged meanwhile is kept."""
        number = next(self._numbers)
        request: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            request["sessionId"] = self._session
        os.write(self._out, json.dumps(request).encode() + b"\0")
        while (message := self._read()).get("id") != number:
            self._note(message)
        assert "error" not in message, message
        return message["result"]

    def evaluate(self, script: str) -> Any:
        """The value of an expression, as JSON."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, page: Path, *, width: int = 1280, height: int = 1600, dark: bool = False) -> None:
        """Show the page as a screen of that size would, and wait until it is there."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=page.as_uri())
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")

    def wait_for(self, condition: str) -> None:
        """Until the expression is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.evaluate(condition):
            assert time.monotonic() < deadline, f"never true: {condition}"
            time.sleep(0.05)

    def evaluate_in_frame(self, script: str) -> Any:
        """The same in a sandboxed frame, which is a page of its own to the browser; waits for one."""
        page, self._session = self._session, ""
        try:
            target = self._frame()
            self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            return self.evaluate(script)
        finally:
            self._session = page

    def _frame(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for target in self.call("Target.getTargets")["targetInfos"]:
                if target["type"] == "iframe" and target["url"] == "about:srcdoc":
                    return str(target["targetId"])
            time.sleep(0.05)
        raise AssertionError("no frame was ever loaded")

    def picture(self, path: Path) -> None:
        """What is to be seen, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._in, 1 << 20)
            assert more, "the browser has gone"
            self._rest += more
        one, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(one)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        match message.get("method"):
            case "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(message["params"]["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.complaints.append(str(message["params"]["args"]))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    database = Database(folder / "demo.sqlite", exclusive=True)
    outcome = live_through(database)
    database.close()
    write_report(folder / "report.html", outcome, add_up(outcome))
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        if os.environ.get("REQUIRE_EMULATORS") == "1":
            pytest.fail("REQUIRE_EMULATORS=1, but no chromium is installed", pytrace=False)
        pytest.skip("no chromium is installed; apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        browser = Browser(program, Path(home))
        yield browser
        browser.close()


SHOWN = "[...document.querySelectorAll('.customer')].filter(one => !one.hidden).length"

OPEN_ONE = """
    document.querySelector('.customer[data-channels=email]').open = true;
    document.querySelector('.customer[open]').scrollIntoView();
"""


def search(words: str) -> str:
    return f"""(() => {{
        const input = document.querySelector('input[name=words]');
        input.value = {json.dumps(words)};
        input.dispatchEvent(new Event('input', {{bubbles: true}}));
        return document.querySelector('output').textContent;
    }})()"""


def test_the_report_opens_without_a_complaint(browser: Browser, report: Path) -> None:
    """No error of the script, nothing blocked by the page's own content security policy, no request."""
    browser.complaints.clear()
    browser.open(report)
    assert browser.evaluate("document.querySelectorAll('iframe').length") == 0
    browser.evaluate(OPEN_ONE)
    heading, background = browser.evaluate_in_frame(
        "[document.querySelector('h1').textContent, getComputedStyle(document.body).backgroundColor]"
    )
    assert heading
    assert background == "rgb(243, 241, 236)", "the message has lost its style"
    assert browser.evaluate("performance.getEntriesByType('resource').length") == 0
    assert browser.complaints == []


def test_the_search_narrows_the_customers_and_says_how_many_are_left(browser: Browser, report: Path) -> None:
    browser.open(report)
    everybody = browser.evaluate(SHOWN)
    name = browser.evaluate("document.querySelector('.customer:nth-child(30) summary b').textContent")
    assert everybody > 200
    assert browser.evaluate(search(name.upper())) == "1 customer"
    assert browser.evaluate(SHOWN) == 1
    assert browser.evaluate(search("nobody is called this")) == "0 customers"
    assert browser.evaluate("document.querySelector('.nothing').hidden") is False
    browser.evaluate("document.querySelector('.nothing button').click()")
    assert browser.evaluate(SHOWN) == everybody


def test_the_filters_work_together_with_the_search(browser: Browser, report: Path) -> None:
    browser.open(report)
    chosen = """(() => {
        document.querySelector('select[name=result]').value = 'recovered';
        const channel = document.querySelector('select[name=channel]');
        channel.value = 'sms';
        channel.dispatchEvent(new Event('input', {bubbles: true}));
    })()"""
    browser.evaluate(chosen)
    left = browser.evaluate(
        "[...document.querySelectorAll('.customer')].filter(one => !one.hidden)"
        ".map(one => [one.dataset.results, one.dataset.channels])"
    )
    assert left
    assert all("recovered" in results and "sms" in channels for results, channels in left)


def test_lost_orders_are_found_by_how_their_offer_ended(browser: Browser, report: Path) -> None:
    browser.open(report)
    chosen = """(() => {
        const result = document.querySelector('select[name=result]');
        result.value = 'taken';
        result.dispatchEvent(new Event('input', {bubbles: true}));
    })()"""
    browser.evaluate(chosen)
    left = browser.evaluate(
        "[...document.querySelectorAll('.customer')].filter(one => !one.hidden)"
        ".map(one => [one.dataset.results, one.querySelector('.chip.taken').textContent])"
    )
    assert len(left) >= 10
    assert all("taken" in results and chip == "offer taken" for results, chip in left)


def test_a_code_found_in_a_message_finds_its_customer(browser: Browser, report: Path) -> None:
    browser.open(report)
    text = browser.evaluate("document.querySelector('.bubble').textContent")
    code = next(word for word in text.replace(":", " ").split() if word.count("-") == 2)
    assert browser.evaluate(search(code)) == "1 customer"
    assert browser.evaluate(
        f"[...document.querySelectorAll('.customer')].find(one => !one.hidden).textContent.includes('{code}')"
    )


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_sticks_out_sideways(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, width=width)
    browser.evaluate("document.querySelectorAll('.customer').forEach((one, n) => one.open = n < 12)")
    assert browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_every_message_is_readable_without_the_script(browser: Browser, report: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report)
        assert browser.evaluate("document.querySelector('.filter').hidden") is True
        assert browser.evaluate(SHOWN) == browser.evaluate("document.querySelectorAll('.customer').length")
        shown = browser.evaluate("document.querySelectorAll('iframe[srcdoc], .bubble').length")
        assert shown == browser.evaluate("document.querySelectorAll('.message').length") > 300
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_text_has_enough_contrast_in_light_and_dark(browser: Browser, report: Path) -> None:
    """WCAG 2.2 AA for everything written outside the messages: 4.5 to 1."""
    for dark in (False, True):
        browser.open(report, dark=dark)
        browser.evaluate("document.querySelectorAll('.customer').forEach((one, n) => one.open = n < 6)")
        weak = browser.evaluate(_CONTRAST)
        assert weak == [], f"dark={dark}: {weak}"


_CONTRAST = """(() => {
    const channels = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
    const luminance = (color) => {
        const [r, g, b] = channels(color).slice(0, 3).map((value) => {
            const part = value / 255;
            return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const color = getComputedStyle(one).backgroundColor;
            const parts = channels(color);
            if (parts.length === 3 || parts[3] === 1) return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const weak = new Set();
    for (const element of document.querySelectorAll('body *')) {
        const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!text || !element.checkVisibility() || element.closest('script, svg, .visually-hidden, option')) continue;
        const pair = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => b - a);
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
        if (ratio < 4.5) weak.add(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
    }
    return [...weak];
})()"""
