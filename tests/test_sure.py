"""What goes out is meant, in a real browser and in Dutch, with JavaScript and without.

Two who answer at once, resolving with words, opening again with why, withdrawing.
"""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without"])


def _filed(visit, subject: str, **options):
    """A librarian of Eemland who filed a ticket, on its page; and its path."""
    librarian = visit("bisc", **options)
    librarian.sign_in("balie@eemland.example")
    librarian.goto("/tickets/new/?type=question")
    librarian.page.fill("[name=subject]", subject)
    librarian.page.fill("[name=body]", "Dat lukt ons niet.")
    librarian.press("Verstuur naar BiSC")
    return librarian, re.search(r"/tickets/BISC-\d+/", librarian.page.url)[0]


def _at(visit, email: str, path: str, **options):
    """Somebody of the desk with the ticket open."""
    person = visit("bisc", **options)
    person.sign_in(email)
    person.goto(path)
    return person


def _send(person, to_library: bool = True) -> None:
    words = "Verstuur naar Eemland" if to_library else "Noteer, alleen BiSC"
    person.press(words if person.javascript else "Versturen")


@BOTH
def test_of_two_who_answer_at_once_the_second_reads_the_first_before_anything_goes_out(visit, javascript):
    _librarian, path = _filed(visit, "Twee antwoorden tegelijk", javascript=javascript)
    first = _at(visit, "lead@bisc.example", path, javascript=javascript)
    second = _at(visit, "desk@bisc.example", path, javascript=javascript)
    first.page.fill("#id_body", "U kunt het zelf instellen.")
    second.page.fill("#id_body", "We zetten het voor u om.")
    _send(first)
    _send(second)
    news = second.page.locator("#news")
    assert "Nieuw sinds u dit opende:" in news.inner_text()
    assert "U kunt het zelf instellen." in news.inner_text()
    assert "Er is nog niets verstuurd" in news.inner_text()
    assert second.page.input_value("#id_body") == "We zetten het voor u om."
    assert second.page.locator("article", has_text="We zetten het voor u om.").count() == 0
    second.page.fill("#id_body", "Ik zet het voor u om; zelf hoeft niet.")
    _send(second)
    assert second.page.locator("article", has_text="zelf hoeft niet").count() == 1
    assert second.page.input_value("#id_body") == ""


def test_what_came_in_stands_above_the_box_before_one_sends(visit):
    librarian, path = _filed(visit, "Nog iets erbij")
    desk = _at(visit, "desk@bisc.example", path)
    desk.page.fill("#id_body", "We kijken mee.")
    librarian.page.fill("#id_body", "Het gaat om balie 3.")
    librarian.press("Verstuur naar BiSC")
    with desk.page.expect_response("**/news/**"):
        desk.page.evaluate("window.dispatchEvent(new Event('focus'))")
    desk.page.wait_for_selector("#news .news")
    assert "Het gaat om balie 3." in desk.page.inner_text("#news")
    assert desk.page.input_value("#id_body") == "We kijken mee."
    desk.check()


@BOTH
def test_resolving_asks_the_words_and_opening_again_asks_why(visit, javascript):
    librarian, path = _filed(visit, "Oplossen met woorden", javascript=javascript)
    desk = _at(visit, "desk@bisc.example", path, javascript=javascript)
    desk.page.get_by_role("radio", name="Alleen BiSC").check()
    desk.page.fill("#id_body", "Profiel stond verkeerd.")
    desk.page.select_option("#id_then", "resolved")
    desk.page.select_option("#id_category", "6.1")
    if javascript:
        assert desk.page.input_value("#id_words") != ""  # a text stands ready, to change
    desk.page.fill("#id_words", "")
    _send(desk, to_library=False)
    assert "Schrijf wat de bibliotheek leest: wat er is gedaan." in desk.page.inner_text("[role=alert]")
    assert desk.page.input_value("#id_body") == "Profiel stond verkeerd."
    assert desk.page.locator("article", has_text="Profiel stond verkeerd.").count() == 0
    desk.page.fill("#id_words", "Het profiel is hersteld; u kunt weer printen.")
    _send(desk, to_library=False)
    assert "Opgelost" in desk.page.inner_text(".ticket-top")

    librarian.goto(path)
    assert "Het profiel is hersteld; u kunt weer printen." in librarian.text()
    assert "Profiel stond verkeerd." not in librarian.text()
    librarian.press("Nog niet opgelost")
    assert "Schrijf waarom het weer opengaat." in librarian.text() and "Heropend door" not in librarian.text()
    librarian.page.fill("#id_reason", "Op balie 3 nog niet.")
    librarian.press("Nog niet opgelost")
    assert "Heropend. De melding staat weer open bij BiSC." in librarian.text()
    desk.goto(path)
    assert "Heropend door Medewerker balie Eemland" in desk.text() and "Op balie 3 nog niet." in desk.text()
    assert "Heropend" in desk.page.inner_text(".ticket-top")


@BOTH
def test_a_librarian_withdraws_and_the_desk_reads_why(visit, javascript):
    librarian, path = _filed(visit, "Toch niet nodig", javascript=javascript, width=390)
    librarian.page.get_by_text("Niet meer nodig?").click()
    librarian.page.fill("#id_why_not", "We vonden het zelf.")
    librarian.press("Deze melding intrekken")
    assert "Ingetrokken. U kunt de melding nog 14 dagen heropenen." in librarian.text()
    assert librarian.page.locator("#answer").count() == 0
    desk = _at(visit, "desk@bisc.example", path, javascript=javascript)
    assert "Ingetrokken door Medewerker balie Eemland." in desk.text() and "We vonden het zelf." in desk.text()
