"""People, their roles, and how they are invited."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.models import LibraryMembership, Membership, OutboxEntry, Person
from tenants.people import actions
from tenants.tasks import mail_invitation


def test_roles_do_not_overlap(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            person=cast.bisc.people["desk"], organisation=cast.bisc.organisation, role="functional_manager"
        )
    given = actions.give_role(
        person=cast.bisc.people["desk"], organisation=cast.bisc.organisation, role="functional_manager", by=None
    )
    assert given == Membership.objects.get(person=cast.bisc.people["desk"])


def test_end_role_ends_yesterday_and_is_recorded(cast):
    membership = Membership.objects.get(person=cast.bisc.people["desk"])
    actions.end_role(membership=membership, by=cast.bisc.people["lead"])
    membership.refresh_from_db()
    assert membership.until_on == timezone.localdate() - timedelta(days=1)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.organisation) == (
        "role.ended",
        cast.bisc.people["lead"],
        cast.bisc.organisation,
    )


def test_the_last_administrator_stays(cast):
    membership = Membership.objects.get(person=cast.bisc.people["lead"], role="administrator")
    with pytest.raises(ValidationError):
        actions.end_role(membership=membership, by=cast.bisc.people["lead"])


def test_invite_mails_a_link_on_the_common_host_that_works_once(cast, client_of):
    lead = client_of("bisc lead")
    data = {"email": "Nieuw@BISC.example", "name": "Nieuwe collega", "language": "nl", "role": "functional_manager"}
    assert lead.post("/people/", data).status_code == 302
    person = Person.objects.get(email="nieuw@bisc.example")
    assert not person.has_usable_password()
    entry = OutboxEntry.objects.get(topic="tenants.mail_invitation")
    mail_invitation("public", entry.dedupe_key)
    mail_invitation("public", entry.dedupe_key)
    (message,) = mail.outbox
    assert message.to == ["nieuw@bisc.example"] and "BiSC" not in message.body
    link = next(word for word in message.body.split() if word.startswith("http://samenbeheer.localhost"))
    path = "/" + link.split("/", 3)[3]
    client = client_of(None, "")
    page = client.get(path, follow=True)
    form_path = page.redirect_chain[-1][0]
    new = "een heel nieuw geheim"
    assert client.post(form_path, {"password1": new, "password2": new}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
    assert "werkt niet meer" in client_of(None, "").get(path, follow=True).content.decode()


def test_key_user_decides_only_about_own_library(cast, client_of):
    mine = LibraryMembership.objects.get(person=cast.bisc.people["colleague2"])
    other = LibraryMembership.objects.get(person=cast.bisc.people["neighbour"])
    client = client_of("bisc keyuser")
    assert client.post(f"/colleagues/{mine.pk}/", {"sees": "library"}).status_code == 302
    assert client.post(f"/colleagues/{mine.pk}/", {"sees": "locations"}).status_code == 422
    assert client.get(f"/colleagues/{other.pk}/").status_code == 404
    assert client.post(f"/people/library-roles/{other.pk}/end/").status_code == 404
    mine.refresh_from_db()
    assert mine.sees == "library"


def test_deactivating_closes_everything_and_keeps_the_row(cast, api_of):
    call = api_of("bisc desk")
    actions.deactivate_person(person=cast.bisc.people["desk"], by=None)
    assert call("GET", "/me").status_code == 401
    assert Person.objects.filter(pk=cast.bisc.people["desk"].pk, is_active=False).exists()


def test_whether_somebody_elsewhere_has_an_account_is_not_told(cast, api_of, client_of):
    answers = [
        api_of("bisc colleague")("GET", f"/tickets?assignee={one}").status_code
        for one in ("desk@cubiss.example", "desk@bisc.example", "x@y.example")
    ]
    assert answers == [400, 400, 400]
    form = {"type": "incident", "subject": "x", "body": "x", "library": "bisc-een", "category": "6.1", "urgency": "low"}
    pages = [
        client_of("bisc desk").post("/tickets/new/", {**form, "reporter": one}).content.decode()
        for one in ("desk@cubiss.example", "x@y.example")
    ]
    assert all("Niemand met dit adres hoort bij deze bibliotheek." in page for page in pages)
