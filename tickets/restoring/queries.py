"""What restores put aside."""

import re

from django.db import connection


def kept_schemas(schema_name: str) -> list[str]:
    """Return the names of the schemas that restores of the organisation of `schema_name` put aside, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
    return [name for name in names if re.fullmatch(rf"_{schema_name}_kept_\d{{8}}_\d{{6}}", name)]
