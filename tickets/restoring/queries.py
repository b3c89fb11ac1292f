"""What restores put aside."""

import re

from django.db import connection

# Of what is put aside the application reaches this alone: files with patron data go on their day there too.
PURGED, PURGED_BY = "tickets_attachment", ("id", "purge_on", "storage_name")


def kept_schemas(schema_name: str, *, entered: bool = False) -> list[str]:
    """Return the names of the schemas that restores of the organisation of `schema_name` put aside, oldest first.

    With `entered`, those that this role may enter.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE NOT %s OR has_schema_privilege(oid, 'USAGE') ORDER BY 1", [entered]
        )
        names = [name for (name,) in cursor.fetchall()]
    return [name for name in names if re.fullmatch(rf"_{schema_name}_kept_\d{{8}}_\d{{6}}", name)]
