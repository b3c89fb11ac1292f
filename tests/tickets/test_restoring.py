"""One organisation goes back to what it was in a dump; nothing given out since comes back, and no other notices."""

import os
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.utils import timezone

from config.running import restoring
from config.running.dumps import Tools, ask, connect
from tenants import context
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import Location, Organisation, OutboxEntry
from tenants.organisations.schemas import grant
from tenants.outbox import actions as outbox
from tests import conftest
from tests.upgrade.test_upgrade import _enter, _migrate, _run
from tickets.desk import actions as verbs
from tickets.desk.models import Attachment, Event, Message, Ticket
from tickets.guests.actions import close_to
from tickets.guests.models import TicketGrant
from tickets.retention.actions import purge_attachments
from tickets.snapshots.actions import rebuild

pytestmark = pytest.mark.servers  # a database of its own, and PostgreSQL's own programs


@pytest.fixture
def cast(django_db_setup, django_db_blocker):
    """The cast, in a database of its own that is really changed."""
    usual = connection.settings_dict["NAME"]
    beside = f"{usual}_restored"
    with django_db_blocker.unblock():
        _enter(usual)
        _run(f'DROP DATABASE IF EXISTS "{beside}"')
        _run(f'CREATE DATABASE "{beside}" TEMPLATE "{usual}"')
        _enter(beside)
        ContentType.objects.clear_cache()
        try:
            yield conftest.django_db_setup.cast
        finally:
            _enter(usual)
            _run(f'DROP DATABASE "{beside}" WITH (FORCE)')
            connection.close()


def _file(house, subject="Later"):
    with inside(house.organisation):
        return verbs.create(
            type="incident",
            subject=subject,
            body=subject,
            library=house.library,
            category=Ticket.objects.first().category,
            urgency="low",
            locations=house.locations[:2],
            by=house.actor("colleague"),
        )


def _dump(folder: Path, name: str = "alles.dump") -> Path:
    path = folder / name
    Tools().run("pg_dump", "--format=custom", "--file", path)
    return path


def _restore(*arguments, slug: str = "bisc") -> list[str]:
    out = StringIO()
    call_command("restore_organisation", slug, *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def _numbers(house) -> list[str]:
    with inside(house.organisation):
        return list(Ticket.objects.order_by("pk").values_list("number", flat=True))


def _undone(house) -> list[str]:
    rows = OutboxEntry.objects.undone().filter(organisation=house.organisation).order_by("pk")
    return [key.removeprefix("tickets.notices event ") for key in rows.values_list("dedupe_key", flat=True)]


def _kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE '\_%' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def _tables_of(schema: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema])
        return cursor.fetchone()[0]


def test_what_was_given_out_since_never_comes_back_and_mail_goes_on(cast, tmp_path):
    bisc = cast.bisc
    OutboxEntry.objects.update(done_at=timezone.now())
    old = _file(bisc, "Ervoor")
    dump = _dump(tmp_path)
    with inside(bisc.organisation):
        verbs.answer(ticket=old, body="Erna gezegd.", by=bisc.actor("desk"))
        close_to(ticket=Ticket.objects.get(number="BISC-1"), person=cast.cubiss.people["guest"], by=bisc.actor("desk"))
        before = Event.objects.order_by("-pk")[0].pk
        (created,) = old.events.filter(kind="created").values_list("pk", flat=True)
    late = _file(bisc)
    with inside(bisc.organisation):
        gone = [str(pk) for pk in Event.objects.filter(pk__gt=created).values_list("pk", flat=True)]
        gone = [pk for pk in gone if pk in _undone(bisc)]
    elsewhere = _numbers(cast.cubiss), _undone(cast.cubiss)
    assert (old.number, late.number, len(gone)) == ("BISC-2", "BISC-3", 2)

    said = _restore("--from", dump, "--dry-run")
    assert said[-1] == "It can be restored. This was a dry run: nothing was changed."
    assert _numbers(bisc) == ["BISC-1", "BISC-2", "BISC-3"] and _kept() == []
    assert sorted(_undone(bisc)) == sorted([str(created), *gone])

    said = _restore("--from", dump)
    assert said[-4:-1] == [
        "BiSC has its 2 tickets of the dump.",
        "Of after it: 1 tickets are gone, 2 mails about them ended.",
        "Grants that were taken back since: 1, they stay so.",
    ]
    assert re.fullmatch(r"The next ticket is number 4. Kept: _bisc_kept_\d{8}_\d{6}, until --drop-kept.", said[-1])
    assert _numbers(bisc) == ["BISC-1", "BISC-2"] and (_numbers(cast.cubiss), _undone(cast.cubiss)) == elsewhere
    with inside(bisc.organisation):
        assert not Message.objects.filter(body="Erna gezegd.").exists()
        assert list(TicketGrant.objects.all()) == []  # a colleague who was let out stays out
        assert rebuild() == (0, 0)
    assert _undone(bisc) == [str(created)]
    ended = OutboxEntry.objects.filter(dropped_at__isnull=False).values_list("cause_type", "organisation__slug")
    assert set(ended) == {("RestoredToBefore", "bisc")}
    done = []
    assert outbox.work("bisc", f"tickets.notices event {created}", done.append, topic="tickets.notices") is True
    line = AuditEntry.objects.get(action="organisation.restored")
    assert (line.organisation.slug, line.details["tickets_gone"], line.details["kept"]) == ("bisc", 1, _kept()[0])

    new = _file(bisc)
    with inside(bisc.organisation):
        assert new.number == "BISC-4" and new.events.get().pk > before
        assert new.pk > late.pk
    assert len(_undone(bisc)) == 1

    _restore("--from", dump)  # once more, as after a doubt
    assert _numbers(bisc) == ["BISC-1", "BISC-2"] and len(_kept()) == 2
    assert _file(bisc).number == "BISC-5"
    assert _restore("--drop-kept")[0].startswith("Dropped: _bisc_kept_") and _kept() == []
    assert _restore("--drop-kept") == ["Nothing was kept."] and _numbers(bisc)[-1] == "BISC-5"


@contextmanager
def _as_the_role_that_serves():
    """Be who serves, and not who owns the tables."""
    own, serves = dict(connection.settings_dict), urlsplit(os.environ["DATABASE_URL"])
    connection.close()
    connection.settings_dict.update(USER=unquote(serves.username or ""), PASSWORD=unquote(serves.password or ""))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(USER=own["USER"], PASSWORD=own["PASSWORD"])


def test_patron_data_that_was_put_aside_goes_on_its_day_and_nothing_else_there_is_open(cast, tmp_path):
    bisc = cast.bisc
    grant(["bisc", "public", "extensions"])
    dump = _dump(tmp_path)
    with inside(bisc.organisation):
        ticket = Ticket.objects.get(number="BISC-1")
        for name, patron in (("pas.txt", True), ("scherm.txt", False)):
            verbs.answer(
                ticket=ticket,
                body=name,
                uploads=[SimpleUploadedFile(name, b"inhoud")],
                patron_data=patron,
                by=bisc.actor("desk"),
                at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
            )
        stored = {row.name: row.storage_name for row in Attachment.objects.all()}
    _restore("--from", dump)
    (kept,) = _kept()
    with _as_the_role_that_serves():
        for table in ("tickets_ticket", "tickets_message", "tickets_event"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                _run(f"SELECT count(*) FROM {kept}.{table}")
        with pytest.raises(ProgrammingError, match="permission denied"):
            _run(f"SELECT name FROM {kept}.tickets_attachment")
        with inside(bisc.organisation):
            assert purge_attachments(datetime(2027, 1, 30, 22, 59, tzinfo=UTC)) == 0
            assert default_storage.exists(stored["pas.txt"])
            assert purge_attachments(datetime(2027, 1, 31, 9, 0, tzinfo=UTC)) == 1
            assert purge_attachments(datetime(2027, 1, 31, 9, 0, tzinfo=UTC)) == 0
    assert not default_storage.exists(stored["pas.txt"]) and default_storage.exists(stored["scherm.txt"])
    line = AuditEntry.objects.get(action="attachment.purged")
    assert line.organisation.slug == "bisc" and line.object.startswith(f"{kept} attachment ")
    default_storage.delete(stored["scherm.txt"])


def test_a_restore_works_in_a_database_that_was_made_for_it_and_leaves_it_empty(cast, tmp_path):
    dump, scratch = _dump(tmp_path), f"{connection.settings_dict['NAME']}_scratch"
    late = _file(cast.bisc)
    _run(f'CREATE DATABASE "{scratch}" TEMPLATE template0')
    try:
        assert _refused("--from", dump, "--scratch", connection.settings_dict["NAME"]) == (
            "not restored, nothing was changed: --scratch may not be the database in use"
        )
        for _ in range(2):
            _restore("--from", dump, "--dry-run", "--scratch", scratch)
        made = connect(scratch)
        try:
            ask(made, "CREATE TABLE iets (id int)")
        finally:
            made.close()
        assert _refused("--from", dump, "--scratch", scratch) == (
            f"not restored, nothing was changed: {scratch} is not empty: give a database that was made for this"
        )
        made = connect(scratch)
        try:
            assert ask(made, "SELECT tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information)'") == [("iets",)]
            ask(made, "DROP TABLE iets")
        finally:
            made.close()
        _restore("--from", dump, "--scratch", scratch)
        assert _numbers(cast.bisc) == ["BISC-1"] and late.number == "BISC-2"
    finally:
        _run(f'DROP DATABASE "{scratch}" WITH (FORCE)')


def _refused(*arguments, slug: str = "bisc") -> str:
    with pytest.raises(CommandError) as refusal:
        _restore(*arguments, slug=slug)
    assert _kept() == []
    return str(refusal.value)


def test_a_dump_that_does_not_fit_is_refused_in_words_and_changes_nothing(cast, tmp_path):
    bisc = cast.bisc
    spare = Location.objects.create(library=bisc.library, slug="tijdelijk", name="Tijdelijk", kind="branch")
    with inside(bisc.organisation):
        Ticket.objects.get(number="BISC-1").locations.add(spare)
    dump = _dump(tmp_path)
    tables = _tables_of("bisc")

    text = tmp_path / "tekst.dump"
    text.write_text("geen dump")
    assert f"{text} is no dump made by pg_dump --format=custom" in _refused("--from", text)
    assert "there is no file" in _refused("--from", tmp_path / "weg.dump")
    assert _refused("--from", dump, slug="wat") == "there is no organisation wat that takes part"
    assert _refused() == _refused("--from", dump, "--drop-kept") == "give either --from DUMP, or --drop-kept alone"
    part = tmp_path / "deel.dump"
    Tools().run("pg_dump", "--format=custom", "--schema", "bisc", "--file", part)
    assert "does not hold the public schema with its data: dump the whole database" in _refused("--from", part)
    assert "has no schema bisc" in _refused("--from", _without_bisc(tmp_path))

    with inside(bisc.organisation):
        Ticket.objects.get(number="BISC-1").locations.remove(spare)
        pk = spare.pk
        spare.delete()
    assert f"tickets_ticket_locations.location_id at public.tenants_location {pk}" in _refused("--from", dump)

    _run("ALTER TABLE bisc.tickets_ticket ADD COLUMN extra text")
    with inside(None):
        Location.objects.create(pk=pk, library=bisc.library, slug="tijdelijk", name="Tijdelijk", kind="branch")
    assert "its tables differ from those in use" in _refused("--from", dump)
    Organisation.objects.filter(slug="bisc").update(prefix="ANDERS")
    assert "is another organisation than the one here" in _refused("--from", dump)
    assert _tables_of("bisc") == tables and _numbers(bisc) == ["BISC-1"]


def _without_bisc(folder: Path) -> Path:
    path = folder / "zonder.dump"
    Tools().run("pg_dump", "--format=custom", "--exclude-schema", "bisc", "--file", path)
    return path


def test_whoever_is_at_work_is_waited_for_and_then_it_is_refused(cast, tmp_path, monkeypatch):
    monkeypatch.setattr(restoring, "SECONDS_FOR_LOCKS", 1)
    dump = _dump(tmp_path)
    late = _file(cast.bisc)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM bisc.tickets_ticket FOR UPDATE")
        assert "somebody is at work in bisc for more than 1 seconds" in _refused("--from", dump)
    finally:
        other.close()
    assert _numbers(cast.bisc) == ["BISC-1", late.number]
    _restore("--from", dump)
    assert _numbers(cast.bisc) == ["BISC-1"]


def test_a_dump_of_an_older_version_is_brought_up_to_date(cast, tmp_path):
    _migrate("bisc", "tickets", "0001_tables")
    context.enter_public()
    dump = _dump(tmp_path)
    call_command("upgrade", processes=1, stdout=StringIO())
    late = _file(cast.bisc)
    assert re.search(r"It is of an older version: (?:[2-9]|[1-9]\d) migrations", "\n".join(_restore("--from", dump)))
    assert late.number not in _numbers(cast.bisc)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'bisc.tickets_event'::regclass AND NOT tgisinternal"
        )
        assert cursor.fetchone() == (2,)


def test_what_a_restore_that_was_killed_left_is_in_nobodys_way(cast, tmp_path):
    dump = _dump(tmp_path)
    _run("CREATE SCHEMA _bisc_restoring; CREATE TABLE _bisc_restoring.rest (id int)")
    _run(f'CREATE DATABASE "{connection.settings_dict["NAME"]}_restoring"')
    _file(cast.bisc)
    _restore("--from", dump)
    assert _numbers(cast.bisc) == ["BISC-1"] and len(_kept()) == 1
