"""A database of an earlier state, with data, comes to what is current; its data stays as it was."""

from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from agenda.figures.models import TicketSnapshot
from agenda.history.models import Event as AgendaEvent
from agenda.work.models import WorkItem
from tenants import context
from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.models import Library, Organisation, Person
from tenants.outbox.models import OutboxEntry
from tickets.access import events_visible_to
from tickets.desk.actions import answer
from tickets.desk.models import Attachment, Event, Message, Ticket
from tickets.guests.models import TicketGrant
from tickets.notices.models import Notice

pytestmark = pytest.mark.servers  # it makes a database of its own, and takes its time
FOLDER = Path(__file__).parent
# The last migration of each app in each state that an installation may have; its data lies in the folder of that name.
STATES = {
    "first": {"tenants": "0003_provinces", "agenda": "0003_categories_and_goals", "tickets": "0002_append_only"},
}
OTHERS = ("contenttypes", "auth", "sessions", "account", "socialaccount", "mfa", "guardian")
SCHEMAS = ("public", "alfa", "beta")


def _migrate(schema: str, *target: str) -> None:
    call_command("migrate_schemas", *target, schema_name=schema, interactive=False, verbosity=0)


def _run(sql: str, schema: str = "public") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path TO {schema}, public, extensions")
        cursor.execute(sql)


# What making an organisation notes in its schema: the migrations of the shared apps leave nothing to do there.
NOTED = """
CREATE SCHEMA {0};
CREATE TABLE {0}.django_migrations (LIKE public.django_migrations INCLUDING ALL);
INSERT INTO {0}.django_migrations (app, name, applied)
    SELECT app, name, applied FROM public.django_migrations WHERE app NOT IN ('tickets', 'guardian')
"""


def _make(state: str) -> None:
    """Make the database of a state, with its data."""
    last = STATES[state]
    for app in (*last, *OTHERS):
        _migrate("public", app, *([last[app]] if app in last else []))
    _run((FOLDER / state / "public.sql").read_text())
    for schema in ("alfa", "beta"):
        _run(NOTED.format(schema))
        _migrate(schema, "tickets", last["tickets"])
        _migrate(schema, "guardian")
        _run((FOLDER / state / f"{schema}.sql").read_text(), schema)


@pytest.fixture(scope="module", params=STATES)
def upgraded(request, django_db_setup, django_db_blocker):
    """A database beside that of the tests, made in that state and upgraded; entered for the tests of this module."""
    usual = connection.settings_dict["NAME"]
    beside = f"{usual}_upgrade"
    with django_db_blocker.unblock():
        _run(f'DROP DATABASE IF EXISTS "{beside}"')
        _run(f'CREATE DATABASE "{beside}"')
        _enter(beside)
        try:
            _make(request.param)
            call_command("upgrade", verbosity=0)
            ContentType.objects.clear_cache()
            yield request.param
        finally:
            _enter(usual)
            ContentType.objects.clear_cache()
            _run(f'DROP DATABASE "{beside}" WITH (FORCE)')
            connection.close()


def _enter(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
    context.enter_public()
    cache.clear()


def _organisation(schema: str) -> Organisation:
    return Organisation.objects.get(schema_name=schema)


def _tables(schema: str) -> list[tuple]:
    """Return what a schema is made of: columns, indexes, constraints, triggers; without its own name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' ||
                   coalesce(column_default, '') || ' ' || coalesce(generation_expression, '')
              FROM information_schema.columns WHERE table_schema = %(schema)s
            UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s
            UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace
            UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(t.oid)
              FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
             WHERE NOT tgisinternal AND relnamespace = %(schema)s::regnamespace
            ORDER BY 1, 2, 3, 4
            """,
            {"schema": schema},
        )
        return [tuple(text.replace(f"{schema}.", "") for text in row) for row in cursor.fetchall()]


def test_no_migration_is_left(upgraded):
    for schema in SCHEMAS:
        with context.inside(None if schema == "public" else _organisation(schema)):
            executor = MigrationExecutor(connection)
            assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_the_tables_are_those_of_a_new_installation(upgraded):
    beside = {schema: _tables(schema) for schema in SCHEMAS}
    here = connection.settings_dict["NAME"]
    _enter(here.removesuffix("_upgrade"))
    try:
        new = {"public": _tables("public"), "alfa": _tables("bisc"), "beta": _tables("bisc")}
    finally:
        _enter(here)
    assert {kind for kind, *_ in new["alfa"]} == {"column", "index", "constraint", "trigger"}
    assert beside == new


def test_who_takes_part_is_read_as_before(upgraded):
    people = Person.objects.order_by("pk").values_list("pk", "email", "name", "language", "shortcuts", "is_active")
    assert list(people) == [
        (1001, "desk@alfa.example", "Desk Alfa", "nl", True, True),
        (1002, "balie@alfa.example", "Balie Alfa", "nl", False, True),
        (1003, "desk@beta.example", "Desk Bèta", "en", True, True),
        (1004, "balie@beta.example", "Balie Bèta", "nl", True, False),
    ]
    assert [(one.slug, one.prefix) for one in context.each_organisation()] == [("alfa", "ALFA"), ("beta", "BETA")]
    libraries = Library.objects.order_by("pk").values_list("name", "province__slug", "locations__name")
    assert list(libraries) == [
        ("Bibliotheek Alfa", "utrecht", "Alfa Centrum"),
        ("Bibliotheek Bèta", "limburg", "Bèta Centrum"),
    ]
    alfa = _organisation("alfa")
    assert standing(Person.objects.get(pk=1001), alfa).roles == {"functional_manager", "administrator"}
    assert standing(Person.objects.get(pk=1002), alfa).library_ids == [1001]
    assert not standing(Person.objects.get(pk=1003), alfa)
    trail = AuditEntry.objects.filter(pk__gt=1000).order_by("pk").values_list("action", "actor", "details")
    assert list(trail) == [
        ("organisation.created", None, {}),
        ("settings.changed", 1001, {"auto_close_days": [None, 7]}),
    ]


def test_what_waited_in_the_outbox_still_waits(upgraded):
    entries = OutboxEntry.objects.filter(pk__gt=1000, done_at=None).order_by("pk")
    assert list(entries.values_list("organisation__slug", "topic", "address", "attempts")) == [
        ("alfa", "tickets.notices", "1002", 0),
        ("beta", "tickets.notices", "1001", 3),
    ]


def test_the_common_work_is_read_as_before(upgraded):
    items = WorkItem.objects.order_by("number").values_list("number", "title", "version", "progress", "lead__slug")
    assert list(items) == [(1, "Eén servicedesk", 2, 40, "alfa"), (2, "Gelijke leenregels", 1, 100, "beta")]
    events = AgendaEvent.objects.filter(object="W1").order_by("version")
    assert [(one.kind, one.who, one.payload.after, one.payload.text) for one in events] == [
        ("work.item_created", "Desk Alfa", {"title": "Eén servicedesk"}, ""),
        ("work.reported", "Desk Alfa", {"progress": 40}, "Loopt uit."),
    ]
    snapshots = TicketSnapshot.objects.filter(pk=1001).values_list("number", "state", "location_ids", "category__code")
    assert list(snapshots) == [("ALFA-1", "open", [1001], "6.1")]


def test_tickets_are_read_as_before(upgraded):
    with context.inside(_organisation("alfa")):
        ticket = Ticket.objects.get(pk=1001)
        assert (ticket.number, ticket.state, ticket.priority_rank, ticket.assignee_id) == ("ALFA-1", "open", 1, 1001)
        assert [one.pk for one in ticket.locations.all()] == [1001]
        messages = Message.objects.filter(pk__in=(1001, 1002, 1003)).values_list("speaker", "visibility", "body")
        assert list(messages) == [
            ("library", "public", "Het scherm blijft zwart."),
            ("staff", "public", "Wij kijken."),
            ("staff", "internal", "Voeding stuk."),
        ]
        assert [one.name for one in Attachment.objects.all()] == ["scherm.png"]
        grants = TicketGrant.objects.values_list("user", "permission__codename", "until_on__year")
        assert list(grants) == [(1003, "view_ticket", 2026)]
        assert list(Notice.objects.filter(pk=1001).values_list("event", "person", "kind")) == [(1002, 1002, "answered")]
    with context.inside(_organisation("beta")):
        ticket = Ticket.objects.get()
        assert (ticket.number, ticket.state, ticket.reopened, ticket.assignee_id) == ("BETA-1", "closed", 1, None)
        events = Event.objects.order_by("pk").values_list("kind", "actor", "system_actor", "payload")
        assert list(events) == [
            ("created", 1004, "", {}),
            ("state_changed", None, "closing", {"changes": {"state": ["resolved", "closed"]}}),
        ]


def test_a_ticket_goes_on_where_it_was(upgraded):
    alfa = _organisation("alfa")
    desk, library = (standing(Person.objects.get(pk=pk), alfa) for pk in (1001, 1002))
    with context.inside(alfa):
        ticket = Ticket.objects.visible_to(library).get()
        answer(ticket=ticket, body="Vervangen.", visibility="public", by=Actor.of(desk))
        assert Ticket.objects.get().version == 4
        assert [one.kind for one in events_visible_to(ticket, library)] == ["created", "answered", "answered"]


@pytest.mark.parametrize(
    ("schema", "table"),
    [
        ("public", "tenants_auditentry"),
        ("public", "agenda_event"),
        ("alfa", "tickets_event"),
        ("beta", "tickets_event"),
    ],
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_is_only_added_to_stays_so(upgraded, schema, table, statement):
    with (
        context.inside(None if schema == "public" else _organisation(schema)),
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
