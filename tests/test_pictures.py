"""Pictures of a conversation in a browser: small where they stand, large by mouse and keys; also without script."""

import re

import pytest

from tests.pictures import picture

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
SCREEN = {"name": "scherm.png", "mimeType": "image/png", "buffer": picture(1600, 900)}
DRAWN = "one => one.complete && one.naturalWidth === 1600"


def _sent(visit, **options):
    """A librarian who filed a ticket with a picture, on its page."""
    librarian = visit("bisc", **options)
    librarian.sign_in("balie@eemland.example")
    librarian.goto("/tickets/new/?type=incident")
    librarian.page.fill("[name=subject]", "Een scherm met een fout")
    librarian.page.fill("[name=body]", "Zie het plaatje.")
    librarian.page.set_input_files("[name=attachments]", files=[SCREEN])
    librarian.press("Verstuur naar BiSC")
    return librarian, re.search(r"BISC-\d+", librarian.page.url)[0]


def test_a_picture_opens_large_by_keys_and_the_focus_comes_back(visit):
    _librarian, number = _sent(visit)
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto(f"/tickets/{number}/")
    thumb = desk.page.locator("a.thumb")
    thumb.scroll_into_view_if_needed()
    desk.page.wait_for_function(f"({DRAWN})(document.querySelector('.thumb img'))")
    assert thumb.bounding_box()["width"] < 200
    thumb.focus()
    desk.page.keyboard.press("Enter")
    large = desk.page.locator("#picture .large img")
    desk.page.wait_for_function(f"({DRAWN})(document.querySelector('#picture img'))")
    assert large.bounding_box()["width"] > 900 and large.get_attribute("alt") == "scherm.png"
    assert desk.page.get_by_role("dialog", name="scherm.png").is_visible()
    desk.page.keyboard.press("j")  # the list stays where it is
    desk.check()
    desk.page.keyboard.press("Escape")
    assert not large.is_visible() and number in desk.page.url
    assert desk.page.evaluate("document.activeElement.className") == "thumb"
    thumb.click()
    with desk.page.expect_download() as download:
        desk.page.locator("#picture").get_by_role("link", name="Downloaden").click()
    assert download.value.suggested_filename == "scherm.png"


def test_a_picture_on_a_phone_without_javascript(visit):
    librarian, number = _sent(visit, javascript=False, width=390)
    librarian.page.click("a.thumb")
    librarian.check()
    assert librarian.page.locator("h1").inner_text() == "scherm.png"
    assert 200 < librarian.page.locator(".large img").bounding_box()["width"] <= 390
    librarian.page.get_by_role("link", name="Terug naar de melding").click()
    assert librarian.page.url.endswith(f"/tickets/{number}/")
