"""The door: what would leak if it were not there."""

import contextlib
import threading

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import ProgrammingError

from tenants.context import (
    NoOrganisation,
    current_organisation,
    current_schema,
    each_organisation,
    inside,
    organisation_by_schema,
)
from tenants.models import Organisation
from tests import conftest
from tests.cast import SECRET
from tickets.desk import actions as verbs
from tickets.models import Ticket


@pytest.fixture
def outside(django_db_setup, django_db_blocker):
    """The cast without a transaction around the test; nothing is written."""
    with django_db_blocker.unblock():
        yield conftest.django_db_setup.cast
        connection.set_schema_to_public()
        connection.close()


def test_inside_goes_in_and_back(cast):
    with inside(cast.bisc.organisation):
        assert current_organisation() == cast.bisc.organisation
        with inside(cast.cubiss.organisation):
            assert current_schema() == "cubiss"
        assert current_schema() == "bisc"
    assert current_schema() == "public"
    with pytest.raises(NoOrganisation):
        current_organisation()


def test_inside_goes_back_after_an_error(cast):
    with pytest.raises(ZeroDivisionError), inside(cast.bisc.organisation):
        raise ZeroDivisionError
    assert current_schema() == "public"


def test_public_never_sees_an_organisation(cast):
    with pytest.raises(ProgrammingError), transaction.atomic(), inside(None):
        Ticket.objects.count()


def test_a_swallowed_error_in_a_transaction_does_not_leak_the_other_schema(outside):
    """A worker that last ran in bisc enters cubiss; its first SQL stands in atomic() with a swallowed raw error, so
    that COMMIT becomes ROLLBACK and takes a SET inside it along. It must still read cubiss."""
    with inside(outside.bisc.organisation):
        assert SECRET["bisc"] in Ticket.objects.get(number="BISC-1").subject
    with inside(outside.cubiss.organisation):
        with transaction.atomic(), connection.cursor() as cursor:
            with contextlib.suppress(DatabaseError):
                cursor.execute("SELECT 1 / 0")
            connection.needs_rollback = False
        assert list(Ticket.objects.values_list("number", flat=True)) == ["CUBISS-1"]


def test_a_change_of_organisation_inside_a_transaction_is_refused(outside):
    with inside(outside.bisc.organisation), transaction.atomic():
        with inside(outside.bisc.organisation):
            pass
        with pytest.raises(TransactionManagementError), inside(outside.cubiss.organisation):
            pass
        assert current_schema() == "bisc"


def test_threads_keep_their_own_organisation(outside):
    seen, barrier = [], threading.Barrier(4)

    def look(house):
        for _ in range(20):
            with inside(house.organisation):
                barrier.wait(10)
                seen.append((house.organisation.slug, Ticket.objects.get(number=house.ticket).subject))
        connection.close()

    houses = [outside.bisc, outside.cubiss] * 2
    threads = [threading.Thread(target=look, args=[house]) for house in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 80
    assert all(SECRET[slug] in subject for slug, subject in seen)


@pytest.mark.parametrize("name", ["public", "extensions", "bestaatniet", "pg_catalog", "", "bisc; DROP"])
def test_unknown_schema_is_refused(cast, name):
    with pytest.raises(NoOrganisation):
        organisation_by_schema(name)


def test_ended_and_unfinished_organisations_are_not_entered(cast):
    with inside(None):
        Organisation.objects.filter(slug="cubiss").update(ready=False)
    with pytest.raises(NoOrganisation):
        organisation_by_schema("cubiss")
    assert [one.slug for one in each_organisation()] == ["bisc"]


def test_each_organisation_leaves_out_the_common_host(cast):
    assert [one.slug for one in each_organisation()] == ["bisc", "cubiss"]


def test_cache_of_an_organisation_is_its_own_and_the_default_is_common(cast):
    with inside(cast.bisc.organisation):
        caches["organisation"].set("x", "van bisc")
        caches["default"].set("x", "van allen")
    with inside(cast.cubiss.organisation):
        assert caches["organisation"].get("x") is None
        assert caches["default"].get("x") == "van allen"


def test_on_commit_takes_its_schema_along(bisc, ticket, monkeypatch, django_capture_on_commit_callbacks):
    """A callback runs in whatever schema is current then; the nudge names its own."""
    sent = []
    monkeypatch.setattr("tenants.outbox.actions.nudge", lambda **values: sent.append(values["schema_name"]))
    with django_capture_on_commit_callbacks() as callbacks:
        verbs.answer(ticket=ticket, body="x", by=bisc.actor("desk"))
    with inside(None):
        for callback in callbacks:
            callback()
    assert sent == ["bisc"]
