"""Pages of the platform administrator on organisations, hosts, library systems and people of the cooperation."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import Domain, Invitation, Membership, Organisation, OutboxEntry, Person, Platform
from tenants.organisations import making, serving
from tenants.people import actions as people
from tenants.refusals import Conflict, NotAllowed
from tenants.tasks import mail_invitation, make_organisation
from tests.browsing import form_with, press, send
from tests.cast import COMMAND_LINE

ROOT = "/platform/organisations/"
BISC = f"{ROOT}bisc/"
PAGES = [ROOT, BISC, "/platform/people/", "/platform/systems/", "/platform/systems/midden-zuid/"]
VERBS = [f"{BISC}make/", f"{BISC}days/", f"{BISC}hosts/", f"{BISC}administrator/"]


def _lines(*actions: str) -> list[tuple]:
    rows = AuditEntry.objects.filter(action__in=actions).select_related("actor").order_by("pk")
    return [(one.action, one.actor.name if one.actor else one.system_actor, one.object) for one in rows]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_platform_administrator_sees_it(page, client_of):
    assert client_of("platform", "").get(page).status_code == 200
    for who in ("manager", "member", "reader", "bisc lead", "cubiss desk"):
        assert client_of(who, "").get(page).status_code == 403, who
    assert client_of("stranger", "").get(page).status_code == 404
    assert client_of("platform", "").put(page).status_code == 405


@pytest.mark.parametrize("page", VERBS)
def test_only_the_platform_administrator_does_it(page, client_of):
    for who in ("manager", "bisc lead", "cubiss desk"):
        assert client_of(who, "").post(page, {"domain": "x.samenbeheer.localhost"}).status_code == 403, who
    assert client_of("platform", "").get(page).status_code == 405
    assert client_of("platform", "").post(page.replace("bisc", "niets")).status_code == 404


def test_an_organisation_is_begun_on_the_page_and_made_in_the_background(cast, client_of, monkeypatch):
    client = client_of("platform", "")
    answer = send(client, ROOT, "Organisatie toevoegen", name="Vijfde", slug="vijfde", prefix="v", from_on="2026-01-01")
    assert (answer.status_code, answer["Location"]) == (302, f"{ROOT}vijfde/")
    found = Organisation.objects.get(slug="vijfde")
    assert (found.name, found.prefix, found.ready, found.from_on) == ("Vijfde", "V", False, date(2026, 1, 1))
    assert _lines("organisation.begun")[-1] == ("organisation.begun", "Platformbeheerder", "vijfde")
    (entry,) = OutboxEntry.objects.filter(topic="tenants.make_organisation")
    assert (entry.address, entry.organisation) == ("organisation vijfde", cast.common)
    page = client.get(f"{ROOT}vijfde/").content.decode()
    assert "0 van 32 tabellen" in page and "Wordt gemaakt" in page
    part = client.get(f"{ROOT}vijfde/", headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="card-s" id="making"')
    monkeypatch.setattr(making, "owner_is_known", lambda: False)
    make_organisation("public", entry.dedupe_key)
    entry.refresh_from_db()
    assert (entry.done_at, entry.cause_type) == (None, "NeedsTheOwner")
    page = client.get(f"{ROOT}vijfde/").content.decode()
    assert "python manage.py upgrade" in page
    assert press(client, form_with(client.get(f"{ROOT}vijfde/"), "Nu opnieuw"), "Nu opnieuw").status_code == 302


def test_the_page_says_when_it_is_ready(cast, client_of):
    answer = client_of("platform", "").get(BISC, headers={"hx-request": "true"})
    assert answer["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": "bisc"}, "slug"),
        ({"slug": "public"}, "slug"),
        ({"prefix": "BISC"}, "prefix"),
        ({"slug": "Met-streep"}, "slug"),
        ({"from_on": "31-02"}, "from_on"),
    ],
)
def test_what_is_no_organisation_is_said_beside_its_field(cast, client_of, values, field):
    filled = {"name": "V", "slug": "vijfde", "prefix": "V", "colour": "#0b6a6a", "from_on": "2026-01-01", **values}
    answer = client_of("platform", "").post(ROOT, filled)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Organisation.objects.filter(slug="vijfde").exists()


def test_an_organisation_is_opened_and_ended(cast, client_of):
    client = client_of("platform", "")
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = client.post(f"{BISC}days/", {"from_on": "2024-01-01", "until_on": yesterday.isoformat()})
    assert answer.status_code == 302
    assert client_of(None, "bisc").get("/account/login/").status_code == 404
    assert "beëindigd" in client.get(BISC).content.decode()
    answer = client.post(f"{BISC}days/", {"from_on": "2024-01-01", "until_on": "2023-12-31"})
    assert (answer.status_code, list(answer.context["days_form"].errors)) == (422, ["until_on"])
    client.post(f"{BISC}days/", {"from_on": "2024-01-01", "until_on": ""})
    assert client_of(None, "bisc").get("/account/login/").status_code == 200
    assert _lines("organisation.days") == [("organisation.days", "Platformbeheerder", "bisc")] * 2


def test_hosts_are_added_made_the_first_and_taken_away(cast, client_of):
    client = client_of("platform", "")
    assert send(client, BISC, "Hostnaam toevoegen", domain="Utrecht.samenbeheer.localhost.").status_code == 302
    new, old = Domain.objects.get(domain="utrecht.samenbeheer.localhost"), Domain.objects.get(domain=cast.bisc.host)
    assert client_of(None, "utrecht").get("/account/login/").status_code == 200
    client = client_of("platform", "")
    assert client.post(f"{BISC}hosts/{old.pk}/remove/").status_code == 409
    assert client.post(f"{BISC}hosts/{new.pk}/first/").status_code == 302
    assert client.post(f"{BISC}hosts/{old.pk}/remove/").status_code == 302
    assert list(Domain.objects.filter(tenant=cast.bisc.organisation).values_list("domain", "is_primary")) == [
        ("utrecht.samenbeheer.localhost", True)
    ]
    assert client.post(f"{ROOT}cubiss/hosts/{new.pk}/first/").status_code == 404
    assert [what for what, _who, _object in _lines("host.added", "host.first", "host.removed")] == [
        "host.added",
        "host.first",
        "host.removed",
    ]


@pytest.mark.parametrize(
    "domain",
    ["cubiss.samenbeheer.localhost", "samenbeheer.localhost", "evil.example", "a.b.samenbeheer.localhost", "-", ""],
)
def test_a_host_that_is_not_ours_to_give_is_refused(cast, client_of, domain):
    answer = client_of("platform", "").post(f"{BISC}hosts/", {"domain": domain})
    assert (answer.status_code, list(answer.context["host_form"].errors)) == (422, ["domain"])


def test_hosts_and_days_are_the_platforms(cast):
    bisc, host = cast.bisc.organisation, Domain.objects.get(domain=cast.bisc.host)
    for by in (cast.bisc.actor("lead"), Actor.of(standing(cast.people["manager"], cast.common)), Actor()):
        for verb in (
            lambda by: serving.set_days(organisation=bisc, from_on=date(2024, 1, 1), until_on=None, by=by),
            lambda by: serving.add_host(organisation=bisc, domain="x.samenbeheer.localhost", by=by),
            lambda by: serving.make_first(host=host, by=by),
            lambda by: serving.remove_host(host=host, by=by),
        ):
            with pytest.raises(NotAllowed):
                verb(by)
    serving.add_host(organisation=cast.bisc.organisation, domain=cast.bisc.host, by=COMMAND_LINE)
    serving.make_first(host=host, by=COMMAND_LINE)
    assert _lines("host.added", "host.first") == []
    with pytest.raises(Conflict):
        serving.remove_host(host=host, by=COMMAND_LINE)


def test_the_first_administrator_is_invited_and_no_second(cast, client_of):
    client = client_of("platform", "")
    values = {"email": "baas@bisc.example", "name": "Eerste Baas"}
    assert client.post(f"{BISC}administrator/", values).status_code == 403
    Membership.objects.filter(role="administrator", organisation=cast.bisc.organisation).delete()
    assert send(client, BISC, "Uitnodigen", **values).status_code == 302
    found = Invitation.objects.get(email="baas@bisc.example")
    assert (found.role, found.organisation, found.invited_by) == (
        "administrator",
        cast.bisc.organisation,
        cast.people["platform"],
    )


def test_people_of_the_cooperation_are_invited_and_taken_back(cast, client_of):
    client = client_of("platform", "")
    page = "/platform/people/"
    values = {"email": "lid@bisc.example", "name": "Nieuw Lid", "role": "steering_member"}
    answer = client.post(page, values | {"language": "nl"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["organisation"])
    assert send(client, page, "Iemand uitnodigen", **values, organisation="bisc").status_code == 302
    found = Invitation.objects.get(email="lid@bisc.example")
    mail_invitation("public", OutboxEntry.objects.get(address=f"invitation {found.pk}").dedupe_key)
    assert mail.outbox[0].to == ["lid@bisc.example"]
    client = client_of("platform", "")
    assert "lid@bisc.example · BiSC" in client.get(page).content.decode()
    assert client.post(f"{page}invitations/{found.pk}/withdraw/").status_code == 302
    assert "lid@bisc.example" not in client.get(page).content.decode()
    own = Invitation.objects.create(
        email="x@bisc.example", name="X", organisation=cast.bisc.organisation, role="functional_manager"
    )
    assert client.post(f"{page}invitations/{own.pk}/withdraw/").status_code == 404


def test_people_of_the_cooperation_are_fifty_a_page_with_the_invited_after_them(cast, client_of):
    members = list(
        Person.objects.bulk_create(Person(email=f"lid{n:02}@x.example", name=f"Lid {n:02}") for n in range(60))
    )
    Membership.objects.bulk_create(
        Membership(person=one, organisation=cast.bisc.organisation, role="steering_member") for one in members
    )
    for n in range(55):
        Invitation.objects.create(
            email=f"nieuw{n:02}@x.example", name=f"Nieuw {n:02}", organisation=cast.common, role="programme_manager"
        )
    client, page, seen = client_of("platform", ""), "/platform/people/", []
    for number, shown in ((1, 50), (2, 50), (3, 21)):
        rows = client.get(page, {"page": number}).context["rows"]
        assert len(rows) == shown
        seen += [row.name for row in rows]
    assert [name for name in seen if name.startswith(("Lid ", "Nieuw "))] == [
        *(f"Lid {n:02}" for n in range(60)),
        *(f"Nieuw {n:02}" for n in range(55)),
    ]
    assert len(client.get(page, {"page": 4}).context["rows"]) == 0


def test_roles_of_the_cooperation_end_and_those_of_organisations_do_not(cast, client_of):
    client = client_of("platform", "")
    member = Membership.objects.get(person=cast.people["member"])
    assert client.post(f"/platform/people/{member.pk}/end/").status_code == 302
    assert standing(cast.people["member"], cast.common).roles == set()
    desk = Membership.objects.get(person=cast.bisc.people["desk"])
    assert client.post(f"/platform/people/{desk.pk}/end/").status_code == 404


def test_the_last_platform_administrator_stays(cast, client_of):
    client, own = client_of("platform", ""), Membership.objects.get(person=cast.people["platform"])
    assert client.post(f"/platform/people/{own.pk}/end/").status_code == 302
    assert standing(cast.people["platform"], cast.common).roles == {"platform_administrator"}
    with inside(None), pytest.raises(ValidationError):
        people.end_role(membership=own, by=COMMAND_LINE)
    person = cast.people["manager"]
    people.give_role(person=person, organisation=cast.common, role="platform_administrator", by=COMMAND_LINE)
    people.end_role(membership=own, by=COMMAND_LINE)
    assert standing(cast.people["platform"], cast.common).roles == set()


def test_library_systems_are_added_changed_and_ended(cast, client_of):
    client = client_of("platform", "")
    values = {"slug": "zuid", "name": "Zuid", "product": "Wise", "supplier": "OCLC"}
    assert send(client, "/platform/systems/", "Bibliotheeksysteem", **values, organisations=["bisc"]).status_code == 302
    made = Platform.objects.get(slug="zuid")
    assert [one.slug for one in made.organisations.all()] == ["bisc"]
    page = "/platform/systems/zuid/"
    assert send(client, page, "Opslaan", product_version="9", until_on="2040-01-01").status_code == 302
    made.refresh_from_db()
    assert (made.product_version, made.until_on, made.organisations.count()) == ("9", date(2040, 1, 1), 1)
    answer = client_of("platform", "").post("/platform/systems/midden-zuid/", {**values, "name": "M"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["organisations"])
