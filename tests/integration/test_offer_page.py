"""An offer's page in a real browser, over HTTP: it fits, anybody can read and press it, and it needs no script."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from functions_framework import create_app
from werkzeug.serving import make_server

from common import wiring
from common.domain.vocabulary import OfferStage, SalesChannel
from tests.conftest import ROOT
from tests.integration.test_report_page import _CONTRAST, PATIENCE_SECONDS, Browser
from tests.integration.test_report_page import browser as browser
from tests.unit.functions.storefront_api.offered import ANNA, PROPOSAL, WANTED, Shop, case, offer, shop

WIDTHS = (320, 390, 768, 1280)
LONG = "Telefon Wyjątkowodługonazwowybezprzerwy-Pro-Max-Ultra " * 2


@dataclass(slots=True)
class Page:
    """A browser at the address of an offer."""

    browser: Browser
    opened: Shop
    address: str

    def open(self, path: str = "", *, width: int = 390, dark: bool = False) -> None:
        """Show it as a screen of that width would, with the page's own scripts (there are none) disabled."""
        ask = self.browser.call
        ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        ask("Emulation.setEmulatedMedia", features=[scheme])
        ask("Emulation.setScriptExecutionDisabled", value=True)
        self.browser.complaints.clear()
        url = f"{self.address}/offers/{path or self.opened.token()}"
        ask("Page.navigate", url=url)
        self.browser.wait_for(f"document.readyState === 'complete' && location.href === {url!r}")

    def ask(self, script: str) -> Any:
        """The value of an expression."""
        return self.browser.evaluate(script)

    def press_tab(self) -> None:
        """Go to what can be used next."""
        for kind in ("keyDown", "keyUp"):
            self.browser.call(
                "Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9
            )

    def press_enter(self) -> None:
        """Use it."""
        for kind in ("keyDown", "keyUp"):
            self.browser.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Enter",
                code="Enter",
                text="\r",
                windowsVirtualKeyCode=13,
            )

    def wait_until(self, done: Any) -> None:
        """Until what the browser sent has arrived."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The deployed function, answering for an engine on this machine."""
    opened = shop()
    wiring.use(lambda: opened.engine)
    app = create_app(target="storefront_api", source=str(ROOT / "main.py"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Page(browser, opened, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
        wiring.use(None)


def test_an_offer_is_accepted_with_the_keyboard_alone(page: Page) -> None:
    """The product, then yes, then no are reached in this order; a reload of the answer repeats it harmlessly (L52)."""
    page.open()
    assert page.ask("document.documentElement.lang") == "pl"
    page.wait_until(lambda: page.opened.offer().stage is OfferStage.VIEWED)
    reached, outlines = [], []
    for _ in range(3):
        page.press_tab()
        reached.append(page.ask("document.activeElement.textContent"))
        outlines.append(page.ask("getComputedStyle(document.activeElement).outlineStyle"))
    assert reached == ["Zobacz produkt", "Przyjmuję ofertę", "Nie, dziękuję"]
    assert outlines == ["solid"] * 3, "whoever uses the keyboard must see where they are"
    page.open()
    page.press_tab()
    page.press_tab()
    page.press_enter()
    page.browser.wait_for("document.querySelector('h1')?.textContent.startsWith('Dziękujemy')")
    first = page.ask("document.documentElement.outerHTML")
    page.browser.call("Page.reload")
    page.browser.wait_for("document.readyState === 'complete' && !!document.querySelector('h1')")
    assert page.ask("document.documentElement.outerHTML") == first
    assert page.opened.offer().stage is OfferStage.ACCEPTED
    assert page.opened.offer().answered_through is SalesChannel.WEB
    assert len({str(one) for one in page.opened.said("offer.accepted")}) == 1


def test_an_offer_is_declined_with_a_press(page: Page) -> None:
    """The second form."""
    page.open()
    page.ask("document.querySelector('form[action$=decline] button').click()")
    page.browser.wait_for("document.querySelector('h1')?.textContent.includes('odrzucona')")
    assert page.opened.offer().stage is OfferStage.DECLINED


def test_a_changed_offer_is_shown_again_and_its_buttons_work_there(page: Page) -> None:
    """The page that a refused answer gets stands at another address; its forms lead to the right ones."""
    page.open()
    page.opened.put(case(replace(page.opened.offer(), version=5)))
    page.ask("document.querySelector('form[action$=accept] button').click()")
    page.browser.wait_for("document.querySelector('[role=status]')?.textContent.includes('zmieniła się')")
    page.ask("document.querySelector('form[action$=accept] button').click()")
    page.browser.wait_for("document.querySelector('h1')?.textContent.startsWith('Dziękujemy')")


def test_the_pages_own_policy_lets_its_style_and_pictures_through(page: Page) -> None:
    """Nothing is blocked by it; the pictures are asked for at their host, which a .test name has none of."""
    page.open()
    assert page.ask("getComputedStyle(document.querySelector('main')).maxWidth") == "560px"
    blocked = [one for one in page.browser.complaints if "Content Security Policy" in one]
    assert blocked == []
    hosts = "performance.getEntriesByType('resource').map(one => new URL(one.name).host)"
    assert set(page.ask(hosts)) <= {"cdn.socks.test"}
    assert page.ask("document.querySelectorAll('img[alt=\"\"]').length") == 2


@pytest.mark.parametrize("stage", ["delivered", "accepted", "expired", "ready"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_and_buttons_are_large_enough(page: Page, width: int, stage: str) -> None:
    """Long names, several pieces and all labels, from the smallest phone on (WCAG 2.2: reflow, target size)."""
    wanted = replace(WANTED, name=LONG, quantity=12, unit_price_minor=49999900)
    alternative = replace(PROPOSAL, name=LONG, personalized=True)
    made = offer(OfferStage(stage), wanted=wanted, proposal=alternative)
    page.opened.put(case(made))
    page.open(width=width)
    assert page.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    sizes = page.ask(
        "[...document.querySelectorAll('.button')].map(one => one.getBoundingClientRect())"
        ".map(one => [one.width, one.height])"
    )
    assert len(sizes) == {"delivered": 2, "ready": 0}.get(stage, 1)
    assert all(across >= 44 and high >= 44 for across, high in sizes)


@pytest.mark.parametrize("stage", ["delivered", "accepted", "declined", "expired", "cancelled", "ready"])
def test_text_has_enough_contrast_in_light_and_dark(page: Page, stage: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1, in every state."""
    page.opened.put(case(offer(OfferStage(stage), proposal=replace(PROPOSAL, personalized=True))))
    for dark in (False, True):
        page.open(dark=dark)
        assert page.ask(_CONTRAST) == [], f"dark={dark}"


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    """One main heading, both products as regions by name, and both answers as buttons by name."""
    page.opened.put(replace(ANNA, locale="en-GB", offer_cases=(case(offer()).id,)))
    page.open()
    nodes = page.browser.call("Accessibility.getFullAXTree")["nodes"]
    told = [
        (one["role"]["value"], one.get("name", {}).get("value", ""))
        for one in nodes
        if not one.get("ignored")
    ]
    for found in [
        ("heading", "An offer for you"),
        ("region", "Our offer"),
        ("region", "What you had chosen"),
        ("button", "Accept the offer"),
        ("button", "No, thank you"),
        ("link", "See the product"),
    ]:
        assert told.count(found) == 1, found
    assert [name for role, name in told if role in ("image", "img") and name] == []


def test_what_the_browser_fetches_ahead_is_no_look(page: Page) -> None:
    """Over HTTP, with the header that browsers send (L37)."""
    page.browser.call("Network.enable")
    page.browser.call("Network.setExtraHTTPHeaders", headers={"Sec-Purpose": "prefetch"})
    try:
        page.open()
        assert "Phone S" in page.ask("document.body.textContent")
        assert page.opened.offer().stage is OfferStage.DELIVERED
    finally:
        page.browser.call("Network.setExtraHTTPHeaders", headers={})
