"""The stamp of the rules that clocks count by, agreements, contracts and calendars: another one for each change.

Rules are read much and change little, so that each process keeps them in memory with the stamp that they had. A verb
on a ticket reads the stamp under a lock that many may hold; whoever reckons all tickets again waits for these once
(`wait_for_verbs`), so that none of them goes by rules that were changed meanwhile.
"""

import uuid
from typing import Any

from django.db import connection, transaction

from tenants.context import current_organisation
from tenants.outbox import nudges
from tickets.rules.models import RulesStamp

LOCK = 9_000_001
RECKONING = "tickets.reckon"


def rules_changed() -> None:
    """Give the rules of the organisation entered another stamp, in the transaction of the verb that changed them.

    All that is open is reckoned again after it.
    """
    RulesStamp.objects.update_or_create(pk=1, defaults={"stamp": uuid.uuid4()})
    schema_name = current_organisation().schema_name
    transaction.on_commit(lambda: nudges.send(RECKONING, [schema_name]))  # lost: a minute later it is done all the same


def stamp_now(*also: str) -> tuple[Any, ...]:
    """Return the stamp, and what else is asked as SQL; until the transaction ends, a verb on tickets is under way.

    One way to the database, two statements: what is read is read after the lock was got.
    """
    asked = ", ".join(("stamp", *also))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_advisory_xact_lock_shared({LOCK}, hashtext(current_schema()));"
            f"SELECT {asked} FROM {RulesStamp._meta.db_table}"
        )
        return cursor.fetchone()


def wait_for_verbs() -> None:
    """Wait until all verbs on tickets that are under way have ended; those that begin now see the rules of now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(current_schema()))", [LOCK])
        cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(current_schema()))", [LOCK])
