"""Menus by keys alone, in a real browser and in Dutch: opened, left with Escape, and gone through."""

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]


def _keys(visitor, *keys: str) -> None:
    for key in keys:
        visitor.page.keyboard.press(key)


def _focused(visitor) -> str:
    return " ".join(visitor.page.evaluate("document.activeElement.textContent").split())


@pytest.mark.parametrize("javascript", [True, False])
def test_the_way_to_ones_other_hosts_is_gone_by_keys(visit, javascript):
    """Opened with Enter, the first host is one Tab away and leads there; without a script, Enter closes it again."""
    lead = visit("bisc", javascript=javascript)
    lead.sign_in("lead@bisc.example")
    lead.goto("/people/")
    summary, sheet = lead.page.locator("details.hosts > summary"), lead.page.locator("details.hosts .sheet")
    assert not sheet.is_visible()
    summary.focus()
    _keys(lead, "Enter")
    assert sheet.is_visible() and sheet.get_attribute("aria-label") == "Waar u werkt"
    if javascript:
        _keys(lead, "Tab", "Escape")
    else:
        _keys(lead, "Enter")
    assert not sheet.is_visible() and _focused(lead) == "Waar u werkt"
    _keys(lead, "Enter", "Tab", "Tab")
    name = _focused(lead)
    assert name and name != "BiSC"
    _keys(lead, "Enter")
    lead.page.wait_for_url(lambda url: "//bisc." not in url)


def test_escape_leaves_the_focus_on_the_menu_of_a_row(visit):
    lead = visit("bisc")
    lead.sign_in("lead@bisc.example")
    lead.goto("/people/")
    lead.page.locator(".people .more > summary").first.focus()
    opened = _focused(lead)
    assert opened.startswith("Menu van ")
    _keys(lead, "Enter", "Tab")
    assert _focused(lead) == "Rol bij BiSC geven"
    lead.check()
    _keys(lead, "Escape")
    assert _focused(lead) == opened and lead.page.locator(".more[open]").count() == 0
