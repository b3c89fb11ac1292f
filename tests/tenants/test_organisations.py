"""Organisations: how they are made, served and ended."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import Domain, Organisation, OutboxEntry
from tenants.organisations import actions, schemas
from tenants.outbox import actions as outbox
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tests.cast import COMMAND_LINE


@pytest.mark.parametrize("slug", ["bisc", "public", "extensions", "pg_catalog"])
def test_create_organisation_refuses_a_schema_that_exists(cast, slug):
    with inside(None):
        before = list(Organisation.objects.values_list("slug", flat=True))
        with pytest.raises((schemas.SchemaExists, ValidationError)):
            actions.create_organisation(slug=slug, name="Kaper", prefix="K", domain="k.example", by=COMMAND_LINE)
        assert list(Organisation.objects.values_list("slug", flat=True)) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bisc.tickets_ticket")
            assert cursor.fetchone() == (1,)


def test_create_organisation_refuses_a_leftover_schema_and_keeps_its_data(cast):
    with inside(None), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA oud; CREATE TABLE oud.bewijs (x int); INSERT INTO oud.bewijs VALUES (1)")
        with pytest.raises(schemas.SchemaExists):
            actions.create_organisation(slug="oud", name="Oud", prefix="OUD", domain="oud.example", by=COMMAND_LINE)
        cursor.execute("SELECT x FROM oud.bewijs")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("slug", ["Hoofd", "a", "met-streep", "1abc", "x" * 32, "drop table"])
def test_create_organisation_refuses_an_odd_slug(cast, slug):
    with inside(None), pytest.raises(ValidationError):
        actions.create_organisation(slug=slug, name="X", prefix="X", domain="x.example", by=COMMAND_LINE)


NEW = {"slug": "nieuw", "name": "Nieuw", "prefix": "nieuw", "domain": "Nieuw.example"}


def _schemas():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname IN ('bisc', 'nieuw') ORDER BY nspname")
        return [name for (name,) in cursor.fetchall()]


def test_only_the_platform_makes_an_organisation(cast):
    manager = Actor.of(standing(cast.people["manager"], cast.common))
    for by in (cast.bisc.actor("lead"), manager, Actor(), Actor.of_system("ander", Permission.PEOPLE_MANAGE)):
        with inside(None), pytest.raises(NotAllowed):
            actions.create_organisation(**NEW, by=by)
    assert _schemas() == ["bisc"] and not Organisation.objects.filter(slug="nieuw").exists()


def test_the_trail_says_who_made_an_organisation(cast, monkeypatch):
    monkeypatch.setattr(schemas, "call_command", lambda *args, **values: None)  # its tables are not asked here
    platform = cast.people["platform"]
    with inside(None):
        made = actions.create_organisation(**NEW, by=Actor.of(standing(platform, cast.common)))
        found, domain = Organisation.objects.get(slug="nieuw"), Domain.objects.get(tenant=made)
        line = AuditEntry.objects.first()
    assert (found.pk, found.ready, made.ready) == (made.pk, True, True)
    assert (found.slug, found.schema_name, found.prefix) == ("nieuw", "nieuw", "NIEUW")
    assert (domain.domain, domain.is_primary) == ("nieuw.example", True)
    assert (line.action, line.object) == ("organisation.created", "nieuw")
    assert (line.actor, line.organisation) == (platform, made)


def test_an_organisation_takes_part_once_it_is_made_and_not_before(cast, monkeypatch):
    """While its tables are being made; those of the shared apps are noted as made, its own are not."""
    seen = []

    def look(*args, **values):
        seen.append([one.slug for one in Organisation.objects.taking_part()])
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT app FROM nieuw.django_migrations ORDER BY app")
            seen.append([app for (app,) in cursor.fetchall()])

    monkeypatch.setattr(schemas, "call_command", look)
    with inside(None):
        actions.create_organisation(**NEW, by=COMMAND_LINE)
        assert [one.slug for one in Organisation.objects.taking_part()] == ["bisc", "cubiss", "nieuw"]
    assert seen == [
        ["bisc", "cubiss"],
        ["account", "agenda", "auth", "contenttypes", "mfa", "sessions", "socialaccount", "tenants"],
    ]


def test_domains_are_lower_case(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(domain="BISC.example", tenant=cast.bisc.organisation, is_primary=False)


def test_an_ended_organisation_is_not_served_and_does_not_stall_the_outbox(cast, client_of, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values["dedupe_key"]))
    OutboxEntry.objects.update(done_at=timezone.now())
    for house in (cast.bisc, cast.cubiss):
        outbox.put(organisation=house.organisation, topic="x", address="a", dedupe_key=house.organisation.slug)
    Organisation.objects.filter(slug="cubiss").update(from_on="2024-01-01", until_on="2025-12-31")
    assert (outbox.sweep(), sent) == (1, ["bisc"])
    assert client_of("cubiss desk", "cubiss").get("/account/login/").status_code == 404


def test_what_failed_half_way_is_made_anew_with_the_values_of_then(cast, monkeypatch):
    def broken(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE nieuw.tickets_ticket (half int)")
        raise RuntimeError

    monkeypatch.setattr(schemas, "call_command", broken)
    with inside(None):
        with pytest.raises(RuntimeError):
            actions.create_organisation(**NEW, by=COMMAND_LINE)
        assert [one.slug for one in Organisation.objects.taking_part()] == ["bisc", "cubiss"]
        monkeypatch.setattr(schemas, "call_command", lambda *args, **values: None)
        values = NEW | {"name": "Beter", "prefix": "BETER", "domain": "beter.example"}
        made = actions.create_organisation(**values, by=COMMAND_LINE)
        assert (made.name, made.prefix, made.ready) == ("Beter", "BETER", True)
        assert list(Domain.objects.filter(tenant=made).values_list("domain", flat=True)) == ["beter.example"]
        assert Organisation.objects.filter(slug="nieuw").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'nieuw'")
        assert cursor.fetchall() == [("django_migrations",)]
        cursor.execute("SELECT count(*) FROM bisc.tickets_ticket")
        assert cursor.fetchone() == (1,)


def test_a_row_without_a_schema_is_made_by_the_next(cast, monkeypatch):
    monkeypatch.setattr(schemas, "call_command", lambda *args, **values: None)
    with inside(None):
        begun = actions.begin_organisation(**NEW, by=COMMAND_LINE)
        assert (begun.ready, _schemas()) == (False, ["bisc"])
        made = actions.create_organisation(**NEW, by=COMMAND_LINE)
    assert (made.pk, made.ready, _schemas()) == (begun.pk, True, ["bisc", "nieuw"])


def test_a_schema_that_was_handed_over_is_never_made_anew(cast):
    """Though somebody set its organisation back to not ready: there are tickets in it."""
    made = Organisation.objects.get(slug="bisc")
    assert AuditEntry.objects.filter(action="organisation.created", organisation=made).count() == 1
    Organisation.objects.filter(slug="bisc").update(ready=False)
    with inside(None), pytest.raises(schemas.SchemaExists):
        actions.make_organisation(organisation=made, by=COMMAND_LINE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bisc.tickets_ticket")
        assert cursor.fetchone() == (1,)


def test_making_twice_is_making_once(cast, monkeypatch):
    monkeypatch.setattr(schemas, "call_command", lambda *args, **values: None)
    with inside(None):
        made = actions.create_organisation(**NEW, by=COMMAND_LINE)
        actions.make_organisation(organisation=made, by=COMMAND_LINE)
        assert AuditEntry.objects.filter(action="organisation.created", organisation=made).count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"prefix": "BISC"}, "prefix"),
        ({"domain": "bisc.samenbeheer.localhost"}, "domain"),
        ({"colour": "rood"}, "colour"),
        ({"name": ""}, "name"),
        ({"slug": "cubiss"}, "slug"),
    ],
)
def test_begin_organisation_refuses_what_another_has_and_what_is_odd(cast, values, field):
    with inside(None), pytest.raises(ValidationError) as refused:
        actions.begin_organisation(**NEW | values, by=COMMAND_LINE)
    assert list(refused.value.error_dict) == [field]


def test_an_organisation_takes_part_from_its_day(cast, client_of, monkeypatch):
    monkeypatch.setattr(schemas, "call_command", lambda *args, **values: None)
    with inside(None):
        tomorrow = timezone.localdate() + timedelta(days=1)
        values = NEW | {"domain": "nieuw.samenbeheer.localhost", "from_on": tomorrow}
        actions.create_organisation(**values, by=COMMAND_LINE)
        assert [one.slug for one in Organisation.objects.taking_part()] == ["bisc", "cubiss"]
    assert client_of(None, "nieuw").get("/account/login/").status_code == 404


def _said(*words):
    out = StringIO()
    with inside(None):
        call_command(*words, stdout=out)
    return out.getvalue()


def test_the_command_asked_again_changes_nothing_and_says_so(cast, monkeypatch):
    monkeypatch.setattr(schemas, "call_command", lambda *args, **values: None)
    words = ["create_organisation", "nieuw", "Nieuw", "--prefix", "nieuw"]
    assert _said(*words) == "Nieuw is ready on nieuw.samenbeheer.localhost\n"
    assert _said(*words) == "Nieuw exists already; nothing was changed\n"
    with pytest.raises(CommandError, match="Nieuw exists with prefix NIEUW; nothing was changed"):
        _said("create_organisation", "nieuw", "Nieuw", "--prefix", "ander")
    with pytest.raises(CommandError, match="--from takes a day"):
        _said("create_organisation", "ander", "Ander", "--prefix", "ander", "--from", "2026-02-31")
    Organisation.objects.filter(slug="nieuw").update(ready=False)
    monkeypatch.setattr(schemas, "entries_of", lambda *args: AuditEntry.objects.none())
    assert _said(*words) == ("Nieuw is ready on nieuw.samenbeheer.localhost (what was begun before was made anew)\n")
