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
