"""Organisations: how they are made, served and ended."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tenants.context import inside
from tenants.models import Domain, Organisation, OutboxEntry
from tenants.organisations import actions
from tenants.outbox import actions as outbox
from tests.cast import COMMAND_LINE


@pytest.mark.parametrize("slug", ["bisc", "public", "extensions", "pg_catalog"])
def test_create_organisation_refuses_a_schema_that_exists(cast, slug):
    with inside(None):
        before = list(Organisation.objects.values_list("slug", flat=True))
        with pytest.raises((actions.SchemaExists, ValidationError)):
            actions.create_organisation(slug=slug, name="Kaper", prefix="K", domain="k.example", by=COMMAND_LINE)
        assert list(Organisation.objects.values_list("slug", flat=True)) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bisc.tickets_ticket")
            assert cursor.fetchone() == (1,)


def test_create_organisation_refuses_a_leftover_schema_and_keeps_its_data(cast):
    with inside(None), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA oud; CREATE TABLE oud.bewijs (x int); INSERT INTO oud.bewijs VALUES (1)")
        with pytest.raises(actions.SchemaExists):
            actions.create_organisation(slug="oud", name="Oud", prefix="OUD", domain="oud.example", by=COMMAND_LINE)
        cursor.execute("SELECT x FROM oud.bewijs")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("slug", ["Hoofd", "a", "met-streep", "1abc", "x" * 32, "drop table"])
def test_create_organisation_refuses_an_odd_slug(cast, slug):
    with inside(None), pytest.raises(ValidationError):
        actions.create_organisation(slug=slug, name="X", prefix="X", domain="x.example", by=COMMAND_LINE)


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


def test_a_failed_creation_drops_only_what_it_made(cast, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(actions, "call_command", broken)
    with inside(None), pytest.raises(RuntimeError):
        actions.create_organisation(slug="nieuw", name="Nieuw", prefix="NIEUW", domain="nieuw.example", by=COMMAND_LINE)
    assert not Organisation.objects.filter(slug="nieuw").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname IN ('nieuw', 'bisc')")
        assert cursor.fetchall() == [("bisc",)]
