"""Two who change the common work at the same moment: real connections; one holds a lock while the other waits."""

import threading
import time
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection, transaction

from agenda.history.models import Event, Numbering
from agenda.work import actions
from agenda.work.models import Contribution, WorkItem
from tenants.access import standing
from tenants.actor import Actor
from tenants.context import enter_public
from tenants.refusals import Stale
from tests import conftest


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The cast without a transaction around the test; the agenda is as before when it is over."""
    cast = conftest.django_db_setup.cast
    with django_db_blocker.unblock():
        enter_public()
        item, parts = WorkItem.objects.get(number=1), list(Contribution.objects.values())
        yield cast
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL samenbeheer.purge = 'on'")
            Event.objects.exclude(object="W1", version=1).delete()
            cursor.execute("DELETE FROM tenants_auditentry WHERE action LIKE 'agenda.%%' AND details->>'version' > '1'")
            Contribution.objects.exclude(item=item).delete()
            WorkItem.objects.exclude(pk=item.pk).delete()
            item.save()
            for part in parts:
                Contribution(**part).save()
            Numbering.objects.update(last=1)
        connection.close()


def _manager(cast) -> Actor:
    return Actor.of(standing(cast.people["manager"], cast.common))


def _waiting() -> bool:
    """Does somebody wait for a lock that this connection holds?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


@contextmanager
def _second(work):
    """Run `work` on a second connection; give the block once it waits for our lock, and its outcome afterwards."""
    outcome = []

    def run():
        try:
            enter_public()
            outcome.append(work())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        yield outcome
        thread.start()
        deadline = time.monotonic() + 20
        while not _waiting() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _waiting() and outcome == []
    thread.join(30)


def _change(cast, **changes):
    def work():
        item = WorkItem.objects.get(number=1)
        return actions.change_item(item=item, changes=changes, base_version=1, by=_manager(cast))

    return work


def test_the_second_of_two_changes_of_one_field_conflicts(committed):
    with _second(_change(committed, title="Van de tweede")) as outcome:
        _change(committed, title="Van de eerste")()
    assert type(outcome[0]) is Stale and outcome[0].fields == ["title"]
    assert WorkItem.objects.values_list("title", "version").get(number=1) == ("Van de eerste", 2)


def test_two_changes_of_different_fields_both_stay(committed):
    with _second(_change(committed, description="Van de tweede")) as outcome:
        _change(committed, title="Van de eerste")()
    assert outcome[0].version == 3
    found = WorkItem.objects.values_list("title", "description", "version").get(number=1)
    assert found == ("Van de eerste", "Van de tweede", 3)


def test_a_change_of_a_contribution_waits_for_one_of_its_result(committed):
    def second():
        part = Contribution.objects.select_related("item").get(item__number=1, organisation__slug="cubiss")
        changes = {"status": "off_track"}
        return actions.change_contribution(contribution=part, changes=changes, base_version=1, by=_manager(committed))

    with _second(second) as outcome:
        _change(committed, title="Van de eerste")()
    assert outcome[0].status == "off_track"
    assert list(Event.objects.filter(object="W1").order_by("version").values_list("version", flat=True)) == [1, 2, 3]


def test_two_results_at_once_get_two_numbers_also_as_the_first_ever(committed):

    def make():
        return actions.next_number("X")

    with _second(make) as outcome:
        assert actions.next_number("X") == 1
    assert outcome == [2]
    Numbering.objects.filter(letter="X").delete()

    def create():
        return actions.create_item(
            title="Nog een",
            theme="cost",
            lead=committed.bisc.organisation,
            planned_from=date(2026, 1, 1),
            planned_to=date(2026, 1, 2),
            by=_manager(committed),
        ).number

    with _second(create) as outcome:
        assert create() == 2
    assert outcome == [3]
