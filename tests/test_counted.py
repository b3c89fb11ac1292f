"""Keys of jobs at the desk, counted in a real browser against the targets of docs/keys.md.

A name, a text and a number that one types count as one thing, and not as keys.
"""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]


class Hand:
    """Presses keys and writes, and counts both."""

    def __init__(self, visitor):
        self.page, self.keys, self.written = visitor.page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.written += 1


@pytest.fixture
def desk(visit):
    found = visit("bisc")
    found.sign_in("desk@bisc.example")
    return found


def _open(desk, path: str) -> str:
    """Open the first ticket of a list beside it, and return its number."""
    desk.goto(path)
    link = desk.page.locator("#list .stock a").first
    number = re.search(r"BISC-\d+", link.get_attribute("href"))[0]
    link.click()
    desk.page.wait_for_selector("#ticket #id_body")
    return number


def test_find_by_number_is_the_number_and_enter(desk):
    number = _open(desk, "/tickets/?view=all")
    desk.goto("/libraries/")
    hand = Hand(desk)
    hand.write(number.split("-")[1])
    assert desk.page.evaluate("document.activeElement.id") == "find"
    hand.press("Enter")
    desk.page.wait_for_url(f"**/tickets/{number}/")
    assert (hand.keys, hand.written) == (1, 1)


def test_next_ticket_is_one_key(desk):
    number = _open(desk, "/tickets/?view=all")
    hand = Hand(desk)
    hand.press("j")
    desk.page.wait_for_url(lambda url: "BISC-" in url and f"{number}/" not in url)
    assert hand.keys == 1


def test_pick_up_answer_and_wait_for_the_supplier_are_four_keys_and_the_text(desk):
    """Who answers first has it: no key of its own."""
    number = _open(desk, "/tickets/?view=unassigned&state=new")
    hand = Hand(desk)
    hand.press("a")
    hand.write("Wij hebben dit bij de leverancier gemeld.")
    hand.press("Escape", "s")
    hand.write("wacht op lev")
    hand.press("Control+Enter")
    desk.page.locator("#said", has_text="Wij hebben dit bij de leverancier gemeld.").wait_for()
    assert (hand.keys, hand.written) == (4, 2)
    desk.goto(f"/tickets/{number}/")
    assert "Wacht op leverancier" in desk.text()
    assert "Functioneel beheerder BiSC" in desk.page.text_content("#part-who")


def test_a_ticket_for_a_library_from_anywhere(desk):
    desk.goto("/tickets/?view=all")
    hand = Hand(desk)
    hand.press("Control+k")
    hand.write("eemland")
    desk.page.wait_for_selector("#palette-hits[data-of=eemland] [aria-selected=true][href^='/libraries/']")
    while not desk.page.locator("#palette [aria-selected=true]").inner_text().startswith("Nieuwe melding voor"):
        hand.press("Tab")
    hand.press("Enter")
    desk.page.wait_for_url("**/tickets/new/?library=eemland")
    assert desk.page.input_value("[name=library]") == "eemland"
    assert (hand.keys, hand.written) == (4, 1)
    desk.check()
