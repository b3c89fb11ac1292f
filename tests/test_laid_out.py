"""How pages are laid out, in a real browser: nothing lies over another, nothing is cut."""

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]

OVER = """selector => {
    const all = [...document.querySelectorAll(selector)].map(one => one.getBoundingClientRect());
    const found = all.filter(one => one.width);
    const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return [found.length, found.filter((one, at) => found.slice(at + 1).some(other => over(one, other))).length];
}"""
# Of each small picture: how far its last two numbers stand from the middle of their bars, and above them.
ABOVE = """() => [...document.querySelectorAll("svg.bars")].flatMap(svg => {
    const [bars, texts] = ["rect", "text"].map(
        name => [...svg.querySelectorAll(name)].slice(-2).map(one => one.getBoundingClientRect()));
    return texts.map((text, at) => [
        Math.abs((text.left + text.right - bars[at].left - bars[at].right) / 2), bars[at].top - text.bottom]);
})"""


def test_words_of_the_axis_and_of_the_charts_stand_apart(visit):
    director = visit("")
    director.sign_in("stuurgroep@bisc.example")
    director.goto("/agenda/?as=time")
    many, over = director.page.evaluate(OVER, ".plan .line:first-child text")
    assert many > 6 and over == 0
    director.goto("/steering/")
    for width in (1280, 390):
        director.page.set_viewport_size({"width": width, "height": 860})
        assert director.page.evaluate(OVER, "svg.bars text")[1] == 0
        found = director.page.evaluate(ABOVE)
        assert len(found) >= 16
        assert [one for one in found if one[0] > 12 or not -1 < one[1] < 9] == []


def test_locations_of_a_library_are_whole_on_a_phone(visit):
    desk = visit("bisc", width=390)
    desk.sign_in("desk@bisc.example")
    desk.goto("/libraries/utrecht/")
    hidden = "[...document.querySelectorAll('.scroll')].map(one => one.scrollWidth - one.clientWidth)"
    assert desk.page.evaluate(hidden) == [0]
    assert desk.page.locator("td[data-label=ISIL]").first.is_visible()


def test_what_is_chosen_moves_none_of_its_neighbours(visit):
    """In the menu and in the tabs of the work agenda."""
    director = visit("")
    director.sign_in("stuurgroep@bisc.example")
    stands = "[...document.querySelectorAll('.where nav a, .tabs a')].map(one => one.getBoundingClientRect().left)"
    seen = []
    for path in ("/agenda/", "/agenda/?as=time"):
        director.goto(path)
        seen.append(director.page.evaluate(stands))
    director.goto("/steering/")
    assert len(seen[0]) >= 4 and seen[0] == seen[1]
    assert director.page.evaluate(stands) == seen[0][: len(seen[0]) - 2]


def test_all_rows_of_the_list_are_equally_high_however_long_is_left(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    rows = desk.page.locator("#list .stock li")
    assert rows.locator(".left.later").count() > 0 and rows.locator(".left.late").count() > 0
    assert len(rows.evaluate_all("all => [...new Set(all.map(one => Math.round(one.clientHeight)))]")) == 1


def test_the_head_of_the_page_is_one_row_for_who_has_the_longest_menu(visit):
    lead = visit("bisc")
    lead.sign_in("lead@bisc.example")
    lead.goto("/tickets/?view=all")
    assert lead.page.locator(".where nav a:visible").count() == 7
    assert lead.page.evaluate("document.querySelector('.where').getBoundingClientRect().height") == 48


def test_the_sign_of_a_message_stands_in_the_middle_of_its_first_line(visit):
    balie = visit("bisc")
    balie.sign_in("balie@eemland.example")
    balie.goto("/tickets/new/?type=question")
    balie.page.fill("[name=subject]", "Teken in het midden")
    balie.page.fill("[name=body]", "Zie de regel.")
    balie.press("Verstuur naar BiSC")
    middle = "one => { const box = one.getBoundingClientRect(); return (box.top + box.bottom) / 2; }"
    icon, words = (balie.page.locator(f"#flash .note > {one}").first.evaluate(middle) for one in ("svg", "span"))
    assert abs(icon - words) < 1.5
