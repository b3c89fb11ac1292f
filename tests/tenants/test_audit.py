"""The trail: only ever added to."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.actions import purge, record
from tenants.audit.models import AuditEntry
from tenants.refusals import NotAllowed
from tests.cast import COMMAND_LINE


@pytest.mark.parametrize(
    "statement",
    ["UPDATE tenants_auditentry SET action = 'x'", "DELETE FROM tenants_auditentry", "TRUNCATE tenants_auditentry"],
)
def test_the_trail_is_append_only(cast, statement):
    record(action="proef", by=COMMAND_LINE)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or a waiting foreign key would refuse TRUNCATE first
        cursor.execute(statement)


def test_purge_is_the_one_way_and_says_so(cast):
    record(action="proef", by=COMMAND_LINE)
    count = AuditEntry.objects.count()
    assert purge(before=timezone.now(), by=COMMAND_LINE) == count
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["audit.purged"]
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()


@pytest.mark.parametrize("who", ["lead", "desk"])
def test_only_the_platform_purges(cast, who):
    with pytest.raises(NotAllowed):
        purge(before=timezone.now(), by=cast.bisc.actor(who))


def test_a_line_is_of_a_person_or_of_the_system(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.create(action="proef", actor=cast.people["platform"], system_actor="tests")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "origin"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (1, "<b>niet</b>", "10.0.0.1"),
        (1, "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_origin_is_what_our_own_proxy_saw(rf, settings, proxies, forwarded, origin):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert Actor.at_the_door(rf.get("/", REMOTE_ADDR="10.0.0.1", **headers)).origin == origin
