"""What a step from one state to another asks, and what it leaves: by verb, by page and by API."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.browsing import form_with, press, send
from tests.tickets.verbs import PLANNED, SUPPLIER
from tickets.desk import actions as verbs
from tickets.lists.queries import open_counts
from tickets.models import Message, Ticket

PAGE = "/tickets/BISC-1/"
AT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def _refused(field, **values) -> bool:
    with pytest.raises(ValidationError) as error:
        verbs.move(**values)
    return list(error.value.error_dict) == [field]


@pytest.mark.parametrize(
    ("to", "field", "fact"),
    [
        ("planned", "planned_until", {}),
        ("planned", "planned_until", {"planned_until": date(2026, 11, 1)}),
        ("planned", "supplier", {**PLANNED, "supplier": "OCLC"}),
        ("waiting_supplier", "supplier", {"supplier": "  ", "supplier_number": "4471"}),
        ("waiting_supplier", "supplier_number", {"supplier": "OCLC", "supplier_number": "4" * 61}),
        ("waiting_partner", "partner", {}),
        ("waiting_reporter", "asked", {}),
        ("waiting_reporter", "asked", {"asked": "nul \0"}),
    ],
)
def test_a_waiting_state_asks_its_fact(bisc, ticket, to, field, fact):
    assert _refused(field, ticket=ticket, to=to, fact=fact, by=bisc.actor("desk"), at=AT)
    assert Ticket.objects.get().state == "new"


def test_a_partner_is_another_organisation_that_takes_part(cast, bisc, ticket):
    desk = bisc.actor("desk")
    own = bisc.organisation
    assert _refused("partner", ticket=ticket, to="waiting_partner", fact={"partner": own}, by=desk)
    verbs.move(ticket=ticket, to="waiting_partner", fact={"partner": cast.cubiss.organisation}, by=desk)
    assert Ticket.objects.get().partner.slug == "cubiss"


def test_the_fact_goes_with_the_state_and_history_keeps_it(bisc, ticket):
    desk = bisc.actor("desk")
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=desk)
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier_number": "4472"}, by=desk)
    assert ticket.events.last().payload == {"changes": {"supplier_number": ["4471", "4472"]}}
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, by=desk)
    now = Ticket.objects.get()
    assert (now.supplier, now.supplier_number, now.planned_until) == ("", "", date(2099, 1, 1))
    assert ticket.events.last().payload == {
        "changes": {
            **{"state": ["waiting_supplier", "planned"], "supplier": ["OCLC", ""], "supplier_number": ["4472", ""]},
            "planned_until": [None, "2099-01-01"],
        }
    }


def test_what_is_asked_of_the_reporter_is_the_answer_unless_it_is_said(bisc, ticket, client_of):
    desk, client = bisc.actor("desk"), client_of("bisc colleague")
    verbs.answer(ticket=ticket, body="Gaat het\nnu goed?", then="waiting_reporter", by=desk)
    assert Ticket.objects.get().asked == "Gaat het nu goed?"
    verbs.answer(ticket=ticket, body="Ja.", by=bisc.actor("colleague"))
    assert (Ticket.objects.get().asked, Ticket.objects.get().state) == ("", "open")
    asked = {"asked": "Welk pasnummer?"}
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", then="waiting_reporter", fact=asked, by=desk)
    assert "Welk pasnummer?" in client.get(PAGE).content.decode()
    verbs.answer(
        ticket=ticket, body="Een lang verhaal.", then="waiting_reporter", fact={"asked": "Welke kast?"}, by=desk
    )
    assert Ticket.objects.get().asked == "Welke kast?"


def test_of_a_long_answer_the_beginning_is_what_is_asked(bisc, ticket):
    """As much as fits; the answer itself is whole."""
    desk, body = bisc.actor("desk"), "Gaat het nu goed? " * 30
    verbs.answer(ticket=ticket, body=body, then="waiting_reporter", by=desk)
    asked = Ticket.objects.get().asked
    assert asked == "Gaat het nu goed? " * 16 + "Gaat het nu…"
    assert Message.objects.latest("pk").body == body


def test_a_library_reads_what_is_waited_for(bisc, ticket, client_of, api_of):
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=bisc.actor("desk"))
    page = " ".join(client_of("bisc colleague").get(PAGE).content.decode().split())
    assert "Wacht op OCLC, nummer 4471 daar" in page
    told = api_of("bisc colleague")("GET", "/tickets/BISC-1").json()
    assert (told["supplier"], told["supplierNumber"], told["plannedUntil"]) == ("OCLC", "4471", None)
    assert told["events"][-1]["changes"]["supplier"] == ["", "OCLC"]


def test_the_api_takes_a_fact_and_says_which_lacks(cast, ticket, api_of):
    call = api_of("bisc desk")
    lacks = call("POST", "/tickets/BISC-1/transitions", {"to": "planned"})
    assert (
        lacks.status_code,
        [one["location"]["field"] if "location" in one else one for one in lacks.json()["errors"]],
    )[0] == 400
    assert "plannedUntil" in lacks.content.decode()
    done = call("POST", "/tickets/BISC-1/transitions", {"to": "waiting_partner", "partner": "cubiss"})
    assert (done.status_code, done.json()["partner"]) == (200, "cubiss")
    assert (
        call("POST", "/tickets/BISC-1/transitions", {"to": "waiting_partner", "partner": "niemand"}).status_code == 400
    )


def test_the_answer_box_asks_the_fact(bisc, ticket, client_of):
    client = client_of("bisc desk")
    held = send(client, PAGE, "Versturen", body="Volgt.", then="planned")
    assert held.status_code == 422 and "Kies tot wanneer het is ingepland." in held.content.decode()
    again = form_with(held, "Versturen")
    assert (again.controls["body"].holds, again.controls["then"].holds) == (["Volgt."], ["planned"])
    assert press(client, again, "Versturen", planned_until="2099-01-01").status_code == 302
    assert Ticket.objects.get().planned_until == date(2099, 1, 1)


def test_resolving_asks_the_words_that_the_library_reads(bisc, ticket):
    desk = bisc.actor("desk")
    assert _refused("answer", ticket=ticket, to="resolved", reason="onder ons", by=desk)
    assert not Message.objects.filter(body="onder ons").exists()
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", by=desk)
    assert _refused("answer", ticket=ticket, to="resolved", by=desk)
    verbs.move(ticket=ticket, to="resolved", answer="Gemaakt.", reason="certificaat", by=desk)
    said = list(Message.objects.order_by("pk").values_list("visibility", "body"))[-2:]
    assert said == [("internal", "certificaat"), ("public", "Gemaakt.")]


def test_resolving_asks_nothing_when_staff_have_the_last_public_word(bisc, ticket):
    desk = bisc.actor("desk")
    verbs.answer(ticket=ticket, body="Gemaakt.", by=desk)
    first = Ticket.objects.get().first_answer_at
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", by=desk)
    verbs.move(ticket=ticket, to="resolved", by=desk)
    now = Ticket.objects.get()
    assert (now.state, now.first_answer_at) == ("resolved", first)


def test_a_page_says_which_answer_counts_as_the_solution_and_asks_none(bisc, ticket, client_of):
    client, desk = client_of("bisc desk"), bisc.actor("desk")
    asked = "Wat was de oplossing? De bibliotheek leest dit."
    assert asked in client.get(PAGE).content.decode()
    said = verbs.answer(ticket=ticket, body="Het **certificaat** is vernieuwd.", by=desk)
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", by=desk)
    page = client.get(PAGE).content.decode()
    fact = " ".join(page.partition('class="fact solved"')[2].partition("</div>")[0].split())
    assert f"telt dit als de oplossing voor de bibliotheek ({said.author.name}, " in fact
    assert f'<a href="#m{said.key}">“Het **certificaat** is vernieuwd.”</a>' in fact
    assert (" data-asks-words" in page, page.count('<div class="fact resolved"')) == (False, 0)
    assert send(client, PAGE, "Versturen", then="resolved").status_code == 302
    assert Ticket.objects.get().state == "resolved"
    verbs.move(ticket=ticket, to="open", reason="Toch niet", by=bisc.actor("colleague"))
    page = client.get(PAGE).content.decode()
    assert (asked in page, " data-asks-words" in page, page.count('class="fact solved"')) == (True, True, 0)


def test_a_file_alone_is_no_solution(bisc, ticket, client_of):
    verbs.answer(ticket=ticket, body="", uploads=[SimpleUploadedFile("a.txt", b"x")], by=bisc.actor("desk"))
    assert _refused("answer", ticket=ticket, to="resolved", by=bisc.actor("desk"))
    assert 'class="fact resolved"' in client_of("bisc desk").get(PAGE).content.decode()


def test_what_staff_filed_for_somebody_is_no_answer(bisc, ticket, client_of):
    Message.objects.filter(ticket=ticket).update(speaker="staff")
    assert _refused("answer", ticket=ticket, to="resolved", by=bisc.actor("desk"))
    assert 'class="fact solved"' not in client_of("bisc desk").get(PAGE).content.decode()


def test_a_page_that_resolves_without_words_comes_back_with_a_text_ready(bisc, ticket, client_of):
    client = client_of("bisc desk")
    held = send(client, PAGE, "Versturen", then="resolved")
    again = form_with(held, "Versturen")
    ready = "Dit is opgelost. Is er toch nog iets mis? Laat het dan hier weten."
    assert (held.status_code, again.controls["body"].holds) == (422, [ready])
    assert press(client, again, "Versturen").status_code == 302
    assert Message.objects.order_by("pk").last().body == ready
    assert Ticket.objects.get().state == "resolved"


def test_who_answers_first_or_resolves_has_the_ticket(bisc, ticket):
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", by=bisc.actor("lead"))
    assert Ticket.objects.get().assignee is None
    verbs.answer(ticket=ticket, body="Wij kijken.", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Ik ook.", by=bisc.actor("lead"))
    assert Ticket.objects.get().assignee == bisc.people["desk"]
    verbs.edit(ticket=ticket, changes={"assignee": None}, by=bisc.actor("lead"))
    verbs.move(ticket=ticket, to="resolved", by=bisc.actor("lead"))
    assert Ticket.objects.get().assignee == bisc.people["lead"]


@pytest.mark.parametrize("who", ["desk", "colleague"])
def test_opening_again_asks_why(bisc, ticket, who):
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    assert _refused("reason", ticket=ticket, to="open", reason="  ", by=bisc.actor(who))
    verbs.move(ticket=ticket, to="open", reason="Nog niet.", by=bisc.actor(who))
    assert (Ticket.objects.get().state, Ticket.objects.get().reopened) == ("open", 1)


def test_what_was_opened_again_is_marked_and_on_top_until_staff_answer(bisc, ticket, client_of):
    lead = bisc.actor("lead")
    urgent = verbs.create(
        **{"type": "incident", "subject": "Kritiek", "body": "x", "library": bisc.library, "urgency": "high"},
        **{"category": ticket.category, "impact": "high", "by": lead},
    )
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=lead)
    verbs.move(ticket=ticket, to="open", reason="Nog niet.", by=bisc.actor("colleague"))
    page = client_of("bisc desk").get("/tickets/?view=all").content.decode()
    assert page.index("/tickets/BISC-1/") < page.index(f"/tickets/{urgent.number}/") and "Heropend</span>" in page
    assert "Heropend</span>" not in client_of("bisc colleague").get(PAGE).content.decode()
    verbs.answer(ticket=ticket, body="Wij kijken weer.", by=lead)
    page = client_of("bisc desk").get("/tickets/?view=all").content.decode()
    assert page.index(f"/tickets/{urgent.number}/") < page.index("/tickets/BISC-1/") and "Heropend</span>" not in page


def test_what_waits_for_another_is_not_to_be_picked_up(bisc, ticket, client_of):
    assert open_counts(bisc.standing("desk")).unassigned == 1
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=bisc.actor("desk"))
    assert Ticket.objects.get().assignee is None
    assert open_counts(bisc.standing("desk")).unassigned == 0
    client = client_of("bisc desk")
    assert "/tickets/BISC-1/" not in client.get("/tickets/?view=unassigned").content.decode()
    assert "/tickets/BISC-1/" in client.get("/tickets/?view=all&assignee=none").content.decode()


def test_nothing_offers_merging(bisc, ticket, client_of, api_of):
    page = client_of("bisc desk").get("/tickets/?view=all&refine=1").content.decode()
    assert "amengevoegd" not in page
    contract = api_of("bisc desk")("GET", "/openapi.json").content.decode()
    assert '"merged"' not in contract
