"""On paper: what is read and nothing that is done, whole, with page numbers and the day; the axis of time lies wide."""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
TALL, WIDE = (595, 842), (842, 595)  # A4, in points


def _pages(visitor) -> list[tuple[int, int]]:
    """Return the size of each page of the PDF that Chromium makes of this page."""
    found = visitor.page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", found)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def _on_paper(visitor, path: str) -> str:
    """Return the words that are printed of a page."""
    visitor.goto(path)
    visitor.page.emulate_media(media="print")
    return visitor.text()


@pytest.fixture
def director(visit):
    """A member of the steering group, in the dark."""
    found = visit("")
    found.sign_in("stuurgroep@bisc.example")
    found.page.emulate_media(color_scheme="dark")
    return found


def test_the_report_is_whole_on_paper(director):
    text = _on_paper(director, "/steering/")
    assert "Afgedrukt" in text and "Wat deze cijfers betekenen" in text and "Van u gevraagd" in text
    for done in ("het kwartaal ervoor", "Afdrukken", "Toon alle organisaties", "Bekijken", "Naar de inhoud"):
        assert done not in text, done
    assert director.page.locator("nav:visible").count() == 0
    shut = director.page.locator("details:not([open]) > .scroll:has(.dot)").first
    assert shut.evaluate("one => one.checkVisibility({contentVisibilityAuto: true})")  # what is shut stands open
    assert director.page.locator("svg.bars:visible").count() == 8
    assert director.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    pages = _pages(director)
    assert set(pages) == {TALL} and len(pages) <= 5


def test_the_agenda_is_printed_as_a_list_and_wide_on_the_axis_of_time(director):
    text = _on_paper(director, "/agenda/")
    assert "Gezamenlijke servicedesk" in text and "Filter" not in text
    assert set(_pages(director)) == {TALL}
    text = _on_paper(director, "/agenda/?as=time")
    assert "Gezamenlijke servicedesk" in text
    assert set(_pages(director)) == {WIDE}


def test_a_ticket_is_printed_with_what_was_said_and_about_whom(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    desk.page.locator("#list a[href*='/tickets/BISC-']").first.click()
    desk.page.wait_for_selector("#ticket-subject")
    subject = desk.page.inner_text("#ticket-subject")
    desk.page.emulate_media(media="print")
    text = desk.text()
    assert subject in text and "Wie en waar" in text and "Afgedrukt" in text
    assert desk.page.locator(".answer:visible, nav:visible, #list:visible, button:visible").count() == 0
    assert set(_pages(desk)) == {TALL}


def test_the_button_prints_and_without_script_there_is_none(visit):
    director = visit("")
    director.sign_in("stuurgroep@bisc.example")
    director.goto("/steering/")
    director.page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    director.page.get_by_role("button", name="Afdrukken").click()
    assert director.page.get_attribute("body", "data-printed") == "yes"
    plain = visit("", javascript=False)
    plain.sign_in("stuurgroep@bisc.example")
    plain.goto("/steering/")
    assert plain.page.get_by_role("button", name="Afdrukken").count() == 0


def test_on_a_phone_the_others_show_by_choice(visit):
    director = visit("", width=390, javascript=False)
    director.sign_in("stuurgroep@bisc.example")
    director.goto("/steering/")
    headings = director.page.locator(".desks th[scope=col]:visible")
    assert headings.all_inner_texts()[:3] == ["Cijfer", "BiSC", "Samen"] and headings.count() == 4
    director.page.get_by_label("Toon alle organisaties").check()
    assert headings.all_inner_texts()[:4] == ["Cijfer", "BiSC", "Cubiss", "Probiblio"] and headings.count() == 7


def test_the_list_of_work_is_printed_with_numbers_and_whole_subjects(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    text = _on_paper(desk, "/tickets/?view=all")
    desk.page.set_viewport_size({"width": 680, "height": 900})
    rows = desk.page.locator(".stock li")
    assert rows.locator(".number:visible").count() == rows.count() > 0
    cut = rows.locator(".s").evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length")
    assert cut == 0
    for done in ("Twee regels", "Filteren", "Nieuwe melding", "Ctrl K"):
        assert done not in text, done
    desk.page.emulate_media(media="screen")
    desk.page.locator(".stock a").first.click()
    desk.page.wait_for_selector("#ticket > section")
    desk.page.emulate_media(media="print")
    text = desk.text()
    assert "Ctrl K" not in text and "wie mag het zien" not in text
    assert desk.page.locator(".side .change:visible").count() == 0
