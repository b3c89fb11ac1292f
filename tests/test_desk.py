"""The desk as a place, in a real browser: what stands where in a window of a size; nothing is pushed out of it."""

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
LIST = "/tickets/?view=all"
# Forty-five letters of the width that Dutch has on average, in the letter of a subject.
TEXT = "Reserveringen van de jeugd komen niet binnen."


def _box(desk, selector: str) -> dict[str, float]:
    box = desk.page.locator(selector).first.bounding_box()
    assert box, f"{selector} is not shown"
    return box


@pytest.fixture
def desk(visit):
    found = visit("bisc")
    found.sign_in("desk@bisc.example")
    found.goto(LIST)
    found.page.locator("#list .stock a").first.click()
    found.page.wait_for_selector("#ticket > section")
    return found


@pytest.mark.parametrize(("width", "side"), [(1280, False), (1439, False), (1440, True), (1920, True)])
def test_a_subject_keeps_45_letters_beside_an_open_ticket(desk, width, side):
    desk.page.set_viewport_size({"width": width, "height": 900})
    assert len(TEXT) == 45
    whole = desk.page.locator("#list .stock .s").first.evaluate(
        "(one, text) => { one.textContent = text; return one.scrollWidth <= one.clientWidth; }", TEXT
    )
    assert whole
    assert desk.page.locator(".middle .side").is_visible() is side
    rows = desk.page.locator("#list .stock li").evaluate_all(
        "rows => rows.filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"
    )
    assert rows >= 18


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1024, 768), (390, 844)])
def test_the_answer_stands_whole_in_the_window_however_long_the_talk(desk, size):
    width, height = size
    desk.page.set_viewport_size({"width": width, "height": height})
    desk.page.evaluate("""
      const said = document.querySelector("#said");
      for (let n = 0; n < 12; n += 1) said.append(said.firstElementChild.cloneNode(true));
    """)
    box = _box(desk, "#answer")
    assert box["y"] >= 0 and box["y"] + box["height"] <= height
    send = _box(desk, "#answer .btn-primary")
    assert send["y"] + send["height"] <= height
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_side_is_folded_out_by_mouse_and_by_keys_and_stays_so(desk):
    desk.page.set_viewport_size({"width": 1280, "height": 900})
    side = desk.page.locator(".middle .side")
    assert not side.is_visible()
    assert "locatie" in desk.page.inner_text(".fold")
    desk.page.locator(".fold").click()
    assert side.is_visible()
    desk.check()
    desk.page.locator("[data-step='1']").click()
    desk.page.wait_for_selector("#list .stock li:nth-child(2) a[aria-current]")
    assert side.is_visible()
    desk.page.locator("#side-open").focus()
    desk.page.keyboard.press("Space")
    assert not side.is_visible()
    desk.page.locator("#ticket").focus()
    desk.page.keyboard.press("w")
    desk.page.wait_for_selector("[name=who]:focus")
    assert side.is_visible()
