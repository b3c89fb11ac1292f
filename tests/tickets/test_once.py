"""A form that is sent twice counts once, also when both are sent at the same moment."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from tests.tickets.verbs import PLANNED
from tickets.desk import actions as verbs
from tickets.models import Counter, Message, Ticket
from tickets.refusals import AlreadySaid

FORM = {
    **{"type": "incident", "subject": "Twee keer", "body": "Twee keer verstuurd", "library": "bisc-een"},
    **{"category": "6.1", "urgency": "low", "once": "merk-1"},
}


def test_a_form_sent_twice_makes_one_ticket(bisc, client_of):
    client = client_of("bisc colleague")
    first, second = client.post("/tickets/new/", FORM), client.post("/tickets/new/", FORM)
    assert first["Location"] == second["Location"] == "/tickets/BISC-2/"
    assert Ticket.objects.filter(subject="Twee keer").count() == 1
    assert client_of("bisc keyuser").post("/tickets/new/", FORM)["Location"] == "/tickets/BISC-3/"
    assert client.post("/tickets/new/", {**FORM, "once": "merk-2"})["Location"] == "/tickets/BISC-4/"


def test_an_answer_sent_twice_is_one_message(bisc, ticket, client_of):
    client = client_of("bisc desk")
    for _ in range(2):
        assert client.post("/tickets/BISC-1/messages/", {"body": "Eén keer", "once": "m"}).status_code == 302
    assert Message.objects.filter(body="Eén keer").count() == 1
    note = {"body": "Intern", "visibility": "internal", "then": "waiting_supplier", "supplier": "OCLC", "once": "n"}
    for _ in range(2):
        assert client.post("/tickets/BISC-1/messages/", note).status_code == 302
    assert Message.objects.filter(body="Intern").count() == 1
    assert Ticket.objects.get(pk=ticket.pk).state == "waiting_supplier"


def test_each_page_has_a_mark_of_its_own(bisc, client_of):
    client = client_of("bisc colleague")
    marks = set()
    for path in ("/tickets/new/", "/tickets/new/", "/tickets/BISC-1/"):
        page = client.get(path).content.decode()
        marks.add(page.split('name="once" value="')[1].split('"')[0])
    assert len(marks) == 3 and all(len(mark) == 24 for mark in marks)


def test_another_error_of_the_database_is_not_taken_for_it(bisc, ticket, monkeypatch):
    monkeypatch.setattr("tickets.desk.models.Message.save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        verbs.answer(ticket=ticket, body="x", once="m", by=bisc.actor("desk"))


def test_a_form_sent_again_with_other_words_is_another(bisc, ticket, client_of):
    client = client_of("bisc desk")
    said = {"body": "Eerste", "visibility": "internal", "once": "m"}
    others = ({}, {"body": "Tweede"}, {"visibility": "public"})
    for other in others:
        assert client.post("/tickets/BISC-1/messages/", {**said, **other}).status_code == 302
    mine = ticket.messages.filter(body__in=["Eerste", "Tweede"]).order_by("pk")
    assert list(mine.values_list("body", "visibility")) == [
        *(("Eerste", "internal"), ("Tweede", "internal"), ("Eerste", "public"))
    ]


def test_a_mark_of_one_ticket_is_none_of_another(bisc, ticket, client_of):
    client_of("bisc keyuser").post("/tickets/new/", FORM)
    client = client_of("bisc desk")
    for number in ("BISC-1", "BISC-2"):
        answer = client.post(f"/tickets/{number}/messages/", {"body": "Zelfde", "once": "m"})
        assert answer["Location"].startswith(f"/tickets/{number}/")
    assert sorted(Message.objects.filter(body="Zelfde").values_list("ticket__number", flat=True)) == [
        "BISC-1",
        "BISC-2",
    ]


def test_the_same_words_sent_again_to_go_on_go_on(bisc, ticket, client_of):
    client = client_of("bisc desk")
    for then in ("", "waiting_supplier"):
        client.post("/tickets/BISC-1/messages/", {"body": "Eén keer", "once": "m", "then": then, "supplier": "x"})
    assert Message.objects.filter(body="Eén keer").count() == 1
    assert Ticket.objects.get(pk=ticket.pk).state == "waiting_supplier"


def test_a_note_sent_again_to_wait_for_the_reporter_is_not_what_the_reporter_is_asked(bisc, ticket, client_of):
    """What was said inside stays inside: the question itself has to be written."""
    client, said = client_of("bisc desk"), {"body": "Klant zeurt.", "visibility": "internal", "once": "m"}
    assert client.post("/tickets/BISC-1/messages/", said).status_code == 302
    again = client.post("/tickets/BISC-1/messages/", {**said, "then": "waiting_reporter"})
    now = Ticket.objects.get(pk=ticket.pk)
    assert (again.status_code, now.state, now.asked) == (422, "new", "")
    assert "Klant zeurt." not in client_of("bisc colleague").get("/tickets/BISC-1/").content.decode()
    sent = client.post("/tickets/BISC-1/messages/", {**said, "then": "waiting_reporter", "asked": "Welke pas?"})
    assert (sent.status_code, Ticket.objects.get(pk=ticket.pk).asked) == (302, "Welke pas?")


def test_a_step_taken_twice_says_its_reason_and_its_answer_once(bisc, ticket):
    step = {"to": "resolved", "reason": "Certificaat.", "answer": "Het werkt weer.", "by": bisc.actor("desk")}
    for _ in range(2):
        verbs.move(ticket=ticket, **step)
    said = list(Message.objects.filter(ticket=ticket).order_by("pk").values_list("body", "visibility"))
    assert said[-2:] == [("Certificaat.", "internal"), ("Het werkt weer.", "public")]
    assert [body for body, _readers in said].count("Certificaat.") == 1


def test_a_ticket_filed_again_with_other_words_or_files_is_another(bisc, client_of):
    client = client_of("bisc colleague")
    file = SimpleUploadedFile("a.txt", b"a")
    for other in ({}, {"subject": "Anders"}, {"body": "Ook anders"}, {"attachments": file}):
        assert client.post("/tickets/new/", {**FORM, **other}).status_code == 302
    assert Ticket.objects.filter(reporter=bisc.people["colleague"], number__gt="BISC-1").count() == 4


def test_a_row_that_the_database_refuses_is_not_taken_for_a_form_sent_twice(bisc, ticket):
    Counter.objects.update(last=0)  # so that the next number is one that is there
    for once in ("", "m"):
        with pytest.raises(IntegrityError, match="number"), transaction.atomic():
            verbs.create(
                **{"type": "question", "subject": "Vraag", "body": "Tekst", "urgency": "low", "once": once},
                **{"library": bisc.library, "category": ticket.category, "by": bisc.actor("keyuser")},
            )


@pytest.mark.parametrize("readers", ["public", "internal"])
@pytest.mark.parametrize("then", ["waiting_supplier", "planned"])
def test_an_answer_sent_again_does_not_move_what_a_colleague_moved_meanwhile(bisc, ticket, client_of, readers, then):
    client, said = client_of("bisc desk"), {"body": "Eén keer", "once": "m", "visibility": readers}
    assert (
        client.post("/tickets/BISC-1/messages/", {**said, "then": "waiting_supplier", "supplier": "OCLC"}).status_code
        == 302
    )
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("lead"))
    again = client.post("/tickets/BISC-1/messages/", {**said, "then": then})
    assert (again.status_code, Ticket.objects.get(pk=ticket.pk).state) == (409, "resolved")
    page = again.content.decode()
    assert "Dit is al gezegd, en daarna werd de melding “opgelost”: die blijft zo." in page
    form = again.context["form"]
    assert (form["body"].value(), form["visibility"].value(), form["then"].value()) == ("Eén keer", readers, then)
    assert Message.objects.filter(body="Eén keer").count() == 1
    assert client.post("/tickets/BISC-1/messages/", said).status_code == 302  # without a state it is there already
    assert Message.objects.filter(body="Eén keer").count() == 1


def test_an_answer_sent_again_goes_on_when_only_other_things_changed(bisc, ticket, client_of):
    client, said = client_of("bisc desk"), {"body": "Eén keer", "once": "m"}
    client.post("/tickets/BISC-1/messages/", said)
    verbs.edit(ticket=ticket, changes={"subject": "Een ander onderwerp"}, by=bisc.actor("lead"))
    verbs.answer(ticket=ticket, body="Intussen", visibility="internal", by=bisc.actor("lead"))
    assert (
        client.post("/tickets/BISC-1/messages/", {**said, "then": "planned", "planned_until": "2099-01-01"}).status_code
        == 302
    )
    assert Ticket.objects.get(pk=ticket.pk).state == "planned"


def test_a_librarys_answer_sent_again_counts_by_what_it_was_told(bisc, ticket):
    keyuser, said = bisc.actor("keyuser"), {"ticket": ticket, "body": "Nog iets", "once": "m"}
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", by=bisc.actor("lead"))
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("lead"))
    verbs.answer(**said, by=keyuser)
    verbs.answer(**said, then="open", by=keyuser)
    assert Ticket.objects.get(pk=ticket.pk).state == "open"
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, by=bisc.actor("lead"))
    with pytest.raises(AlreadySaid):
        verbs.answer(**said, then="resolved", by=keyuser)


def test_a_form_one_went_back_to_leads_to_the_ticket_it_made(bisc, client_of):
    client = client_of("bisc colleague")
    first = client.post("/tickets/new/", FORM, follow=True)
    again = client.post("/tickets/new/", FORM, follow=True)
    assert first.redirect_chain == again.redirect_chain
    said = [page.content.decode() for page in (first, again)]
    assert ["Ontvangen." in page for page in said] == [True, False]
    assert ["Dit hebt u al verstuurd: hier staat het." in page for page in said] == [False, True]
