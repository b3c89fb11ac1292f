"""The only door to django-tenants: nobody else switches schemas.

Every switch sends its `SET search_path` at once and in autocommit, so that a later rollback cannot undo it unnoticed
(TENANT_LIMIT_SET_CALLS is on). A change of organisation inside a transaction is refused.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import InterfaceError, NotSupportedError, OperationalError, connection
from django.db.transaction import TransactionManagementError

from tenants.models import COMMON_SCHEMA, Organisation

_door: Any = connection  # with the attributes that django-tenants adds
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # what each connection to PostgreSQL has ready


class NoOrganisation(LookupError):
    """There is no ready organisation with that schema."""


def current_organisation() -> Organisation:
    """Return the organisation whose schema is entered.

    Raises NoOrganisation outside any organisation (the public schema entered by its name alone).
    """
    tenant = _door.tenant
    if not isinstance(tenant, Organisation):
        raise NoOrganisation(_door.schema_name)
    return tenant


def current_schema() -> str:
    """Return the name of the schema entered; `public` outside any organisation."""
    return _door.schema_name


def entering(schema_name: str) -> str:
    """Return SQL that sets the search_path of the schema that the SQL `schema_name` gives: for the door."""
    others = ", ".join([COMMON_SCHEMA, *settings.PG_EXTRA_SEARCH_PATHS])
    own = f"CASE {schema_name} WHEN '{COMMON_SCHEMA}' THEN '' ELSE quote_ident({schema_name}) || ', ' END"
    return f"set_config('search_path', {own} || '{others}', false)"


def prepare(cursor: Any, statement: str) -> None:
    """Execute a PREPARE where the connection has not had it yet: it lasts as long as the connection does."""
    had = _prepared.setdefault(_door.connection, set())
    if statement not in had:
        cursor.execute(statement)
        had.add(statement)


def enter_by(ask: Callable[[], Organisation | None]) -> Organisation | None:
    """Enter, for good, the organisation that `ask` returns, whose search_path its own statement has set; for the door.

    None, or an error: the public schema. A connection that died, or whose prepared question a migration made void
    (NotSupportedError), is made anew and asked once more, in place of asking each beforehand whether it lives.
    Raises TransactionManagementError inside a transaction.
    """
    _refuse_inside_transaction("")
    _door.health_check_done = True
    try:
        try:
            organisation = ask()
        except (OperationalError, InterfaceError, NotSupportedError):
            if connection.in_atomic_block:
                raise
            connection.close()
            organisation = ask()
    except BaseException:
        _door.set_schema_to_public()
        raise
    if organisation is None:
        enter_public()
        return None
    _door.set_tenant(organisation)
    _door.search_path_set_schemas = _door._get_cursor_search_paths()
    return organisation


def _refuse_inside_transaction(schema_name: str) -> None:
    if schema_name == _door.schema_name or not connection.in_atomic_block:
        return
    if not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise TransactionManagementError(f"cannot go from {_door.schema_name} to {schema_name} inside a transaction")


def _send_search_path() -> None:
    with connection.cursor():
        pass  # opening a cursor sends the SET


def enter(organisation: Organisation) -> None:
    """Enter `organisation` for good; for the middleware alone, others use `inside`."""
    _refuse_inside_transaction(organisation.schema_name)
    _door.set_tenant(organisation)
    _send_search_path()


def enter_public() -> None:
    """Enter the public schema, without an organisation."""
    _refuse_inside_transaction(COMMON_SCHEMA)
    _door.set_schema_to_public()
    _send_search_path()


@contextmanager
def inside(organisation: Organisation | None) -> Iterator[None]:
    """Enter `organisation` (None: the public schema) for the block and go back afterwards.

    Evaluate querysets inside the block: a lazy one would run in whatever schema comes after.
    Raises TransactionManagementError when it would change organisation inside a transaction.
    """
    before = _door.tenant
    if organisation is None:
        enter_public()
    else:
        enter(organisation)
    try:
        yield
    finally:
        _door.set_tenant(before)
        if not connection.needs_rollback:
            _send_search_path()


def organisation_by_schema(schema_name: str) -> Organisation:
    """Return the ready, current organisation with this schema; raises NoOrganisation for any other."""
    with inside(None):
        organisation = Organisation.objects.taking_part().filter(schema_name=schema_name).first()
    if organisation is None:
        raise NoOrganisation(schema_name)
    return organisation


def common_organisation() -> Organisation:
    """Return the row that stands for the common host; raises NoOrganisation on an empty database."""
    with inside(None):
        organisation = Organisation.objects.filter(schema_name=COMMON_SCHEMA).first()
    if organisation is None:
        raise NoOrganisation(COMMON_SCHEMA)
    return organisation


def each_organisation() -> list[Organisation]:
    """Return all organisations that take part, by name; the common host is not one of them."""
    with inside(None):
        return list(Organisation.objects.taking_part())
