"""Two workers never do one entry of the outbox: forced with a second connection that holds the lock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenants.actor import Actor
from tenants.context import inside
from tenants.models import OutboxEntry, OutboxTrouble
from tenants.outbox import actions as outbox
from tenants.outbox.queries import ALERT
from tenants.outbox.troubles import watch
from tenants.roles import Permission
from tests import conftest
from tests.races import Work, held, until_one_waits

DONE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An entry at BiSC without a transaction around the test; it is taken away again."""
    cast = conftest.django_db_setup.cast
    with django_db_blocker.unblock(), inside(None):
        OutboxEntry.objects.all().delete()
        outbox.put(organisation=cast.bisc.organisation, topic="x", address="event 7", dedupe_key="k")
        yield cast.bisc
        OutboxEntry.objects.all().delete()
    connection.close()


def _one():
    with inside(None):
        return OutboxEntry.objects.get(dedupe_key="k")


def test_an_entry_that_another_worker_has_is_skipped_and_counts_nothing(committed):
    taken = []
    with held(lambda: OutboxEntry.objects.select_for_update().get(dedupe_key="k")):
        assert outbox.work("bisc", "k", taken.append, topic="x") is False
    assert taken == [] and (_one().attempts, _one().failed_at) == (0, None)


def test_a_second_worker_waits_for_nothing_while_the_first_fails(committed):
    """The failure is written under the lock with which the entry was taken: the other never finds it free again."""
    second, taken = [], []

    def fails(entry):
        second.append(Work(lambda: outbox.work("bisc", "k", taken.append, topic="x")).result())
        raise ValueError

    assert outbox.work("bisc", "k", fails, topic="x") is False
    assert outbox.work("bisc", "k", taken.append, topic="x") is False  # its time comes later
    assert (second, taken, _one().attempts, _one().cause_type) == ([False], [], 1, "ValueError")


def test_a_failure_is_counted_before_anybody_else_has_the_entry(committed):
    works = []

    def takes():
        with transaction.atomic():
            entry = OutboxEntry.objects.select_for_update().get(dedupe_key="k")
            return entry.attempts, entry.cause_type

    def fails(entry):
        works.append(Work(takes))
        Work(until_one_waits).result()  # within a transaction one sees the same activity for ever
        raise ValueError

    assert outbox.work("bisc", "k", fails, topic="x") is False
    assert works[0].result() == (1, "ValueError")


def test_a_failure_of_a_broken_connection_is_not_counted_on_what_another_did(committed):
    """The connection breaks at work; another worker takes the entry and does it before the failure is counted."""
    works = []

    def does():
        with transaction.atomic():
            entry = OutboxEntry.objects.select_for_update().get(dedupe_key="k")
            entry.done_at, entry.attempts = DONE, entry.attempts + 1
            entry.save()

    def breaks(entry):
        works.append(Work(does))
        Work(until_one_waits).result()  # within a transaction one sees the same activity for ever
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        finally:
            works[0].result()

    assert outbox.work("bisc", "k", breaks, topic="x") is False
    assert (_one().done_at, _one().attempts, _one().cause_type) == (DONE, 1, "")


def test_a_broken_connection_is_a_failure_as_any_other(committed):
    def breaks(entry):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert outbox.work("bisc", "k", breaks, topic="x") is False
    assert (_one().attempts, _one().given_up_at) == (1, None)
    assert _one().cause_type in ("django.db.utils.OperationalError", "django.db.utils.InterfaceError")


def test_send_again_leaves_what_a_worker_has_in_hand_and_waits_for_nothing(committed):
    """A worker holds an entry for as long as the mail server takes: minutes, not the seconds that a page has."""
    by = Actor.of_system("tests", Permission.PLATFORM_MANAGE)
    failed = {"failed_at": DONE, "cause_type": "OSError", "due_at": timezone.now() + timedelta(hours=1)}
    with inside(None):
        OutboxEntry.objects.update(**failed)
    with held(lambda: OutboxEntry.objects.select_for_update().get(dedupe_key="k")):
        with inside(None), connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        assert outbox.retry(organisation=committed.organisation, by=by) == 0
        assert outbox.drop(organisation=committed.organisation, by=by, dedupe_key="k") == 0
    with transaction.atomic():
        assert outbox.retry(organisation=committed.organisation, by=by) == 1
        transaction.set_rollback(True)  # the trail is only added to


def test_two_watchers_at_once_tell_of_one_trouble(committed):
    with inside(None):
        OutboxEntry.objects.update(attempts=6, failed_at=DONE, cause_type="OSError")
        try:
            with held(lambda: OutboxTrouble.objects.create(organisation=committed.organisation)):
                second = Work(watch)
                until_one_waits()
            assert second.result() == 0
            assert OutboxTrouble.objects.count() == 1 and not OutboxEntry.objects.filter(topic=ALERT).exists()
        finally:
            OutboxTrouble.objects.all().delete()
