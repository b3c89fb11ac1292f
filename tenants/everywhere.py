"""What a background task does for every organisation: enqueue one task each, and enter one of them."""

import logging
from collections.abc import Callable

from celery import current_app

from tenants.context import NoOrganisation, each_organisation, inside, organisation_by_schema

log = logging.getLogger("samenbeheer.tasks")


def enqueue_everywhere(task: str) -> None:
    """Enqueue `task` once for every organisation that takes part, its schema name as argument."""
    for organisation in each_organisation():
        current_app.send_task(task, args=[organisation.schema_name])


def run_inside(schema_name: str, work: Callable[[], object]) -> None:
    """Do `work` inside the organisation of that schema; an unknown one is logged, and nothing runs anywhere."""
    try:
        organisation = organisation_by_schema(schema_name)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing done", schema_name)
        return
    with inside(organisation):
        work()
