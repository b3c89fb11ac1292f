"""What people do with the pages as they stand: each form is taken from its page and sent as a browser sends it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from agenda.categories.models import Category
from tenants.context import inside
from tenants.files import actions as files
from tenants.models import Library, Location, Membership, Person
from tests.browsing import form_with, forms_of, press, send, upload
from tests.cast import PASSWORD
from tests.tickets.verbs import SUPPLIER
from tickets.desk import actions as verbs
from tickets.guests.actions import close_to, open_to
from tickets.models import Attachment, Message, Ticket, TicketGrant

PAGE = "/tickets/BISC-1/"


@pytest.fixture
def kept(bisc):
    """Return what is known of the files that came in; they go at the end."""

    def rows():
        found = Attachment.objects.order_by("name")
        return [(one.name, one.contains_patron_data, one.purge_on) for one in found]

    yield rows
    for one in Attachment.objects.all():
        files.forget(one.storage_name)


def _in_90_days():
    return timezone.localdate() + timedelta(days=90)


def test_a_colleague_of_one_library_files_a_ticket(bisc, client_of, kept):
    sent = send(
        client_of("bisc colleague"),
        "/tickets/new/?type=incident",
        "Verstuur naar BiSC",
        subject="Kassa zegt niets",
        body="Sinds vanmorgen.",
        category="6",
        locations=["bisc-een-2"],
        attachments=[upload("kassa.txt"), upload("bon.txt")],
    )
    assert (sent.status_code, sent.get("Location")) == (302, "/tickets/BISC-2/")
    made = Ticket.objects.get(number="BISC-2")
    assert (made.subject, made.type, made.urgency, made.impact) == ("Kassa zegt niets", "incident", "medium", "low")
    assert (made.library.slug, [one.slug for one in made.locations.all()]) == ("bisc-een", ["bisc-een-2"])
    assert kept() == [("bon.txt", False, None), ("kassa.txt", False, None)]


def test_staff_file_a_ticket_with_an_impact_and_a_file_with_patron_data(bisc, client_of, kept):
    sent = send(
        client_of("bisc desk"),
        "/tickets/new/",
        "Versturen",
        type="incident",
        subject="Storing bij allen",
        body="Niets werkt.",
        library="bisc-een",
        category="6.1",
        urgency="high",
        impact="high",
        reporter="balie@bisc-een.example",
        attachments=[upload("pas.txt")],
        patron_data=True,
    )
    assert (sent.status_code, sent.get("Location")) == (302, "/tickets/BISC-2/")
    made = Ticket.objects.get(number="BISC-2")
    assert (made.impact, made.priority, made.reporter.email) == ("high", "critical", "balie@bisc-een.example")
    assert kept() == [("pas.txt", True, _in_90_days())]


@pytest.mark.parametrize("who", ["bisc desk", "bisc colleague"])
def test_an_answer_with_files_that_show_patron_data(bisc, client_of, kept, who):
    chosen = [upload("pas.txt", b"eerste"), upload("scherm.txt", b"tweede")]
    client = client_of(who)
    button = "Versturen" if who == "bisc desk" else "Verstuur naar BiSC"
    sent = send(client, PAGE, button, body="Zie de bijlagen", attachments=chosen, patron_data=True)
    assert (sent.status_code, sent["Location"]) == (302, PAGE)
    assert kept() == [("pas.txt", True, _in_90_days()), ("scherm.txt", True, _in_90_days())]
    links = re.findall(r'href="(/tickets/BISC-1/attachments/[^"]+)"', client_of(who).get(PAGE).content.decode())
    assert sorted(b"".join(client.get(link).streaming_content) for link in links) == [b"eerste", b"tweede"]


def test_an_answer_that_resolves(bisc, ticket, client_of):
    send(
        client_of("bisc desk"),
        PAGE,
        "Versturen",
        body="Het is gemaakt",
        visibility="internal",
        then="resolved",
        words="Klaar.",
    )
    said = Message.objects.get(body="Het is gemaakt")
    assert (said.visibility, Ticket.objects.get().state) == ("internal", "resolved")


def test_staff_pick_up_what_nobody_has(bisc, ticket, client_of):
    client = client_of("bisc desk")
    assert send(client, PAGE, "Oppakken")["Location"] == PAGE
    assert Ticket.objects.get().assignee == bisc.people["desk"]
    assert "Oppakken" not in client.get(PAGE).content.decode()


def test_staff_set_the_state(bisc, ticket, client_of):
    assert send(client_of("bisc desk"), PAGE, "Versturen", body="Klaar.", then="resolved").status_code == 302
    assert Ticket.objects.get().state == "resolved"


def test_a_state_is_not_set_over_one_that_a_colleague_set_meanwhile(bisc, ticket, client_of):
    client = client_of("bisc desk")
    form = form_with(client.get(PAGE), "Versturen")
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=bisc.actor("lead"))
    assert press(client, form, "Versturen", then="resolved").status_code == 409
    assert Ticket.objects.get().state == "waiting_supplier"


def test_what_came_in_meanwhile_is_shown_once_before_an_answer_goes_out(bisc, ticket, client_of):
    """Also without JavaScript; text, readers and next state stay, and the second sending goes through."""
    client = client_of("bisc desk")
    form = form_with(client.get(PAGE), "Versturen")
    verbs.answer(ticket=ticket, body="Vestiging 3 doet het weer.", by=bisc.actor("colleague"))
    verbs.answer(ticket=ticket, body="Van mijzelf.", visibility="internal", by=bisc.actor("desk"))
    held = press(client, form, "Versturen", body="Wij wachten nog.", visibility="internal", then="open")
    page = held.content.decode()
    assert held.status_code == 409 and not Message.objects.filter(body="Wij wachten nog.").exists()
    note = page[page.index('<div id="news"') : page.index("data-draft-note")]
    assert "Nieuw sinds u dit opende" in note and "Vestiging 3 doet het weer." in note and "Van mijzelf" not in note
    again = form_with(held, "Versturen")
    holds = {name: again.controls[name].holds for name in ("body", "visibility", "then")}
    assert holds == {"body": ["Wij wachten nog."], "visibility": ["internal"], "then": ["open"]}
    assert press(client, again, "Versturen").status_code == 302
    assert Message.objects.filter(body="Wij wachten nog.").count() == 1


def test_a_library_is_held_by_what_it_reads_and_by_nothing_inside(bisc, ticket, client_of):
    client = client_of("bisc colleague")
    form = form_with(client.get(PAGE), "Verstuur naar BiSC")
    verbs.answer(ticket=ticket, body="Intern", visibility="internal", by=bisc.actor("desk"))
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["lead"]}, by=bisc.actor("desk"))
    assert press(client, form, "Verstuur naar BiSC", body="Nog iets").status_code == 302
    form = form_with(client.get(PAGE), "Verstuur naar BiSC")
    verbs.answer(ticket=ticket, body="Wij kijken.", by=bisc.actor("desk"))
    held = press(client, form, "Verstuur naar BiSC", body="En nog iets")
    assert held.status_code == 409 and "Wij kijken." in held.content.decode()


@pytest.mark.parametrize(("seen", "shown"), [("1", True), ("2", False), ("9", False), ("x", False), ("", False)])
def test_the_place_above_the_box_tells_what_others_said_since(bisc, ticket, client_of, seen, shown):
    verbs.answer(ticket=ticket, body="Wij kijken.", visibility="public", by=bisc.actor("lead"))
    verbs.answer(ticket=ticket, body="Kwartelzang.", visibility="internal", by=bisc.actor("lead"))
    page = client_of("bisc colleague").get(f"{PAGE}news/?seen={seen}").content.decode()
    assert ("Wij kijken." in page, "Kwartelzang." in page) == (shown, False)


def test_the_third_audience_is_offered_on_a_shared_ticket_alone(bisc, ticket, cast, client_of):
    client = client_of("bisc desk")
    TicketGrant.objects.all().delete()
    assert form_with(client.get(PAGE), "Versturen").controls["visibility"].offers == ["public", "internal"]
    open_to(ticket=ticket, person=cast.cubiss.people["desk"], by=bisc.actor("desk"), until_on=timezone.localdate())
    offers = form_with(client.get(PAGE), "Versturen").controls["visibility"].offers
    assert offers == ["public", "internal", "partners"]
    close_to(ticket=ticket, person=cast.cubiss.people["desk"], by=bisc.actor("desk"))
    assert form_with(client.get(PAGE), "Versturen").controls["visibility"].offers == ["public", "internal"]


def test_a_form_that_says_nothing_is_refused_and_one_with_a_next_state_goes(bisc, ticket, client_of):
    client = client_of("bisc desk")
    assert "Schrijf eerst iets." in send(client, PAGE, "Versturen").content.decode()
    assert send(client, PAGE, "Versturen", then="open").status_code == 302
    assert (Ticket.objects.get().state, Message.objects.count()) == ("open", 2)


def _resolved(bisc, ticket):
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))


def test_a_library_closes_what_is_resolved(bisc, ticket, client_of):
    _resolved(bisc, ticket)
    assert send(client_of("bisc colleague"), PAGE, "Ja, sluit de melding")["Location"] == PAGE
    assert Ticket.objects.get().state == "closed"


def test_a_library_says_that_it_is_not_resolved(bisc, ticket, client_of):
    _resolved(bisc, ticket)
    send(client_of("bisc colleague"), PAGE, "Nog niet opgelost", reason="Het piept nog")
    assert (Ticket.objects.get().state, Message.objects.last().body) == ("open", "Het piept nog")


def test_who_may_only_read_is_offered_no_state(bisc, ticket, client_of):
    _resolved(bisc, ticket)
    shown = client_of("bisc director").get(PAGE)
    assert shown.status_code == 200
    assert [form.action for form in forms_of(shown) if "/transitions/" in form.action] == []


def test_every_box_of_a_location_says_its_library(bisc, client_of):
    page = client_of("bisc desk").get("/tickets/new/").content.decode()
    boxes = re.findall(r'<input type="checkbox" name="locations" [^>]*>', page)
    said = [re.findall(r'(?:value|data-library)="([^"]*)"', box) for box in boxes]
    assert sorted(map(sorted, said)) == [
        ["bisc-een", "bisc-een-1"],
        ["bisc-een", "bisc-een-2"],
        ["bisc-een", "bisc-een-3"],
        ["bisc-twee", "bisc-twee-1"],
        ["bisc-twee", "bisc-twee-2"],
    ]


def _changed(client, **fields):
    return send(client, f"{PAGE}edit/", "Opslaan", **fields)


def test_staff_change_a_field_and_the_rest_stays(bisc, ticket, client_of):
    assert _changed(client_of("bisc desk"), subject="Beter onderwerp", urgency="low")["Location"] == PAGE
    now = Ticket.objects.get()
    assert (now.subject, now.urgency, now.impact, now.library.slug) == ("Beter onderwerp", "low", "low", "bisc-een")
    assert ([one.slug for one in now.locations.all()], now.version) == (["bisc-een-1"], ticket.version + 1)


def test_a_ticket_in_a_category_that_ended_can_be_changed(bisc, ticket, client_of):
    Category.objects.filter(code="6.1").update(until_on=timezone.localdate() - timedelta(days=1))
    assert _changed(client_of("bisc desk"), subject="Beter onderwerp").status_code == 302
    now = Ticket.objects.get()
    assert (now.subject, now.category.code) == ("Beter onderwerp", "6.1")


def test_a_ticket_keeps_a_location_that_ended_when_another_field_changes(bisc, ticket, client_of):
    ticket.locations.set(bisc.locations[:2])
    Location.objects.filter(slug="bisc-een-1").update(until_on=timezone.localdate() - timedelta(days=1))
    assert _changed(client_of("bisc desk"), subject="Beter onderwerp").status_code == 302
    now = Ticket.objects.get()
    assert (now.subject, sorted(one.slug for one in now.locations.all())) == (
        "Beter onderwerp",
        ["bisc-een-1", "bisc-een-2"],
    )


def test_a_ticket_of_a_library_that_ended_can_be_changed(bisc, ticket, client_of):
    Library.objects.filter(slug="bisc-een").update(until_on=timezone.localdate() - timedelta(days=1))
    assert _changed(client_of("bisc desk"), subject="Beter onderwerp").status_code == 302
    now = Ticket.objects.get()
    assert (now.subject, now.library.slug) == ("Beter onderwerp", "bisc-een")
    assert [one.slug for one in now.locations.all()] == ["bisc-een-1"]


def test_a_ticket_of_a_reporter_whose_account_is_closed_can_be_changed(bisc, ticket, client_of):
    Person.objects.filter(email="balie@bisc-een.example").update(is_active=False)
    assert _changed(client_of("bisc desk"), subject="Beter onderwerp").status_code == 302
    now = Ticket.objects.get()
    assert (now.subject, now.reporter.email) == ("Beter onderwerp", "balie@bisc-een.example")


def test_after_a_refused_move_to_another_library_its_locations_are_offered(bisc, ticket, client_of):
    refused = _changed(client_of("bisc desk"), library="bisc-twee", subject="")
    assert refused.status_code == 422
    assert form_with(refused, "Opslaan").controls["locations"].offers == ["bisc-twee-1", "bisc-twee-2"]


def test_what_two_colleagues_changed_in_turn_is_no_clash_for_a_third_who_left_it(bisc, ticket, client_of):
    client = client_of("bisc desk")
    form = form_with(client.get(f"{PAGE}edit/"), "Opslaan")
    for subject in ("Van de een", "Van de ander"):
        verbs.edit(ticket=ticket, changes={"subject": subject}, by=bisc.actor("lead"))
    assert press(client, form, "Opslaan", urgency="low").status_code == 302
    now = Ticket.objects.get()
    assert (now.subject, now.urgency) == ("Van de ander", "low")


def test_who_signs_in_by_a_link_comes_where_it_led(cast, client_of):
    with inside(None):
        asked = client_of(None).get(PAGE)["Location"]
        assert asked == "/account/login/?next=/tickets/BISC-1/"
        filled = {"login": "balie@bisc-een.example", "password": PASSWORD}
        sent = send(client_of(None), asked, "Aanmelden", **filled)
    assert (sent.status_code, sent["Location"]) == (302, PAGE)


def test_the_box_names_whoever_reads_elsewhere_today(bisc, ticket, cast, client_of):
    """By the organisation at whose desk they work, as long as it is open to them and they work there."""
    client = client_of("bisc desk")

    def words() -> list[str]:
        page = client.get(PAGE).content.decode()
        return [
            unescape(one) for one in re.findall(r'<label data-draft-words="[^"]*"\s+data-send-words="([^"]*)"', page)
        ]

    alone = ["Verstuur naar Bibliotheek een BiSC", "Noteer, alleen BiSC"]
    shared = ["Verstuur naar Bibliotheek een BiSC en Cubiss", "Noteer, alleen BiSC", "Verstuur naar BiSC en Cubiss"]
    assert words() == shared
    TicketGrant.objects.update(until_on=timezone.localdate() - timedelta(days=1))
    assert words() == alone
    TicketGrant.objects.update(until_on=timezone.localdate())
    assert words() == shared
    guest = cast.cubiss.people["guest"]
    Membership.objects.filter(person=guest, organisation=cast.cubiss.organisation).delete()
    assert words() == alone


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"body": "Tekst"}, "Verstuurd."),
        ({"body": "Tekst", "visibility": "internal"}, "Genoteerd; alleen BiSC leest dit."),
        ({"then": "open"}, "De status is nu “in behandeling”."),
    ],
)
def test_what_was_done_is_said_as_what_it_was(ticket, client_of, sent, said):
    page = client_of("bisc desk").post(f"{PAGE}messages/", sent, follow=True).content.decode()
    assert said in unescape(page)


def test_a_form_says_before_sending_how_large_a_file_may_be(ticket, client_of):
    desk, colleague = client_of("bisc desk"), client_of("bisc colleague")
    pages = [desk.get(PAGE), colleague.get(PAGE), desk.get("/tickets/new/"), colleague.get("/tickets/new/")]
    for page in pages:
        field = re.search(r'<input type="file"[^>]*>', page.content.decode())[0]
        assert 'data-limit="26214400"' in field
        assert "“%s” is te groot. Hooguit 10 bestanden, elk van hooguit 25,0\xa0MB." in unescape(field)
    assert "Hooguit 10 bestanden" in colleague.get("/tickets/new/").content.decode().partition('<input type="file"')[0]


def test_the_first_question_has_the_focus_where_it_is_known_what_it_is(client_of):
    colleague = client_of("bisc colleague")
    page = colleague.get("/tickets/new/?type=incident").content.decode()
    assert "autofocus" in re.search(r'<input type="text" name="subject"[^>]*>', page)[0]
    sent = colleague.post("/tickets/new/", {"type": "incident"}).content.decode()
    assert re.findall(r"<(\w+) [^>]*autofocus", sent) == ["div"]  # what is wrong comes first
