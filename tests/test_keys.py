"""The desk by keys alone, in a real browser and in Dutch: the list is walked, tickets are opened and answered."""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
LIST = "/tickets/?view=all&type=incident"


def _keys(visitor, *keys: str) -> None:
    for key in keys:
        visitor.page.keyboard.press(key)


def _numbers(visitor) -> list[str]:
    """The tickets of the list on this page, in order."""
    links = visitor.page.locator("#list .stock a").evaluate_all("links => links.map(link => link.pathname)")
    return [re.search(r"BISC-\d+", link)[0] for link in links]


def _opened(visitor, number: str) -> None:
    """Wait until the ticket stands beside the list: in the address, the title and the middle."""
    visitor.page.wait_for_function(
        "number => document.title.startsWith(number + ' ') && location.pathname === `/tickets/${number}/`"
        " && document.querySelector('#list .stock a[aria-current]')?.pathname === location.pathname",
        arg=number,
    )


def test_a_filtered_list_is_walked_with_keys_alone(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto(LIST)
    first, second, third, *_rest = _numbers(desk)
    _keys(desk, "j", "j", "k", "Enter")
    _opened(desk, first)
    assert desk.page.url.endswith(f"/tickets/{first}/?view=all&type=incident")
    desk.check()
    _keys(desk, "j")
    _opened(desk, second)
    _keys(desk, "j")
    _opened(desk, third)
    desk.page.go_back()
    _opened(desk, second)
    assert "gefilterd" in desk.page.inner_text("#list") or "Storing" in desk.page.inner_text("#list .chips")

    _keys(desk, "i")
    assert desk.page.evaluate("document.activeElement.id") == "id_body"
    assert desk.page.is_checked("#answer [name=visibility][value=internal]")
    desk.page.keyboard.type("Nagekeken met j en k.")
    _keys(desk, "Control+Shift+Enter")
    _opened(desk, third)
    assert _numbers(desk)[:3] == [first, second, third]
    _keys(desk, "k")
    _opened(desk, second)
    assert "Nagekeken met j en k." in desk.page.inner_text("#ticket")

    _keys(desk, "u")
    desk.page.wait_for_selector("#ticket > section", state="detached")
    assert desk.page.url.endswith(LIST)
    assert desk.page.evaluate("document.activeElement.pathname") == f"/tickets/{second}/"
    _keys(desk, "?")
    assert "Toetsen op deze pagina" in desk.text() and "antwoord" not in desk.page.inner_text("#keys")
    desk.check()
    _keys(desk, "Escape", "g", "u")
    desk.page.wait_for_url("**/tickets/?view=unassigned")
    _keys(desk, "/")
    desk.page.keyboard.type(first.split("-")[1])
    _keys(desk, "Enter")
    desk.page.wait_for_url(f"**/tickets/{first}/")


def test_the_answer_box_is_at_most_three_tabs_away(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    number = _numbers(desk)[0]
    desk.goto(f"/tickets/{number}/?view=all")
    _keys(desk, "Tab", "Enter", "Tab", "Enter")
    desk.page.keyboard.type("Zo snel.")
    assert desk.page.input_value("#id_body") == "Zo snel."
    desk.page.fill("#id_body", "")


def test_keys_that_are_switched_off_do_nothing(visit):
    lead = visit("bisc")
    lead.sign_in("lead@bisc.example")
    lead.goto("/me/")
    lead.page.uncheck("[name=shortcuts]")
    lead.page.locator("form[action='/me/shortcuts/'] button").click()
    lead.goto("/tickets/?view=all")
    _keys(lead, "j", "n", "?")
    assert lead.page.evaluate("document.activeElement.tagName") == "BODY"
    assert lead.page.locator("dialog[open]").count() == 0
    lead.goto("/me/")
    lead.page.check("[name=shortcuts]")
    lead.page.locator("form[action='/me/shortcuts/'] button").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_list_and_ticket_are_two_pages_on_a_phone(visit, javascript):
    desk = visit("bisc", width=390, javascript=javascript)
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    desk.page.locator("#list .stock a").first.click()
    desk.page.wait_for_selector("#ticket > section")
    desk.check()
    assert not desk.page.locator("#list").is_visible()
    before = desk.page.url
    desk.page.get_by_role("link", name="Volgende melding").click()
    desk.page.wait_for_url(lambda url: url != before)
    desk.page.get_by_role("link", name="Naar de lijst").click()
    desk.page.wait_for_url("**/tickets/?view=all")
    assert desk.page.locator("#list .stock a").first.is_visible()


def _typed(desk, words: str) -> None:
    """Type these words in the palette, and wait until what stands there are their hits."""
    desk.page.keyboard.type(words)
    desk.page.wait_for_selector(f"#palette-hits[data-of='{words}']")


def test_the_palette_leads_to_a_library_a_ticket_or_an_act_by_keys(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    number = _numbers(desk)[0]
    _keys(desk, "Control+k")
    _typed(desk, number)
    desk.page.wait_for_selector("#palette [aria-selected=true] kbd")
    desk.page.evaluate("history.replaceState(null, '', '/tickets/?view=all&palette')")
    desk.check()
    _keys(desk, "Enter")
    desk.page.wait_for_url(f"**/tickets/{number}/")
    _keys(desk, "Control+k")
    _typed(desk, "eemland")
    desk.page.wait_for_selector("#palette [aria-selected=true][href^='/libraries/']")
    _keys(desk, "Tab", "Tab")
    assert desk.page.locator("#palette [aria-selected=true]").inner_text().startswith("Nieuwe melding voor Eemland")
    _keys(desk, "Escape", "Control+k")
    _typed(desk, "notitie")
    desk.page.wait_for_selector("#palette .act")
    assert desk.page.locator("#palette .act[aria-selected=true]").count() == 0
    _keys(desk, "ArrowUp", "Enter")
    desk.page.wait_for_function("() => document.activeElement.id === 'id_body'")
    assert desk.page.is_checked("#answer [name=visibility][value=internal]")


def _held(desk) -> list:
    """Hold back what the palette asks from now on; return the questions held, for the test to let go."""
    held = []
    desk.page.route("**/palette/?q=*", lambda route: held.append(route))
    return held


def _asked(desk, held: list, words: str):
    """Wait until the palette has asked for these words; return the question."""
    for _ in range(200):
        for route in held:
            if route.request.url.endswith(f"?q={words}"):
                return route
        desk.page.wait_for_timeout(50)
    raise AssertionError(f"the palette never asked for {words}")


def test_enter_waits_for_the_hits_of_what_was_typed(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    _keys(desk, "Control+k")
    desk.page.wait_for_selector("#palette [aria-selected=true]")
    held = _held(desk)
    desk.page.keyboard.type("eemland")
    _keys(desk, "Enter")
    question = _asked(desk, held, "eemland")
    assert desk.page.locator("#palette").is_visible()
    question.continue_()
    desk.page.wait_for_url("**/libraries/**")


def test_a_late_answer_keeps_what_was_chosen_by_hand(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    number = _numbers(desk)[0]
    desk.goto(f"/tickets/{number}/")
    _keys(desk, "Control+k")
    _typed(desk, "notiti")
    desk.page.wait_for_selector("#palette .act")
    held = _held(desk)
    desk.page.keyboard.type("e")
    question = _asked(desk, held, "notitie")
    _keys(desk, "ArrowUp")
    assert desk.page.locator("#palette .act[aria-selected=true]").count() == 1
    question.continue_()
    desk.page.wait_for_selector("#palette-hits[data-of=notitie]")
    assert desk.page.locator("#palette .act[aria-selected=true]").count() == 1
    _keys(desk, "Enter")
    desk.page.wait_for_function("() => document.activeElement.id === 'id_body'")


def test_the_palette_is_a_page_without_a_script(visit):
    desk = visit("bisc", javascript=False)
    desk.sign_in("desk@bisc.example")
    desk.goto("/palette/?q=eemland")
    desk.page.get_by_role("main").get_by_role("link", name="Eemland", exact=True).click()
    assert "/libraries/" in desk.page.url


def test_a_ticket_is_assigned_by_two_keys_and_a_name_and_put_back(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    _keys(desk, "j", "Enter")
    desk.page.wait_for_selector("#ticket > section")
    before = desk.page.inner_text("#part-who")
    desk.page.fill("#id_body", "Een concept dat blijft.")
    _keys(desk, "Escape", "w")
    desk.page.wait_for_selector("#id_who:focus")
    desk.page.keyboard.type("xyzzy")
    _keys(desk, "Enter")
    desk.page.wait_for_selector("#part-who .errorlist")
    assert "Zo heet hier niemand" in desk.page.inner_text("#part-who")
    desk.page.fill("#id_who", "desklead")
    _keys(desk, "Enter")
    desk.page.get_by_role("button", name="Ongedaan maken").wait_for()
    assert "Toegewezen aan Desklead" in desk.page.inner_text("#flash")
    assert "Desklead" in desk.page.inner_text("#part-who") and "Toegewezen" in desk.page.inner_text("#said")
    assert desk.page.input_value("#id_body") == "Een concept dat blijft."
    desk.check()
    desk.page.get_by_role("button", name="Ongedaan maken").click()
    desk.page.get_by_text("Teruggedraaid.").wait_for()
    assert desk.page.inner_text("#part-who") == before
    desk.page.fill("#id_body", "")


def test_a_part_is_changed_without_a_script(visit):
    desk = visit("bisc", javascript=False)
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    desk.page.locator("#list .stock a").first.click()
    desk.page.get_by_role("link", name="Wijzigen: Prioriteit").click()
    desk.page.select_option("[name=urgency]", "high")
    desk.page.select_option("[name=impact]", "medium")
    desk.press("Opslaan")
    assert "De prioriteit is nu “hoog”." in desk.text()
    desk.page.get_by_role("button", name="Ongedaan maken").click()
    assert "Teruggedraaid." in desk.text()


WORD = "onderwerpzonderspaties" * 19


@pytest.mark.parametrize("javascript", [True, False])
def test_no_page_is_wider_than_its_window(visit, running, javascript):
    """At 320 pixels, with one word of 400 letters as subject, text and names."""
    desk = visit("bisc", width=320, javascript=javascript)
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all&sort=newest")
    number = _numbers(desk)[0]
    running.sql(f"UPDATE bisc.tickets_ticket SET subject = '{WORD[:400]}' WHERE number = '{number}'")
    running.sql(
        f"UPDATE bisc.tickets_message SET body = '{WORD[:400]}' WHERE ticket_id ="
        f" (SELECT id FROM bisc.tickets_ticket WHERE number = '{number}')"
    )
    for path in (
        "/tickets/?view=all&sort=newest",
        f"/tickets/{number}/",
        f"/tickets/{number}/edit/",
        f"/tickets/{number}/parts/category/",
        f"/tickets/{number}/parts/locations/",
        f"/tickets/?q={WORD[:150]}",
        f"/palette/?q={number}",
    ):
        desk.page.goto(desk.base + path)
        wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (path, wide)


def test_letters_typed_right_after_n_stand_in_the_first_field(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    desk.page.route("**/tickets/new/", lambda route: (desk.page.wait_for_timeout(600), route.continue_()))
    desk.page.keyboard.press("n")
    desk.page.keyboard.type("eem")
    desk.page.wait_for_url("**/tickets/new/")
    desk.page.wait_for_selector("#callers button")
    assert desk.page.input_value("#id_reporter") == "eem"


def test_the_category_has_a_key(visit):
    desk = visit("bisc")
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=unassigned")
    _keys(desk, "j", "Enter")
    desk.page.wait_for_selector("#ticket > section")
    _keys(desk, "c")
    desk.page.wait_for_selector("#part-category select:focus")


def test_back_after_sending_leads_to_the_same_ticket(visit):
    library = visit("bisc")
    library.sign_in("balie@utrecht.example")
    library.goto("/tickets/new/?type=incident")
    library.page.fill("#id_subject", "Twee keer verstuurd")
    library.page.fill("#id_body", "Dit staat er één keer.")
    library.press("Verstuur naar BiSC")
    first = library.page.url
    library.page.go_back()
    library.page.fill("#id_subject", "Twee keer verstuurd")
    library.page.fill("#id_body", "Dit staat er één keer.")
    library.press("Verstuur naar BiSC")
    assert library.page.url == first and "Dit hebt u al verstuurd" in library.text()
