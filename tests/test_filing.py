"""Filing by a librarian and sorting by the desk, in a real browser and in Dutch; taps are counted, not promised."""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]


class Counted:
    """A hand that taps and writes, and counts both: going into a field to write is a tap too."""

    def __init__(self, visitor):
        self.page, self.taps, self.texts = visitor.page, 0, 0

    def tap(self, found) -> None:
        found.first.click()
        self.taps += 1

    def write(self, selector: str, text: str) -> None:
        if self.page.evaluate("document.activeElement.matches(arguments[0])".replace("arguments[0]", repr(selector))):
            self.taps -= 1  # it has the focus already
        self.tap(self.page.locator(selector))
        self.page.keyboard.type(text)
        self.texts += 1


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("group", ["", "Zelfservice en apparaten"])
def test_a_librarian_files_in_five_taps_and_two_texts(visit, javascript, group):
    """From the start page, on a phone: what it is, two texts, perhaps what it is about, send."""
    balie = visit("bisc", javascript=javascript, width=390)
    balie.sign_in("balie@eemland.example")
    balie.goto("/")
    hand, subject = Counted(balie), f"Bon komt scheef uit de printer {javascript} {group}".strip()
    hand.tap(balie.page.get_by_role("link", name=re.compile("Iets melden")))
    balie.page.wait_for_url("**/tickets/new/?type=incident")
    balie.check()
    hand.write("#id_subject", subject)
    hand.write("#id_body", "Sinds vanochtend, bij de balie.")
    if group:
        hand.tap(balie.page.get_by_role("radio", name=re.compile(group)))
    hand.tap(balie.page.get_by_role("button", name="Verstuur naar BiSC"))
    balie.page.wait_for_url("**/tickets/BISC-*/")
    balie.check()
    assert subject in balie.text() and "Ontvangen" in balie.text()
    assert (hand.taps, hand.texts) == (4 if group else 3, 2)  # the first field has the focus


def test_the_groups_are_reached_by_keys_and_keep_in_a_phone_window(visit):
    """Two columns of names on a phone, each at least 24 pixels high (WCAG 2.5.8), and arrows go through them."""
    for width, columns in ((390, 2), (1280, 3)):
        balie = visit("bisc", width=width)
        balie.sign_in("balie@eemland.example")
        balie.goto("/tickets/new/?type=incident")
        cards = balie.page.locator("[name=category]").evaluate_all(
            "all => all.map(one => one.closest('label').getBoundingClientRect().toJSON())"
        )
        assert len(cards) == 9 and len({round(card["left"]) for card in cards}) == columns
        assert all(card["height"] >= 24 for card in cards)
        assert max(card["bottom"] for card in cards) - cards[0]["top"] < 420
        chosen = balie.page.locator("[name=category]:checked")
        chosen.focus()
        balie.page.keyboard.press("ArrowUp")
        assert balie.page.locator("[name=category]:checked").input_value() == "9"


def _first_to_sort(desk) -> str:
    desk.goto("/tickets/?view=all&category=unsorted")
    links = desk.page.locator("#list .stock a").evaluate_all("links => links.map(link => link.pathname)")
    assert len(links) >= 4, "the demo has tickets that are still to be sorted"
    return links[0]


def test_send_and_next_asks_where_an_unsorted_ticket_belongs_and_loses_nothing(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    path = _first_to_sort(desk)
    for key in ("j", "Enter"):
        desk.page.keyboard.press(key)
    desk.page.wait_for_url(f"**{path}?*")
    desk.page.wait_for_selector("#ticket #id_body")
    desk.page.keyboard.press("a")
    desk.page.keyboard.type("De kabel zat los, hij doet het weer.")
    desk.page.select_option("#id_then", "resolved")
    desk.page.locator("#answer .fact.sorts select").wait_for()
    desk.page.keyboard.press("Control+Shift+Enter")
    desk.page.locator("[role=alert]", has_text="Kies waar het over ging").wait_for()
    desk.check()
    assert desk.page.input_value("#id_body") == "De kabel zat los, hij doet het weer."
    assert desk.page.input_value("#id_then") == "resolved"
    desk.page.select_option("#answer [name=category]", "6.5")
    desk.page.locator("#id_body").press("Control+Shift+Enter")
    desk.page.wait_for_url(lambda url: path not in url)
    assert "category=unsorted" in desk.page.url
    desk.goto(path)
    assert "De kabel zat los, hij doet het weer." in desk.page.inner_text("#said")
    assert "Opgelost" in desk.text() and "6.5" not in desk.page.url


def test_an_unsorted_ticket_is_resolved_by_keys_alone(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    path = _first_to_sort(desk)
    for key in ("j", "Enter"):
        desk.page.keyboard.press(key)
    desk.page.wait_for_url(f"**{path}?*")
    desk.page.wait_for_selector("#ticket #id_body")
    desk.page.keyboard.press("a")
    desk.page.keyboard.type("Nagekeken, het is verholpen.")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("s")
    desk.page.keyboard.type("opg")
    assert desk.page.input_value("#id_then") == "resolved"
    for _tab in range(12):
        desk.page.keyboard.press("Shift+Tab")
        if desk.page.evaluate("document.activeElement.name") == "category":
            break
    desk.page.keyboard.type("werkplek")
    assert desk.page.input_value("#answer [name=category]") == "6.5"
    desk.page.keyboard.press("Control+Enter")
    desk.page.wait_for_selector("#answer [name=category]", state="detached")
    assert "Nagekeken, het is verholpen." in desk.page.inner_text("#said") and "Opgelost" in desk.text()


def test_an_unsorted_ticket_is_resolved_without_javascript(visit):
    desk = visit("bisc", javascript=False)
    desk.sign_in("desk@bisc.example")
    path = _first_to_sort(desk)
    desk.goto(f"{path}?view=all&category=unsorted")
    desk.page.fill("#id_body", "Zonder script opgelost.")
    desk.page.select_option("#id_then", "resolved")
    desk.page.get_by_role("button", name="Versturen en volgende").click()
    assert "Kies waar het over ging" in desk.text()
    assert desk.page.input_value("#id_body") == "Zonder script opgelost."
    desk.page.select_option("#answer [name=category]", "6.5")
    desk.page.get_by_role("button", name="Versturen en volgende").click()
    desk.page.wait_for_url(lambda url: path not in url)
