"""Verbs on who takes part, the audit trail, settings, tokens, outbox, files."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from tenants import actions
from tenants.audit.actions import purge, record
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import Domain, LibraryMembership, Membership, Organisation, OutboxEntry, Person
from tenants.outbox import actions as outbox
from tenants.settings.actions import change_settings
from tenants.settings.queries import settings_of
from tenants.tasks import mail_invitation


@pytest.mark.parametrize("slug", ["bisc", "public", "extensions", "pg_catalog"])
def test_create_organisation_refuses_a_schema_that_exists(cast, slug):
    with inside(None):
        before = list(Organisation.objects.values_list("slug", flat=True))
        with pytest.raises((actions.SchemaExists, ValidationError)):
            actions.create_organisation(slug=slug, name="Kaper", prefix="KAPER", domain="kaper.example", by=None)
        assert list(Organisation.objects.values_list("slug", flat=True)) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bisc.tickets_ticket")
            assert cursor.fetchone() == (1,)


def test_create_organisation_refuses_a_leftover_schema_and_keeps_its_data(cast):
    with inside(None), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA oud; CREATE TABLE oud.bewijs (x int); INSERT INTO oud.bewijs VALUES (1)")
        with pytest.raises(actions.SchemaExists):
            actions.create_organisation(slug="oud", name="Oud", prefix="OUD", domain="oud.example", by=None)
        cursor.execute("SELECT x FROM oud.bewijs")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("slug", ["Hoofd", "a", "met-streep", "1abc", "x" * 32, "drop table"])
def test_create_organisation_refuses_an_odd_slug(cast, slug):
    with inside(None), pytest.raises(ValidationError):
        actions.create_organisation(slug=slug, name="X", prefix="X", domain="x.example", by=None)


def test_domains_are_lower_case(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(domain="BISC.example", tenant=cast.bisc.organisation, is_primary=False)


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


def test_reset_says_the_same_for_known_and_unknown(cast, client_of):
    answers = [
        client_of(None).post("/account/password/reset/", {"email": email})
        for email in ("desk@bisc.example", "niemand@bisc.example")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/account/password/reset/done/")
    ] * 2
    assert OutboxEntry.objects.filter(topic="tenants.mail_password_reset").count() == 1


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


@pytest.mark.parametrize(
    "statement",
    ["UPDATE tenants_auditentry SET action = 'x'", "DELETE FROM tenants_auditentry", "TRUNCATE tenants_auditentry"],
)
def test_the_trail_is_append_only(cast, statement):
    record(action="proef", by=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or a waiting foreign key would refuse TRUNCATE first
        cursor.execute(statement)


def test_purge_is_the_one_way_and_says_so(cast):
    record(action="proef", by=None)
    count = AuditEntry.objects.count()
    assert purge(before=timezone.now(), by=cast.people["platform"]) == count
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["audit.purged"]
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_signins_are_in_the_trail(cast, client_of):
    client = client_of(None)
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "fout"})
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "een lang wachtwoord"})
    client.post("/account/logout/")
    rows = list(
        AuditEntry.objects.filter(action__startswith="signin")
        .order_by("pk")
        .values_list("action", "result", "organisation__slug")
    )
    assert rows == [
        ("signin.refused", "refused", "bisc"),
        ("signin.done", "done", "bisc"),
        ("signin.ended", "done", "bisc"),
    ]
    assert "fout" not in str(list(AuditEntry.objects.values()))


def test_settings_default_own_and_back(cast):
    organisation, lead = cast.bisc.organisation, cast.bisc.people["lead"]
    assert settings_of(organisation).auto_close_days == 5
    change_settings(organisation=organisation, values={"auto_close_days": 3, "good_friday_free": True}, by=lead)
    assert (settings_of(organisation).auto_close_days, settings_of(organisation).good_friday_free) == (3, True)
    assert settings_of(cast.cubiss.organisation).auto_close_days == 5
    change_settings(organisation=organisation, values={"auto_close_days": None}, by=lead)
    assert settings_of(organisation).auto_close_days == 5
    assert AuditEntry.objects.first().details == {"changes": {"auto_close_days": [3, None]}}


@pytest.mark.parametrize("value", ["0", "61", "-1", "x", "1e9"])
def test_settings_refuse_what_cannot_be(cast, client_of, value):
    response = client_of("bisc lead").post("/settings/", {"auto_close_days": value})
    assert response.status_code == 422 and f'value="{value}"' in response.content.decode()


def test_settings_page_saves(cast, client_of):
    client = client_of("bisc lead")
    data = {"auto_close_days": "7", "liberation_day_free": "False", "good_friday_free": "", "time_zone": ""}
    assert client.post("/settings/", data).status_code == 302
    found = settings_of(cast.bisc.organisation)
    assert (found.auto_close_days, found.liberation_day_free, found.good_friday_free) == (7, False, False)


def test_outbox_same_key_counts_once(bisc):
    for _ in range(2):
        outbox.put(organisation=bisc.organisation, topic="x", address="a", dedupe_key="k")
    assert OutboxEntry.objects.filter(dedupe_key="k").count() == 1
    done = []
    assert outbox.work("bisc", "k", done.append) is True
    assert outbox.work("bisc", "k", done.append) is False
    assert len(done) == 1


def test_outbox_waits_for_its_moment_and_gives_up_in_the_end(bisc, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values["dedupe_key"]))
    now = timezone.now()
    OutboxEntry.objects.update(done_at=now)
    outbox.put(
        organisation=bisc.organisation, topic="x", address="a", dedupe_key="straks", due_at=now + timedelta(hours=1)
    )
    assert (outbox.sweep(now), sent) == (0, [])
    assert (outbox.sweep(now + timedelta(hours=2)), sent) == (1, ["straks"])

    def fails(entry):
        raise OSError

    for _ in range(outbox.GIVE_UP_AFTER):
        OutboxEntry.objects.filter(dedupe_key="straks").update(due_at=now)
        assert outbox.work("bisc", "straks", fails) is False
    entry = OutboxEntry.objects.get(dedupe_key="straks")
    assert entry.given_up_at is not None and outbox.sweep(now + timedelta(days=9)) == 0


def test_outbox_rows_hold_no_text_and_no_mail_address(bisc, ticket):
    rows = str(list(OutboxEntry.objects.values("topic", "address", "dedupe_key")))
    assert "@" not in rows and "kwartelzang" not in rows


def test_a_broker_that_is_away_costs_nothing_but_time(bisc, ticket, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(outbox.current_app, "send_task", away)
    outbox.nudge(topic="x", schema_name="bisc", dedupe_key="k")
    assert "broker away" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["niemand@x.example"], "no active person"),
        (["desk@bisc.example", "--organisation", "nergens"], "no organisation"),
    ],
)
def test_create_token_says_what_is_wrong(cast, arguments, message):
    with inside(None), pytest.raises(CommandError, match=message):
        call_command("create_token", *arguments)


def test_create_token_prints_only_the_token(cast, capsys):
    with inside(None):
        call_command("create_token", "DESK@bisc.example", organisation="bisc")
    assert capsys.readouterr().out.strip().startswith("sb_")


def test_tokens_page_shows_a_token_once(cast, client_of):
    client = client_of("bisc desk")
    page = client.post("/me/tokens/", {"name": "Script", "scope": "read", "days": "30"}).content.decode()
    token = page.split("<code>")[1].split("</code>")[0]
    assert token.startswith("sb_")
    assert token not in client.get("/me/tokens/").content.decode()
    pk = cast.bisc.people["desk"].tokens.get().pk
    assert client_of("bisc lead").post(f"/me/tokens/{pk}/end/").status_code == 404
    assert client.post(f"/me/tokens/{pk}/end/").status_code == 302


def test_an_ended_organisation_is_not_served_and_does_not_stall_the_outbox(cast, client_of, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values["dedupe_key"]))
    OutboxEntry.objects.update(done_at=timezone.now())
    for house in (cast.bisc, cast.cubiss):
        outbox.put(organisation=house.organisation, topic="x", address="a", dedupe_key=house.organisation.slug)
    Organisation.objects.filter(slug="cubiss").update(from_on="2024-01-01", until_on="2025-12-31")
    assert (outbox.sweep(), sent) == (1, ["bisc"])
    assert client_of("cubiss desk", "cubiss").get("/account/login/").status_code == 404


def test_a_failed_creation_drops_only_what_it_made(cast, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(actions, "call_command", broken)
    with inside(None), pytest.raises(RuntimeError):
        actions.create_organisation(slug="nieuw", name="Nieuw", prefix="NIEUW", domain="nieuw.example", by=None)
    assert not Organisation.objects.filter(slug="nieuw").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname IN ('nieuw', 'bisc')")
        assert cursor.fetchall() == [("bisc",)]


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
