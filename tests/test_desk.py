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


def test_unfolded_the_context_leaves_the_answer_whole_and_scrolls_with_the_talk(desk):
    """At 1280 by 900, with a kept draft on top of it: the button is in the window, and what was said can be read."""
    desk.page.set_viewport_size({"width": 1280, "height": 900})
    desk.page.fill("#id_body", "een regel\n" * 12)
    desk.page.reload()
    desk.page.locator(".fold").click()
    assert desk.page.locator("[data-draft-note=back]").is_visible()
    box, send = _box(desk, "#answer"), _box(desk, "#answer .btn-primary")
    assert box["y"] >= 48 and box["y"] + box["height"] <= 900
    assert box["y"] <= send["y"] and send["y"] + send["height"] <= box["y"] + box["height"]
    top = desk.page.locator(".middle").evaluate("one => { one.scrollTop = one.scrollHeight; return one.scrollTop; }")
    assert top > 0
    last = _box(desk, "#said > :last-child")
    assert last["y"] + last["height"] <= _box(desk, "#answer")["y"]


def test_the_list_alone_cuts_no_number_and_gives_the_subject_what_is_left(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    for width, least in ((1280, 380), (1024, 250)):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.goto(LIST)
        desk.page.locator(".stock li .number").first.evaluate("one => { one.textContent = 'PROBIBLIO-12345'; }")
        cut = desk.page.locator(".stock li :is(.number, .state)").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
        )
        assert cut == [], width
        assert _box(desk, ".stock li > a")["width"] >= least
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_kept_draft_is_marked_in_the_list_until_it_is_thrown_away(desk):
    desk.page.set_viewport_size({"width": 1280, "height": 900})
    desk.page.fill("#id_body", "Nog niet af")
    assert desk.page.locator("#list .drafted").all_inner_texts() == ["concept"]
    desk.goto(LIST)
    assert desk.page.locator("#list li:has(.drafted)").count() == 1
    desk.page.locator("#list li:has(.drafted) a").click()
    desk.page.locator("[data-draft-note=back] button").click()
    assert desk.page.locator("#list .drafted").count() == 0


def test_hits_below_the_search_field_stand_in_the_window_of_a_phone(visit):
    desk = visit("bisc", width=390)
    desk.sign_in("desk@bisc.example")
    desk.goto(LIST)
    desk.page.fill("#find", "zelf")
    desk.page.wait_for_selector("#find-hits [role=option]")
    box = _box(desk, "#find-hits")
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert desk.page.locator("#find-hits kbd:visible").first.inner_text().startswith("BISC-")


def test_a_table_that_is_too_wide_scrolls_by_itself(desk):
    desk.page.set_viewport_size({"width": 390, "height": 844})
    desk.page.fill("#id_body", "| " + " | ".join(["kop"] * 20) + " |\n" + "|---" * 20 + "|\n| " + "x" * 300 + " |")
    desk.page.locator("#answer .look").click()
    desk.page.wait_for_selector("#preview .scroll table")
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert desk.page.locator("#preview .scroll").evaluate("one => one.scrollWidth > one.clientWidth")
    desk.page.locator("#preview .scroll").focus()
    assert desk.page.evaluate("document.activeElement.className") == "scroll"
