"""The story of one ticket in a real browser, in Dutch, with axe; the same without JavaScript; and every sign-in page.

The pictures of the README are made here. Without Chromium these tests are skipped, in CI they fail.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.running import ROOT, Running

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
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
        assert self.complaints == [], self.page.url

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


def _story(visit, subject: str, **options) -> None:
    """A librarian reports, BiSC helps, the librarian confirms; Cubiss sees nothing, the steering group counts it."""
    librarian = visit("bisc", **options)
    librarian.sign_in("balie@eemland.example")
    assert "Waar kunnen we mee helpen?" in librarian.text()
    librarian.page.get_by_role("link", name="Iets melden").click()
    librarian.check()
    librarian.page.fill("[name=subject]", subject)
    librarian.page.fill("[name=body]", "Sinds kwart voor negen. De balie werkt wel.")
    librarian.page.get_by_label("Eemland, vestiging 1 (demo)").check()
    librarian.press("Versturen")
    assert "Er klopt nog iets niet" in librarian.text()
    assert librarian.page.input_value("[name=subject]") == subject
    librarian.page.select_option("[name=category]", "6.1")
    librarian.press("Versturen")
    number = re.search(r"BISC-\d+", librarian.page.url)[0]
    assert "Ontvangen. U kunt het hier volgen." in librarian.text() and "Nieuw" in librarian.text()

    desk = visit("bisc", **{**options, "width": 1280})
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=unassigned")
    desk.page.get_by_role("link", name=subject).click()
    desk.check()
    desk.press("Oppakken")
    assert "Opgepakt door" in desk.text() or "In behandeling" in desk.text()
    desk.page.fill("#id_body", "We kijken **direct** mee.")
    desk.page.select_option("#id_then", "waiting_supplier")
    desk.press("Versturen", exact=False)
    assert "Wacht op leverancier" in desk.text()
    desk.page.get_by_role("radio", name="Alleen BiSC").check()
    desk.page.fill("#id_body", "Intern: certificaat verlopen.")
    desk.press("Versturen", exact=False)
    if options.get("javascript", True):
        desk.picture("desk")

    librarian.goto(f"/tickets/{number}/")
    assert "We kijken direct mee." in librarian.text() and "Wacht op leverancier" in librarian.text()
    assert "certificaat" not in librarian.text()

    other = visit("cubiss", **options)
    other.sign_in("desk@cubiss.example")
    other.goto(f"/tickets/{number}/")
    assert "Hier is niets" in other.text()
    other.goto(f"/tickets/?q={subject.split()[0]}")
    assert subject not in other.text().replace(f"Zoeken: {subject}", "")

    desk.page.select_option("#id_to", "resolved")
    desk.press("Status wijzigen")
    assert "Opgelost" in desk.text()
    librarian.goto("/")
    assert "Opgelost, graag bevestigen" in librarian.text()
    librarian.goto(f"/tickets/{number}/")
    librarian.press("Ja, sluit de melding")
    assert "Gesloten" in librarian.text()
    if options.get("javascript", True):
        librarian.goto("/")
        librarian.picture("portal")

    director = visit("", **options)
    director.sign_in("stuurgroep@bisc.example")
    assert "Nieuwe meldingen" in director.text() and "Gezamenlijke servicedesk" in director.text()
    director.goto("/agenda/")
    director.goto("/agenda/?as=time")
    if options.get("javascript", True):
        director.picture("agenda")
        director.goto("/steering/")
        director.picture("steering")


def test_the_story_in_dutch(visit):
    _story(visit, "Kastlijst blijft leeg sinds vanochtend")


def test_the_story_on_a_phone(visit):
    _story(visit, "Reserveringen ontbreken op de telefoon", width=390)


def test_the_story_without_javascript(visit):
    _story(visit, "Inleveren hapert zonder script", javascript=False)


def test_english_is_complete(visit):
    desk = visit("bisc")
    desk.sign_in("lead@bisc.example")
    desk.page.click("details.me summary")
    desk.page.locator("details.me").get_by_role("button", name="English").click()
    desk.page.wait_for_load_state("load")
    for path, words in {
        "/tickets/?view=all": "Unassigned",
        "/tickets/new/": "In one sentence",
        "/people/": "Invite somebody, or give a role",
        "/settings/": "Working days until a resolved ticket closes",
        "/me/": "Your roles at BiSC",
        "/libraries/": "Libraries",
        "/account/2fa/": "Two-Factor",
        "/account/password/change/": "Password",
    }.items():
        desk.goto(path)
        assert words in desk.text(), path
        assert "Mijn meldingen" not in desk.text() and "Opslaan" not in desk.text(), path
    desk.page.click("details.me summary")
    desk.page.locator("details.me").get_by_role("button", name="Nederlands").click()


def test_every_sign_in_page_is_ours(visit, running):
    """Password, second step with app and with security key, recovery codes: on every host, in our style."""
    guest = visit("bisc")
    guest.goto("/account/password/reset/")
    guest.page.fill("[name=email]", "niemand@bisc.example")
    guest.press("Link versturen")
    assert "Kijk in uw mail" in guest.text()
    guest.goto("/account/password/reset/key/1-xyz/")
    assert "Deze link werkt niet meer" in guest.text()

    person = visit("bisc")
    person.sign_in("keyuser@eemland.example")
    for path in ("/me/", "/me/tokens/", "/colleagues/", "/account/2fa/", "/account/logout/", "/demo/mail/"):
        person.goto(path)
    person.goto("/account/password/change/")
    person.goto("/account/2fa/totp/activate/")
    if "reauthenticate" in person.page.url:
        person.page.fill("[name=password]", "samenbeheer")
        person.page.get_by_role("main").get_by_role("button").first.click()
        person.check()
    assert person.page.locator("img, svg").count() > 0
    person.goto("/account/2fa/webauthn/")
    person.goto("/account/2fa/webauthn/add/")

    client = person.context.new_cdp_session(person.page)
    client.send("WebAuthn.enable")
    client.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    person.page.fill("[name=name]", "Sleutel")
    person.page.click("#mfa_webauthn_add")
    person.page.wait_for_url(lambda url: "/add/" not in url)
    person.check()
    person.goto("/account/2fa/recovery-codes/")
    person.goto("/account/2fa/")
    assert "1" in person.text()
    # The key made on BiSC's host works on the common host too: the second step there accepts it.
    person.page.goto(person.base + "/account/logout/")
    person.press("Afmelden")
    person.base = person.base.replace("bisc.", "")
    person.sign_in("keyuser@eemland.example")
    assert "/2fa/authenticate/" in person.page.url
    person.page.click("#mfa_webauthn_authenticate")
    person.page.wait_for_url(lambda url: "/2fa/" not in url)
    assert "U hebt geen rol bij Samenwerking" in person.text()
    person.goto("/account/2fa/")
    running.sql("DELETE FROM mfa_authenticator")
