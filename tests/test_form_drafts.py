"""What is typed in a long form, in a real browser: it is there again after a reload, and gone when it was sent."""

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]


def test_a_ticket_half_written_comes_back_and_goes_when_it_is_sent(visit):
    librarian = visit("bisc")
    librarian.sign_in("balie@eemland.example")
    librarian.goto("/tickets/new/?type=incident")
    page = librarian.page
    assert "Concept" not in librarian.text()
    page.fill("#id_subject", "Zelfservice geeft geen bon")
    page.fill("#id_body", "Sinds vanochtend, bij alle automaten.")
    page.get_by_text("Geen locatie gekozen").click()
    page.get_by_label("Eemland, vestiging 1 (demo)").check()
    librarian.goto("/")
    librarian.goto("/tickets/new/?type=question")
    assert page.input_value("#id_subject") == "" and "Concept" not in librarian.text()

    librarian.goto("/tickets/new/?type=incident")
    assert "Concept teruggezet" in librarian.text() and "1 van de 10 " in librarian.text()
    assert page.input_value("#id_subject") == "Zelfservice geeft geen bon"
    assert page.input_value("#id_body") == "Sinds vanochtend, bij alle automaten."
    librarian.picture("form-draft")
    librarian.press("Verstuur naar BiSC")
    assert "Ontvangen" in librarian.text()
    librarian.goto("/tickets/new/?type=incident")
    assert page.input_value("#id_body") == "" and "Concept" not in librarian.text()

    page.fill("#id_body", "Toch nog iets.")
    page.reload()
    assert page.input_value("#id_body") == "Toch nog iets."
    librarian.press("Weggooien")
    page.reload()
    assert page.input_value("#id_body") == "" and "Concept" not in librarian.text()


def test_a_report_half_written_comes_back_with_what_was_changed_alone(visit):
    lead = visit("")
    lead.sign_in("kwartiermaker@samenbeheer.example")
    lead.goto("/agenda/6/")
    page, text = lead.page, lead.page.locator("#report [name=text]")
    stood = page.input_value("#report [name=progress]")
    text.fill("De proef is begonnen.")
    page.reload()
    lead.check()
    assert text.input_value() == "De proef is begonnen." and "Concept teruggezet" in lead.text()
    of_this = "Object.entries(sessionStorage).find(([key]) => key.endsWith('form W6'))[1]"
    kept = page.evaluate(f"JSON.parse({of_this}).values")
    assert kept == [["text", ["De proef is begonnen."]]]
    assert page.input_value("#report [name=progress]") == stood
    lead.press("Melden")
    assert "De proef is begonnen." in lead.text() and text.input_value() == "" and "Concept" not in lead.text()
    page.reload()
    assert text.input_value() == "" and "Concept" not in lead.text()
