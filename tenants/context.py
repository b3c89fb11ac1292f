"""The only door to django-tenants: nobody else switches schemas.

Every switch sends its `SET search_path` at once and in autocommit, so that a later rollback cannot undo it unnoticed
(TENANT_LIMIT_SET_CALLS is on). A change of organisation inside a transaction is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.transaction import TransactionManagementError

from tenants.models import COMMON_SCHEMA, Organisation

_door: Any = connection  # with the attributes that django-tenants adds


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
