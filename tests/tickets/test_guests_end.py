"""The role of guest ends, for an administrator too, and with it all that was opened to them."""

import re

import pytest

from tenants.access import standing
from tenants.models import AuditEntry, LibraryMembership, Membership
from tenants.people.guests import let_out
from tests.tickets.conftest import LATER
from tickets.guests.actions import open_to
from tickets.models import Event, TicketGrant

MONTHS = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]


def test_an_old_grant_that_still_had_days_to_go_does_not_come_back_with_a_new_one(
    guest, bisc, ticket, other, client_of
):
    let_out(person=guest, organisation=bisc.organisation, by=bisc.actor("lead"))
    client = client_of("cubiss desk")
    assert client.get("/tickets/BISC-1/").status_code == 404
    open_to(ticket=other, person=guest, until_on=LATER, by=bisc.actor("desk"))
    assert client.get(f"/tickets/{other.number}/").status_code == 200
    assert client.get("/tickets/BISC-1/").status_code == 404
    open_to(ticket=ticket, person=guest, until_on=LATER, by=bisc.actor("desk"))
    assert client.get("/tickets/BISC-1/").status_code == 200
    assert client.get(f"/tickets/{other.number}/").status_code == 200  # within one stay they add up
    assert Event.objects.filter(ticket=ticket, kind="granted", payload__person=guest.pk).count() == 2


def test_whose_role_of_guest_ended_reads_nothing_by_it_who_is_at_a_library_here_too(guest, bisc, ticket, client_of):
    LibraryMembership.objects.create(person=guest, library=bisc.other_library, role="key_user")
    client = client_of("cubiss desk")
    assert client.get("/tickets/BISC-1/").status_code == 200
    let_out(person=guest, organisation=bisc.organisation, by=bisc.actor("lead"))
    assert client.get("/tickets/BISC-1/").status_code == 404
    assert client.get("/tickets/").status_code == 200


def test_an_administrator_sees_who_is_guest_until_when_and_ends_it(guest, bisc, ticket, client_of):
    administrator = bisc.people["former"]  # no desk: who keeps the people need not see tickets
    Membership.objects.create(person=administrator, organisation=bisc.organisation, role="administrator")
    client = client_of("bisc former")
    page = client.get("/people/?of=guests").content.decode()
    until = f"gast, tot en met {LATER.day} {MONTHS[LATER.month - 1]} {LATER.year}"
    assert "desk@cubiss.example" in page and until in page
    (end,) = re.findall(r'formaction="(/people/guests/\d+/end/)"', page[page.index("desk@cubiss.example") :])[:1]
    assert client.post(end).status_code == 302
    assert standing(guest, bisc.organisation).roles == frozenset()
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 404
    assert "desk@cubiss.example" not in client.get("/people/").content.decode()
    assert "Desk Cubiss" not in client_of("bisc desk").get("/tickets/BISC-1/guests/").content.decode()
    last = AuditEntry.objects.filter(action="guest.let_out").latest("pk")
    assert (last.actor, last.object) == (administrator, f"person {guest.pk}")


@pytest.mark.parametrize(
    ("who", "status"), [("bisc desk", 403), ("bisc keyuser", 403), ("cubiss lead", 404), ("cubiss desk", 403)]
)
def test_nobody_else_ends_the_role_of_a_guest(guest, bisc, client_of, who, status):
    pk = Membership.objects.get(person=guest, role="guest").pk
    assert client_of(who).post(f"/people/guests/{pk}/end/").status_code == status
    assert standing(guest, bisc.organisation).roles == {"guest"}


def test_a_role_of_another_organisation_or_kind_is_no_guest_of_this_one(guest, bisc, cast, client_of):
    desk = Membership.objects.get(person=bisc.people["desk"])
    for client in (client_of("cubiss lead", "cubiss"), client_of("bisc lead")):
        for pk in (desk.pk, Membership.objects.get(person=guest, role="functional_manager").pk):
            assert client.post(f"/people/guests/{pk}/end/").status_code == 404
    here = Membership.objects.get(person=guest, role="guest")
    assert client_of("cubiss lead", "cubiss").post(f"/people/guests/{here.pk}/end/").status_code == 404


def test_the_page_of_a_ticket_closes_that_ticket_alone(guest, ticket, other, client_of):
    grant = TicketGrant.objects.get(user=guest, content_object=ticket)
    client = client_of("bisc desk")
    assert client.post(f"/tickets/{other.number}/guests/{grant.pk}/end/").status_code == 404
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 200
    assert client.post(f"/tickets/BISC-1/guests/{grant.pk}/end/").status_code == 302
    assert client_of("cubiss desk").get("/tickets/BISC-1/").status_code == 404
