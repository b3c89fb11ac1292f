"""The trail: only ever added to."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tenants.audit.actions import purge, record
from tenants.audit.models import AuditEntry


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
