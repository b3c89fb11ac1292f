"""The door: who comes in, where, and what they are there, in one question to the database.

The question enters the schema of the organisation as well. It is prepared once a connection, because the database
takes longer to plan it than to answer it. What a role means is said in `tenants.access` alone, which is asked here too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from tenants import context
from tenants.access import Held, HeldAtLibrary, Standing, own_hosts, standing_by
from tenants.models import COMMON_SCHEMA, ApiToken, Organisation, Person


def _columns(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


_CHOSEN = ", ".join(
    f"{name}.{column}"
    for name, model in (("host", Organisation), ("token", ApiToken), ("person", Person))
    for column in _columns(model)
)
# The statement that prepares the question. Every name has its schema: it runs wherever the last one was.
QUESTION = f"""
PREPARE door (text, text, text, timestamptz, date) AS
WITH host AS MATERIALIZED (
    SELECT o.* FROM public.tenants_domain d JOIN public.tenants_organisation o ON o.id = d.tenant_id
    WHERE d.domain = $1 AND o.ready AND o.from_on <= $5 AND (o.until_on IS NULL OR o.until_on >= $5)
), token AS MATERIALIZED (
    SELECT t.* FROM public.tenants_apitoken t WHERE t.digest = $3 AND t.revoked_at IS NULL AND t.expires_at > $4
), session AS MATERIALIZED (
    SELECT s.session_data, s.person_id FROM public.tenants_session s
    WHERE s.session_key = $2 AND s.expire_date > $4
), person AS MATERIALIZED (
    SELECT p.* FROM public.tenants_person p WHERE p.is_active
    AND p.id = coalesce((SELECT person_id FROM token), (SELECT person_id FROM session))
), held AS (
    SELECT json_agg(json_build_array(m.role, o.id, o.schema_name, o.ready, o.from_on, o.until_on)) AS rows
    FROM public.tenants_membership m JOIN public.tenants_organisation o ON o.id = m.organisation_id
    WHERE m.person_id = (SELECT id FROM person)
    AND m.from_on <= $5 AND (m.until_on IS NULL OR m.until_on >= $5)
), own_libraries AS (
    SELECT l.organisation_id FROM public.tenants_librarymembership m
    JOIN public.tenants_library l ON l.id = m.library_id
    WHERE m.person_id = (SELECT id FROM person)
    AND $5 BETWEEN m.from_on AND coalesce(m.until_on, $5) AND $5 <= coalesce(l.until_on, $5)
), held_at_libraries AS (
    SELECT json_agg(json_build_array(m.library_id, m.role, m.sees, ARRAY(
        SELECT location_id FROM public.tenants_librarymembership_locations WHERE librarymembership_id = m.id
    ))) AS rows
    FROM public.tenants_librarymembership m JOIN public.tenants_library l ON l.id = m.library_id
    WHERE m.person_id = (SELECT id FROM person) AND l.organisation_id = (SELECT id FROM host)
    AND m.from_on <= $5 AND (m.until_on IS NULL OR m.until_on >= $5)
    AND (l.until_on IS NULL OR l.until_on >= $5)
), hosts AS (
    SELECT json_agg(json_build_array(o.id, o.name, (
        SELECT d.domain FROM public.tenants_domain d WHERE d.tenant_id = o.id ORDER BY d.is_primary DESC, d.id LIMIT 1
    ), o.schema_name = '{COMMON_SCHEMA}', o.id IN (SELECT organisation_id FROM own_libraries))
    ORDER BY o.schema_name = '{COMMON_SCHEMA}', o.sort_name) AS rows
    FROM public.tenants_organisation o WHERE o.schema_name = '{COMMON_SCHEMA}'
    OR (o.ready AND $5 BETWEEN o.from_on AND coalesce(o.until_on, $5) AND (
        o.id IN (SELECT organisation_id FROM own_libraries)
        OR o.id IN (SELECT organisation_id FROM public.tenants_membership WHERE person_id = (SELECT id FROM person))
    ))
), entered AS MATERIALIZED (
    SELECT {context.entering("schema_name")} FROM host
)
SELECT {_CHOSEN}, session.session_data, held.rows, held_at_libraries.rows, hosts.rows
FROM host CROSS JOIN entered CROSS JOIN held CROSS JOIN held_at_libraries CROSS JOIN hosts
LEFT JOIN token ON true LEFT JOIN session ON true LEFT JOIN person ON true
"""


@dataclass(frozen=True)
class Host:
    """A host on which somebody has standing."""

    pk: int
    name: str
    domain: str


@dataclass(frozen=True)
class Arrival:
    """What the door found: a person only with a session or token in force, and active; `hosts` as `access.hosts_of`."""

    organisation: Organisation
    session_data: str | None = None
    token: ApiToken | None = None
    person: Person | None = None
    standing: Standing | None = None
    hosts: tuple[Host, ...] = ()


def arrive(*, host: str, session_digest: str = "", token_digest: str = "") -> Arrival | None:
    """Enter the organisation that is served at `host` (lower case, no port) and return who comes in there today.

    Without an organisation that is open, None, and the public schema is entered.
    """
    found: list[Arrival] = []

    def ask() -> Organisation | None:
        found.extend(_asked(host, session_digest, token_digest))
        return found[0].organisation if found else None

    context.enter_by(ask)
    return found[0] if found else None


def _asked(host: str, session_digest: str, token_digest: str) -> list[Arrival]:
    now, day = timezone.now(), timezone.localdate()
    with connection.cursor() as cursor:
        context.prepare(cursor, QUESTION)
        cursor.execute("EXECUTE door (%s, %s, %s, %s, %s)", [host, session_digest, token_digest, now, day])
        row = cursor.fetchone()
    if row is None:
        return []
    organisation, rest = _taken(Organisation, row)
    token, rest = _taken(ApiToken, rest)
    person, (session_data, held, at_libraries, hosts) = _taken(Person, rest)
    if person is None:
        return [Arrival(organisation=organisation, session_data=session_data)]
    if token is not None:
        token.person = person
    roles = [
        Held(role, pk, schema, ready, date.fromisoformat(begin), date.fromisoformat(end) if end else None)
        for role, pk, schema, ready, begin, end in held or ()
    ]
    standing = standing_by(
        person,
        organisation,
        day,
        held=roles,
        at_libraries=[
            HeldAtLibrary(pk, role, sees, frozenset(chosen)) for pk, role, sees, chosen in at_libraries or ()
        ],
    )
    return [Arrival(organisation, session_data, token, person, standing, _hosts(roles, hosts or (), day))]


def _hosts(held: list[Held], rows: Sequence, day: date) -> tuple[Host, ...]:
    own, common = own_hosts(held, day)
    return tuple(
        Host(pk, name, domain)
        for pk, name, domain, is_common, at_library in rows
        if domain and (common if is_common else at_library or pk in own)
    )


def _taken(model: type[Model], row: Sequence) -> tuple[Any, Sequence]:
    """Return the instance of `model` that a row begins with, None where it was not found, and the rest of the row."""
    fields = [field.attname for field in model._meta.concrete_fields]
    values, rest = row[: len(fields)], row[len(fields) :]
    return (model.from_db("default", fields, values) if values[0] is not None else None), rest
