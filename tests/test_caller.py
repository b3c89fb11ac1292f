"""A ticket for who calls, in a real browser and in Dutch: by keys alone, and without JavaScript."""

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]


def _fill(desk, subject: str) -> None:
    desk.page.check("[name=type][value=incident]")
    desk.page.fill("#id_subject", subject)
    desk.page.fill("#id_body", "De kassa print geen bon.")
    category = desk.page.locator("[name=category]")
    if category.first.evaluate("one => one.tagName") == "SELECT":
        category.select_option(index=1)


def test_a_ticket_for_a_caller_by_keys(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    desk.page.keyboard.press("n")
    desk.page.wait_for_url("**/tickets/new/")
    desk.page.keyboard.type("balie@eem")
    desk.page.wait_for_selector("#callers button")
    desk.check()
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".chosen-caller")
    assert "balie@eemland.example" in desk.page.inner_text(".chosen-caller")
    assert desk.page.input_value("[name=library]") == "eemland"
    assert desk.page.evaluate("document.activeElement.name") == "type"
    desk.check()
    _fill(desk, "Bon voor wie belt")
    desk.press("Versturen")
    desk.page.wait_for_url("**/tickets/BISC-*/")
    assert "Medewerker balie Eemland" in desk.page.text_content(".side")


def test_enter_picks_nobody_of_the_letters_that_stood_there_before(visit):
    """Where a script cannot get who fits what stands there now, the form itself looks for them."""
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/new/")
    desk.page.locator("#id_reporter").press_sequentially("balie@eem")
    desk.page.wait_for_selector("#callers button")
    desk.page.route("**/tickets/new/callers/*", lambda route: route.fulfill(status=503, body=""))
    desk.page.fill("#id_reporter", "onvindbaar")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector("text=Niemand gevonden met deze letters.")
    assert desk.page.locator(".chosen-caller").count() == 0
    assert desk.page.input_value("#id_reporter") == "onvindbaar"


def test_a_ticket_for_somebody_new_without_javascript(visit):
    desk = visit("bisc", javascript=False)
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/new/")
    _fill(desk, "Bon voor wie nieuw is")
    desk.page.fill("#id_reporter", "sanne sm")
    desk.press("Zoeken")
    assert "Niemand gevonden met deze letters." in desk.text()
    assert desk.page.input_value("#id_subject") == "Bon voor wie nieuw is"
    desk.page.click(".new-caller summary")
    desk.page.fill("#id_caller-name", "Sanne Smit")
    desk.press("Invoeren en kiezen")
    assert "Kies de bibliotheek van wie er belt." in desk.text()
    assert desk.page.input_value("#id_caller-name") == "Sanne Smit"
    desk.page.fill("#id_caller-email", "sanne@eemland.example")
    desk.page.select_option("#id_caller-library", "eemland")
    desk.press("Invoeren en kiezen")
    assert "sanne@eemland.example" in desk.page.inner_text(".chosen-caller")
    assert desk.page.input_value("[name=library]") == "eemland"
    desk.press("Versturen")
    desk.page.wait_for_url("**/tickets/BISC-*/")
    assert "Sanne Smit" in desk.page.text_content(".side")
