"""At the desk a ticket is picked up and answered where it stands, in a browser: its middle and its row change alone."""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
LIST = "/tickets/?view=unassigned"
SAME = "window.same === true"


@pytest.fixture
def filed(visit):
    """Return the paths of three tickets that a librarian of Eemland filed, the newest last."""
    librarian = visit("bisc")
    librarian.sign_in("balie@eemland.example")
    paths = []
    for subject in ("Eerste op zijn plaats", "Tweede op zijn plaats", "Derde op zijn plaats"):
        librarian.goto("/tickets/new/?type=question")
        librarian.page.fill("[name=subject]", subject)
        librarian.page.fill("[name=body]", "Dat lukt ons niet.")
        librarian.press("Verstuur naar BiSC")
        paths.append(re.search(r"/tickets/BISC-\d+/", librarian.page.url)[0])
    return paths


def _at(visit, path: str, email: str = "desk@bisc.example", **options):
    """Somebody of the desk with the ticket open beside the newest of what nobody has; the page is marked."""
    desk = visit("bisc", **options)
    desk.sign_in(email)
    desk.goto(f"{path}?view=unassigned&sort=newest")
    if desk.javascript:
        desk.page.set_viewport_size({"width": 1440, "height": 900})
        desk.page.wait_for_selector("#list .stock [aria-current]")
        desk.page.evaluate("window.same = true")
    return desk


def _row(desk, path: str):
    return desk.page.locator(f"#list .stock li:has(a[href^='{path}'])")


def test_picking_up_changes_the_middle_and_the_row_and_nothing_else(visit, filed):
    desk = _at(visit, filed[0])
    desk.goto(f"{filed[0]}?view=all&sort=newest")
    desk.page.wait_for_selector("#list .stock [aria-current]")
    desk.page.evaluate("window.same = true")
    before = desk.page.locator("#list .stock li").count()
    count = int(desk.page.locator("#list .tabs a").first.locator(".tag").inner_text())
    desk.page.evaluate("document.querySelector('#list').scrollTop = 40")
    assert _row(desk, filed[0]).locator(".state").inner_text() == "Nieuw"
    desk.page.keyboard.press("p")
    desk.page.wait_for_selector("[data-act=pick-up]", state="detached")
    _row(desk, filed[0]).locator(".state", has_text="In behandeling").wait_for()
    assert "U behandelt deze melding nu." in desk.page.inner_text("#flash")
    assert desk.page.locator("#list .stock li").count() == before
    assert int(desk.page.locator("#list .tabs a").first.locator(".tag").inner_text()) == count + 1
    assert desk.page.evaluate("document.querySelector('#list').scrollTop") == 40
    assert desk.page.evaluate(SAME) and filed[0] in desk.page.url
    assert desk.page.evaluate("document.activeElement.id") == "ticket"
    desk.check()


def test_who_picks_up_what_a_colleague_just_took_reads_so_where_they_are(visit, filed):
    first, second = _at(visit, filed[0], "lead@bisc.example"), _at(visit, filed[0])
    first.press("Oppakken")
    second.press("Oppakken")
    assert "Desklead BiSC heeft deze melding al." in second.page.inner_text("#flash .note.red")
    assert second.page.evaluate(SAME) and second.page.locator("[data-act=pick-up]").count() == 0


def test_an_answer_is_sent_where_it_stands_and_its_draft_goes(visit, filed):
    desk = _at(visit, filed[0])
    title = desk.page.title()
    desk.page.fill("#id_body", "Wij kijken ernaar.")
    desk.press("Verstuur naar Eemland")
    assert desk.page.evaluate(SAME) and filed[0] in desk.page.url and desk.page.title() == title
    assert "Verstuurd." in desk.page.inner_text("#flash")
    assert desk.page.locator("article", has_text="Wij kijken ernaar.").count() == 1
    assert desk.page.input_value("#id_body") == ""
    assert desk.page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft '))") == []
    _row(desk, filed[0]).wait_for(state="detached")  # it is somebody's now
    desk.page.reload()
    assert desk.page.locator("article", has_text="Wij kijken ernaar.").count() == 1


def test_what_is_wrong_stands_at_its_field_with_all_that_was_typed(visit, filed):
    desk = _at(visit, filed[0])
    desk.page.select_option("#id_then", "waiting_supplier")
    desk.page.fill("#id_supplier", "")
    desk.page.fill("#id_body", "Wij vragen het na.")
    desk.press("Verstuur naar Eemland")
    assert desk.page.evaluate(SAME)
    assert desk.page.evaluate("document.activeElement.className") == "problems"
    assert desk.page.input_value("#id_body") == "Wij vragen het na."
    assert desk.page.locator("#id_supplier").get_attribute("aria-invalid") == "true"
    assert filed[0] in desk.page.url and "messages" not in desk.page.url
    desk.page.fill("#id_supplier", "OCLC")
    desk.press("Verstuur naar Eemland")
    assert "Verstuurd." in desk.page.inner_text("#flash")
    assert desk.page.locator("article", has_text="Wij vragen het na.").count() == 1


def test_sending_goes_on_to_the_next_and_back_returns(visit, filed):
    desk = _at(visit, filed[2])
    desk.page.fill("#id_body", "Opgepakt, en verder.")
    desk.page.locator("#id_body").press("Control+Shift+Enter")
    desk.page.wait_for_url(f"**{filed[1]}**")
    assert desk.page.evaluate(SAME) and "Tweede op zijn plaats" in desk.page.title()
    assert desk.page.inner_text("#ticket-subject") == "Tweede op zijn plaats"
    assert "Verstuurd." in desk.page.inner_text("#flash")
    desk.page.wait_for_selector(f"#list li a[href^='{filed[1]}'][aria-current]")
    desk.page.go_back()
    desk.page.locator("#ticket-subject", has_text="Derde op zijn plaats").wait_for()
    assert filed[2] in desk.page.url
    assert desk.page.locator("article", has_text="Opgepakt, en verder.").count() == 1
    assert desk.page.input_value("#id_body") == ""


def test_who_is_signed_out_meanwhile_gets_the_page_that_keeps_the_text(visit, filed):
    desk = _at(visit, filed[0])
    desk.page.fill("#id_body", "Dit mag niet weg.")
    desk.context.clear_cookies()
    desk.press("Verstuur naar Eemland")
    desk.page.get_by_text("nog niet verstuurd").first.wait_for()
    assert "nog niet verstuurd" in desk.text()
    assert "Dit mag niet weg." in desk.page.content()


def test_without_a_script_each_is_a_page(visit, filed):
    desk = _at(visit, filed[2], javascript=False)
    desk.press("Oppakken")
    assert filed[2] in desk.page.url and "U behandelt deze melding nu." in desk.text()
    desk.page.fill("#id_body", "Zonder script.")
    desk.press("Versturen en volgende")
    assert "Zonder script." not in desk.text() and filed[2] not in desk.page.url
