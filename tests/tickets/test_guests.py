"""A colleague of another organisation with a grant on one ticket: the door opens, and that ticket behind it."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission as ModelPermission
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from tenants.access import hosts_of, standing
from tenants.models import AuditEntry, LibraryMembership, Membership, Organisation
from tenants.outbox.models import OutboxEntry
from tenants.refusals import NotAllowed
from tests.tickets.conftest import LATER
from tickets.desk import actions as verbs
from tickets.guests.actions import close_to, open_to
from tickets.models import Event, Message, Ticket, TicketGrant
from tickets.notices.tasks import notify


def test_the_door_is_closed_before_and_open_after(cast, bisc, ticket, client_of):
    person = cast.cubiss.people["desk"]
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 404
    assert [one.slug for one in hosts_of(person)] == ["cubiss", "samenwerking"]
    open_to(ticket=ticket, person=person, until_on=LATER, by=bisc.actor("desk"))
    theirs = standing(person, bisc.organisation)
    assert (theirs.roles, theirs.is_staff, theirs.library_ids) == ({"guest"}, False, [])
    assert [one.slug for one in hosts_of(person)] == ["bisc", "cubiss", "samenwerking"]
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 200


def test_a_guest_sees_that_ticket_and_no_other(guest, other, client_of, api_of):
    client = client_of("cubiss desk")
    page = client.get("/tickets/").content.decode()
    assert "Zelfservice zegt kwartelzang" in page and "Niet geopend" not in page
    assert client.get("/")["Location"] == "/tickets/"
    paths = {f"/tickets/{other.number}/": 404, "/tickets/BISC-1/edit/": 403, "/tickets/new/": 403, "/people/": 403}
    paths |= {"/libraries/": 403, "/settings/": 403, "/tickets/BISC-1/guests/": 403, "/tickets/pane/": 404}
    assert {path: client.get(path).status_code for path in paths} == paths
    call = api_of("cubiss desk", "bisc", token_at="bisc")
    assert [row["number"] for row in call("GET", "/tickets").json()["items"]] == ["BISC-1"]
    assert call("GET", f"/tickets/{other.number}").status_code == 404
    assert call("GET", "/tickets?q=dicht").json()["count"] == 0


def test_a_guest_reads_what_is_public_and_what_the_pois_share(guest, client_of, api_of):
    page = client_of("cubiss desk").get("/tickets/BISC-1/").content.decode()
    assert "Openbaar woord" in page and "Onder POI" in page and "kwartelzanggeheim" not in page
    found = api_of("cubiss desk", "bisc", token_at="bisc")("GET", "/tickets/BISC-1").json()
    assert [one["visibility"] for one in found["messages"]] == ["public", "public", "partners"]
    assert (found["assignee"], found["priority"], found["impact"]) == (None, None, None)
    assert {one["kind"] for one in found["events"]} == {"created", "answered"}


def test_a_guest_who_is_at_a_library_here_too_is_guest_on_that_ticket_and_library_on_its_own(
    guest, bisc, ticket, other, client_of, api_of
):
    verbs.answer(ticket=other, body="Ook pimpernel", visibility="partners", by=bisc.actor("desk"))
    changes = {"library": bisc.other_library, "reporter": bisc.people["neighbour"], "locations": []}
    verbs.edit(ticket=other, changes=changes, by=bisc.actor("desk"))
    LibraryMembership.objects.create(person=guest, library=bisc.other_library, role="key_user")
    client, call = client_of("cubiss desk"), api_of("cubiss desk", "bisc", token_at="bisc")
    sent = client.post("/tickets/BISC-1/messages/", {"body": "Bij ons pimpernel", "visibility": "partners"})
    assert sent.status_code == 302
    page = client.get("/tickets/BISC-1/").content.decode()
    assert "Onder POI" in page and "Bij ons pimpernel" in page and "kwartelzanggeheim" not in page
    found = call("GET", "/tickets/BISC-1").json()
    assert [one["visibility"] for one in found["messages"]] == ["public", "public", "partners", "partners"]
    # At their own library they are that library: it does not read what the POIs say about it.
    found = call("GET", f"/tickets/{other.number}").json()
    assert [one["visibility"] for one in found["messages"]] == ["public"]
    assert [one["number"] for one in call("GET", "/tickets?q=pimpernel").json()["items"]] == ["BISC-1"]


def test_whoever_is_no_guest_reads_nothing_of_what_pois_say_wherever_it_stands(guest, bisc):
    for who in ("neighbour", "keyuser", "former"):
        found = Message.objects.visible_to(bisc.standing(who)).values_list("visibility", flat=True)
        assert set(found) == {"public"}, who


def test_a_ticket_of_ones_own_library_that_was_opened_too_is_the_librarys(guest, bisc, client_of):
    LibraryMembership.objects.create(person=guest, library=bisc.library, role="key_user")
    page = client_of("cubiss desk").get("/tickets/BISC-1/").content.decode()
    assert "Openbaar woord" in page and "Onder POI" not in page


def test_a_guest_speaks_among_the_pois_and_nowhere_else(guest, bisc, client_of):
    client = client_of("cubiss desk")
    page = client.get("/tickets/BISC-1/").content.decode()
    assert "niet voor de bibliotheek" in page and 'name="visibility" value="partners"' in page
    assert (
        client.post("/tickets/BISC-1/messages/", {"body": "Bij ons ook", "visibility": "partners"}).status_code == 302
    )
    said = Message.objects.get(body="Bij ons ook")
    assert (said.speaker, said.author, said.visibility) == ("partner", guest, "partners")
    for visibility in ("public", "internal"):
        sent = client.post("/tickets/BISC-1/messages/", {"body": "Stiekem", "visibility": visibility})
        assert sent.status_code == 403
    assert client.post("/tickets/BISC-1/transitions/", {"to": "resolved", "answer": "Klaar."}).status_code == 403
    assert client.post("/tickets/BISC-1/pick-up/").status_code == 403
    assert not Message.objects.filter(body="Stiekem").exists()
    assert Ticket.objects.get(number="BISC-1").state == "open"
    library = client_of("bisc keyuser").get("/tickets/BISC-1/").content.decode()
    assert "Bij ons ook" not in library and "Desk Cubiss" not in library


def test_the_library_learns_nothing_of_it(guest, bisc, ticket, api_of):
    before = api_of("bisc colleague")("GET", "/tickets/BISC-1").json()
    close_to(ticket=ticket, person=guest, by=bisc.actor("desk"))
    open_to(ticket=ticket, person=guest, until_on=LATER, by=bisc.actor("desk"))
    assert api_of("bisc colleague")("GET", "/tickets/BISC-1").json() == before


def test_events_and_trail_say_what_was_done(guest, bisc, ticket):
    event = Event.objects.filter(ticket=ticket, kind="granted").last()
    assert event.payload == {"person": guest.pk, "until_on": LATER.isoformat()}
    assert (event.actor, event.told_version) == (bisc.people["desk"], None)
    close_to(ticket=ticket, person=guest, by=bisc.actor("lead"))
    close_to(ticket=ticket, person=guest, by=bisc.actor("lead"))
    ended = Event.objects.get(ticket=ticket, kind="grant_ended")
    assert (ended.payload, ended.actor) == ({"person": guest.pk}, bisc.people["lead"])
    trail = AuditEntry.objects.filter(action__startswith="guest.", object=f"person {guest.pk}").order_by("pk")
    assert [(one.action, one.object) for one in trail] == [
        ("guest.let_in", f"person {guest.pk}"),
        ("guest.let_out", f"person {guest.pk}"),
    ]


def test_staff_see_on_the_ticket_that_it_was_opened_and_closed_again(guest, bisc, ticket, client_of):
    close_to(ticket=ticket, person=guest, by=bisc.actor("lead"))
    page = client_of("bisc desk").get("/tickets/BISC-1/").content.decode()
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert f"Geopend voor Desk Cubiss door Desk BiSC, tot en met {LATER.day} " in page
    assert "Niet meer open voor Desk Cubiss, door Lead BiSC." in page


def test_the_page_of_a_ticket_lists_its_own_guests_alone(guest, other, client_of):
    assert "Desk Cubiss" in client_of("bisc desk").get("/tickets/BISC-1/guests/").content.decode()
    page = client_of("bisc desk").get(f"/tickets/{other.number}/guests/").content.decode()
    assert "Desk Cubiss" not in page and "Niemand van een andere organisatie" in page


def test_closing_the_last_one_closes_the_door(guest, bisc, ticket, other, client_of):
    open_to(ticket=other, person=guest, until_on=LATER, by=bisc.actor("desk"))
    close_to(ticket=ticket, person=guest, by=bisc.actor("desk"))
    client = client_of("cubiss desk")
    assert client.get("/tickets/BISC-1/").status_code == 404
    assert client.get(f"/tickets/{other.number}/").status_code == 200
    close_to(ticket=other, person=guest, by=bisc.actor("desk"))
    assert client.get(f"/tickets/{other.number}/").status_code == 404
    assert not standing(guest, bisc.organisation)
    assert standing(guest, bisc.organisation).roles == frozenset()


def test_an_old_grant_does_not_come_back_with_a_new_one(guest, bisc, ticket, other, client_of):
    yesterday = timezone.localdate() - timedelta(days=1)
    TicketGrant.objects.filter(content_object=ticket).update(until_on=yesterday)
    open_to(ticket=other, person=guest, until_on=LATER, by=bisc.actor("desk"))
    client = client_of("cubiss desk")
    assert client.get(f"/tickets/{other.number}/").status_code == 200
    assert client.get("/tickets/BISC-1/").status_code == 404


def test_the_role_ends_by_itself(guest, bisc, client_of):
    Membership.objects.filter(person=guest, role="guest").update(
        from_on=date(2024, 1, 1), until_on=timezone.localdate() - timedelta(days=1)
    )
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 404
    assert client_of("cubiss desk").get("/").status_code == 403


@pytest.mark.parametrize("who", ["keyuser", "colleague", "neighbour"])
def test_only_staff_open_and_close(cast, bisc, ticket, who):
    person = cast.cubiss.people["desk"]
    for verb, more in ((open_to, {"until_on": LATER}), (close_to, {})):
        with pytest.raises(NotAllowed):
            verb(ticket=ticket, person=person, by=bisc.actor(who), **more)
    assert [grant.user for grant in TicketGrant.objects.all()] == [cast.cubiss.people["guest"]]


def test_staff_of_another_organisation_let_nobody_in(cast, bisc, ticket):
    with pytest.raises(NotAllowed):
        open_to(ticket=ticket, person=cast.cubiss.people["desk"], until_on=LATER, by=cast.cubiss.actor("desk"))


@pytest.mark.parametrize(
    ("who", "days", "field"),
    [
        ("cubiss desk", -1, "until_on"),
        ("cubiss desk", 367, "until_on"),
        ("cubiss colleague", 5, "person"),
        ("bisc lead", 5, "person"),
        ("stranger", 5, "person"),
        ("member", 5, "person"),
    ],
)
def test_only_colleagues_of_another_desk_and_within_a_year(cast, bisc, ticket, who, days, field):
    with pytest.raises(ValidationError) as caught:
        open_to(
            ticket=ticket,
            person=cast.everybody[who],
            until_on=timezone.localdate() + timedelta(days=days),
            by=bisc.actor("desk"),
        )
    assert set(caught.value.message_dict) == {field}
    assert [grant.user for grant in TicketGrant.objects.all()] == [cast.cubiss.people["guest"]]
    assert Membership.objects.get(role="guest").person == cast.cubiss.people["guest"]


def test_the_page_of_guests(cast, bisc, ticket, client_of):
    close_to(ticket=ticket, person=cast.cubiss.people["guest"], by=bisc.actor("desk"))
    client = client_of("bisc desk")
    assert "Niemand van een andere organisatie" in client.get("/tickets/BISC-1/guests/").content.decode()
    wrong = client.post("/tickets/BISC-1/guests/", {"person": "x@y.example", "until_on": LATER.isoformat()})
    assert wrong.status_code == 422 and 'value="x@y.example"' in wrong.content.decode()
    sent = client.post("/tickets/BISC-1/guests/", {"person": "DESK@cubiss.example", "until_on": LATER.isoformat()})
    assert sent["Location"] == "/tickets/BISC-1/guests/"
    assert "Desk Cubiss" in client.get("/tickets/BISC-1/guests/").content.decode()
    grant = TicketGrant.objects.get()
    assert client.post(f"/tickets/BISC-1/guests/{grant.pk}/end/").status_code == 302
    assert not TicketGrant.objects.exists()


def test_the_colleague_hears_of_it_by_mail(guest, bisc):
    event = Event.objects.filter(kind="granted").last()
    entry = OutboxEntry.objects.get(address=f"event {event.pk}")
    notify("bisc", entry.dedupe_key)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["desk@cubiss.example"], "[BISC-1] Voor u geopend: Zelfservice zegt kwartelzang")
    assert "BiSC heeft melding BISC-1 voor u geopend." in sent.body


def test_a_grant_that_ended_keeps_no_door_open(guest, bisc, ticket, other):
    """With the last ticket that is open to them still, the guest leaves."""
    open_to(ticket=other, person=guest, until_on=LATER, by=bisc.actor("desk"))
    TicketGrant.objects.filter(content_object=other).update(until_on=timezone.localdate() - timedelta(days=1))
    close_to(ticket=ticket, person=guest, by=bisc.actor("desk"))
    assert standing(guest, bisc.organisation).roles == frozenset()


def test_a_grant_that_holds_today_keeps_the_door_open(guest, bisc, ticket, other):
    open_to(ticket=other, person=guest, until_on=LATER, by=bisc.actor("desk"))
    TicketGrant.objects.filter(content_object=other).update(until_on=timezone.localdate())
    close_to(ticket=ticket, person=guest, by=bisc.actor("desk"))
    assert standing(guest, bisc.organisation).roles == {"guest"}


def test_opened_again_until_another_day_is_one_grant_with_that_day(guest, bisc, ticket, cast):
    sooner = timezone.localdate() + timedelta(days=2)
    open_to(ticket=ticket, person=guest, until_on=sooner, by=bisc.actor("lead"))
    grant = TicketGrant.objects.get(user=guest)
    assert (grant.until_on, grant.permission.codename) == (sooner, "view_ticket")
    assert Event.objects.filter(ticket=ticket, kind="granted").order_by("pk").last().payload == {
        **{"person": guest.pk, "until_on": sooner.isoformat()}
    }


def test_whose_desk_role_at_home_ended_is_no_guest_any_more(cast, bisc, ticket, guest, client_of, api_of):
    call = api_of("cubiss desk", "bisc", token_at="bisc")
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=guest, organisation=cast.cubiss.organisation).update(until_on=yesterday)
    assert standing(guest, bisc.organisation).roles == set() and hosts_of(guest) == []
    client = client_of("cubiss desk")
    assert client.get("/tickets/BISC-1/").status_code == 404
    said = client.post("/tickets/BISC-1/messages/", {"body": "Nog even", "visibility": "partners"})
    assert (said.status_code, Message.objects.filter(body="Nog even").exists()) == (404, False)
    assert call("GET", "/tickets/BISC-1").status_code in {401, 403}


def test_a_guest_of_an_organisation_that_left_is_none_any_more(cast, bisc, guest, client_of):
    yesterday = timezone.localdate() - timedelta(days=1)
    left = {"from_on": yesterday, "until_on": yesterday}
    Organisation.objects.filter(pk=cast.cubiss.organisation.pk).update(**left)
    assert standing(guest, bisc.organisation).roles == set()
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 404


def test_a_day_that_cannot_be_is_said_whoever_has_an_account(bisc, ticket, client_of):
    client = client_of("bisc desk")
    for address in ("desk@cubiss.example", "niemand@nergens.example", "lead@bisc.example"):
        page = client.post("/tickets/BISC-1/guests/", {"person": address, "until_on": "2020-01-01"})
        assert page.status_code == 422 and "until_on" in page.context["form"].errors


def test_a_reporter_from_elsewhere_is_as_unknown_as_nobody(cast, ticket, api_of, client_of):
    call = api_of("bisc desk")
    seen = set()
    for address in ("desk@cubiss.example", "kwartiermaker@samenbeheer.example", "niemand@nergens.example"):
        answer = call("PATCH", "/tickets/BISC-1", {"reporter": address, "version": 1, "subject": ""})
        seen.add((answer.status_code, str(answer.json()["errors"])))
    assert len(seen) == 1 and "reporter" in next(iter(seen))[1]


def test_a_library_cannot_tell_locations_of_others_from_none(cast, api_of):
    call, seen = api_of("bisc colleague"), set()
    for place in ("bisc-twee-1", "bestaat-niet"):
        new = {"type": "question", "subject": "x", "body": "x", "library": "bisc-een", "category": "6.1"}
        answer = call("POST", "/tickets", {**new, "urgency": "low", "locations": [place]})
        seen.add((answer.status_code, str(answer.json()["errors"])))
    assert len(seen) == 1


def test_a_permission_of_that_name_elsewhere_does_not_stand_in_the_way(cast, bisc, ticket):
    other = ContentType.objects.get(app_label="agenda", model="workitem")
    ModelPermission.objects.create(codename="view_ticket", name="x", content_type=other)
    open_to(ticket=ticket, person=cast.cubiss.people["lead"], until_on=LATER, by=bisc.actor("desk"))
    held = TicketGrant.objects.get(user=cast.cubiss.people["lead"])
    assert (held.permission.content_type.app_label, held.permission.content_type.model) == ("tickets", "ticket")
