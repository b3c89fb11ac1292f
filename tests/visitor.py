"""Somebody with a browser, for the tests that look at pages in one..

The pictures of the README are made here. Without Chromium these tests are skipped, in CI they fail.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.running import ROOT, Running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = Path(os.environ.get("SAMENBEHEER_PICTURES", ROOT / "tests" / "screenshots"))
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP *.localhost 127.0.0.1"),
]
CHECKED: set[tuple] = set()  # kinds of page that axe has seen, by width and with or without an error
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; gone with this module, because its event loop would trouble the tests after it."""
    if CHROMIUM is None:
        reason = "no Chromium on this machine: install the package chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


class Visitor:
    """Somebody with a browser of their own; every page they see is checked by axe."""

    def __init__(self, browser, running: Running, host: str, *, javascript: bool = True, width: int = 1280):
        self.base = f"http://{host + '.' if host else ''}samenbeheer.localhost:{running.port}"
        self.javascript = javascript
        self.context = browser.new_context(
            viewport={"width": width, "height": 860}, java_script_enabled=javascript, locale="nl-NL", bypass_csp=False
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15000)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._heard(message))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message) -> None:
        if message.type == "error" and not re.search(r"status of (4\d\d)", message.text):
            self.complaints.append(message.text)

    def goto(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.check()

    def sign_in(self, email: str, password: str = "samenbeheer") -> None:
        self.goto("/account/login/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", password)
        self.press("Aanmelden")

    def press(self, name: str, exact: bool = True) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state("load")
        if self.javascript:  # what htmx fetches and swaps
            self.page.wait_for_selector(".htmx-request, .htmx-swapping, .htmx-settling", state="detached")
            self.page.wait_for_load_state("load")
        self.check()

    def text(self) -> str:
        return self.page.inner_text("body")

    def check(self) -> None:
        """No violation of WCAG 2.2 A and AA, nothing wider than the screen, nothing refused by the CSP."""
        kind = re.sub(r"\d+|(?<=q=).*", "0", self.page.url.split("//")[1].split(":", 1)[1].split("/", 1)[1])
        form = self.page.locator("[role=alert]").count()
        seen = (kind, form, self.page.viewport_size["width"])
        if self.javascript and seen not in CHECKED:
            CHECKED.add(seen)
            self.page.wait_for_load_state("networkidle")
            self.page.evaluate(AXE.read_text())
            found = self.page.evaluate(
                "rules => axe.run({runOnly: rules}).then(result => result.violations.map("
                "one => one.id + ': ' + one.nodes.map(node => node.html).slice(0, 3).join(' | ')))",
                RULES,
            )
            assert found == [], (self.page.url, found)
            width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width <= 0, (self.page.url, width)
        assert self.complaints == [], (self.page.url, self.complaints)

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        if self.page.viewport_size["width"] < 600:
            name = f"{name}-phone"
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def visit(browser, running):
    """Return a maker of visitors; all are sent home at the end."""
    made = []

    def make(host: str, **options) -> Visitor:
        made.append(Visitor(browser, running, host, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
