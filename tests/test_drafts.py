"""A draft of an answer, in a real browser: it comes back whole, to the one who wrote it, and to nobody else."""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]
DRAFT = "Intern: kwartelzang, wachtwoord van de leverancier."


def _with_a_draft(visit, **options):
    """The desk of BiSC, with an internal note begun on a ticket and left for the list; return them and its address."""
    desk = visit("bisc", **options)
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=all")
    link = desk.page.locator("a[href*='/tickets/BISC-']").first.get_attribute("href")
    path = re.search(r"/tickets/BISC-\d+/", link)[0]
    desk.goto(path)
    desk.page.get_by_role("radio", name="Alleen BiSC").check()
    desk.page.fill("#id_body", DRAFT)
    desk.page.select_option("#id_then", index=1)
    mark = desk.page.locator("#answer [name=patron_data]")
    assert not mark.is_visible()  # it comes with a file
    file = {"name": "pas.txt", "mimeType": "text/plain", "buffer": b"pas"}
    desk.page.set_input_files("#id_attachments", files=[file])
    mark.check()
    desk.goto("/tickets/")
    return desk, path


def _drafts(visitor) -> list[str]:
    """The drafts kept in this tab; htmx keeps things of its own beside them."""
    return visitor.page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft '))")


def _box(visitor) -> list:
    """What stands in the answer box: text, readers, next state, mark."""
    return visitor.page.evaluate("""() => {
        const data = new FormData(document.querySelector("#answer"));
        return ["body", "visibility", "then", "patron_data"].map((name) => data.get(name));
    }""")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_draft_of_an_internal_note_comes_back_as_one_and_goes_when_it_is_sent(visit, width):
    desk, path = _with_a_draft(visit, width=width)
    desk.goto(path)
    then = desk.page.locator("#id_then option").nth(1).get_attribute("value")
    assert _box(desk) == [DRAFT, "internal", then, "on"]
    assert "Concept teruggezet, alleen BiSC" in desk.text()
    desk.picture("draft")
    desk.press("Weggooien")
    assert _box(desk) == ["", "public", "", None]
    desk.goto(path)
    assert _box(desk) == ["", "public", "", None] and "Concept" not in desk.text()

    desk.page.get_by_role("radio", name="Alleen BiSC").check()
    desk.page.fill("#id_body", "x" * 20001)  # refused: more than a message may hold
    desk.page.evaluate("document.querySelector('#id_body').value = 'x'.repeat(20001)")
    desk.page.locator("#id_body").press("Control+Enter")
    desk.page.wait_for_selector("[role=alert]")
    assert _box(desk)[1] == "internal" and "Concept" not in desk.text()
    desk.goto(path)
    assert _box(desk)[:2] == ["x" * 20001, "internal"] and "Concept teruggezet, alleen BiSC" in desk.text()
    desk.page.fill("#id_body", DRAFT)
    desk.page.locator("#id_body").press("Control+Enter")
    desk.page.wait_for_selector("[data-taken]")
    assert _box(desk) == ["", "public", "", None]
    desk.goto(path)
    assert _box(desk) == ["", "public", "", None] and "Concept" not in desk.text()
    assert "Alleen BiSC" in desk.page.locator("article", has_text=DRAFT).first.inner_text()


def test_a_draft_that_does_not_fit_any_more_is_shown_and_not_put_back(visit):
    desk, path = _with_a_draft(visit)
    desk.page.evaluate("""() => Object.keys(sessionStorage).forEach((key) => {
        sessionStorage[key] = sessionStorage[key].replace('"then":"', '"then":"gone_');
    })""")
    desk.goto(path)
    assert _box(desk) == ["", "public", "", None]
    assert "U hebt hier nog een concept" in desk.text() and DRAFT in desk.page.inner_text("#answer")
    desk.picture("draft-apart")
    desk.press("Weggooien")
    assert _drafts(desk) == [] and DRAFT not in desk.page.inner_text("#answer")


@pytest.mark.parametrize("how", ["sign out", "session ended"])
def test_a_draft_is_never_there_for_the_next_person_in_that_tab(visit, how):
    person, path = _with_a_draft(visit)
    assert DRAFT in person.page.evaluate("JSON.stringify(sessionStorage)")
    if how == "sign out":
        person.page.click("details.me summary")
        with person.page.expect_navigation():
            person.page.locator("details.me").get_by_role("button", name="Afmelden").click()
        assert _drafts(person) == []
    else:
        person.context.clear_cookies()
    person.sign_in("keyuser@eemland.example")
    person.goto("/tickets/")
    assert _drafts(person) == []
    shown = person.page.goto(person.base + path)
    if shown.status == 200 and person.page.locator("#id_body").count():  # theirs, and open to an answer
        assert person.page.input_value("#id_body") == ""
