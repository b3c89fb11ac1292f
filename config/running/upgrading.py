"""Bringing the schemas of organisations to the code that runs: several at once, each by itself, resumable at any point.

Each migration of a schema is one transaction together with its line in that schema's `django_migrations`; whoever is
killed leaves a schema between two migrations, and the next upgrade goes on there. A schema is held by an advisory lock
while it is migrated, so that two upgrades never meet in one.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from config.running.processes import die_with_parent
from tenants import context
from tenants.models import Organisation

ONE_UPGRADE = 7_302_001  # the lock of a whole upgrade, and the first half of those of its schemas


@dataclass(frozen=True)
class Step:
    """A migration, and its operations with what the models are before and after each; none for a shared app."""

    migration: Migration
    operations: list[tuple[Operation, ProjectState, ProjectState]]


_known: dict[frozenset, list[Step]] = {}  # what is left to do after some migrations: the same in many schemas


@dataclass
class Outcome:
    """What came of one schema: how many migrations it got, or why it stopped."""

    schema: str
    migrations: int = 0
    error: str = ""


@dataclass
class Progress:
    """Says how far it is, at most once a second and at the end."""

    total: int
    say: Callable[[str], None]
    begin: float = field(default_factory=time.monotonic)
    done: int = 0
    said: float = 0

    def add(self, schema: str) -> None:
        """Count one schema."""
        self.done += 1
        now = time.monotonic()
        if now - self.said >= 1 or self.done == self.total:
            self.said = now
            rate = self.done / max(now - self.begin, 0.001)
            left = (self.total - self.done) / rate
            self.say(f"{self.done} of {self.total} schemas, {rate:.0f} a second, {left:.0f} s to go; last: {schema}")


@contextmanager
def one_upgrade(say: Callable[[str], None]) -> Iterator[None]:
    """Let two upgrades at once wait for one another.

    The lock has a connection of its own, as migrating closes ours, and ends with the process that holds it.
    """
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_UPGRADE])
            if not cursor.fetchone()[0]:
                say("Another upgrade is at work; waiting for it.")
                cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_UPGRADE])
        yield
    finally:
        own.close()


def migrate_schemas(schemas: list[str], *, processes: int, say: Callable[[str], None]) -> list[Outcome]:
    """Migrate these schemas, `processes` at once, and return those that failed; the others are done all the same."""
    progress, failed = Progress(len(schemas), say), []
    forked = multiprocessing.get_context("fork")  # what was imported is there; a connection each makes for itself
    with ProcessPoolExecutor(processes, mp_context=forked, initializer=_begin, initargs=[os.getpid()]) as pool:
        works = {pool.submit(migrate_schema, schema): schema for schema in schemas}
        for work in as_completed(works):
            try:
                outcome = work.result()
            except BrokenProcessPool:
                outcome = Outcome(works[work], error="its process was ended")
            progress.add(outcome.schema)
            if outcome.error:
                failed.append(outcome)
                say(f"{outcome.schema} stopped: {outcome.error}")
    return failed


def _begin(parent: int) -> None:
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    del connections[DEFAULT_DB_ALIAS]  # the parent's; psycopg2 closes it only in the process that made it


def migrate_schema(schema: str) -> Outcome:
    """Migrate one schema, and return what came of it; an error stays its own."""
    try:
        context.enter_public()
        organisation = Organisation.objects.get(schema_name=schema)
        with context.inside(organisation):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [ONE_UPGRADE, schema])
            try:
                return Outcome(schema, bring_up_to_date())
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [ONE_UPGRADE, schema])
    except Exception as error:  # of a migration: the others go on
        connection.close()
        return Outcome(schema, error=f"{type(error).__name__}: {error}".strip().splitlines()[0])


def bring_up_to_date() -> int:
    """Apply to the schema entered what it lacks, and return how many migrations that were.

    Those of the shared apps leave nothing here but their line.
    """
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    steps = _steps(frozenset(recorder.applied_migrations()))
    for step in steps:
        # The line in the same transaction as the tables: Django writes it a moment later, and a kill between the two
        # leaves tables that no upgrade goes on from.
        with transaction.atomic() if step.migration.atomic else nullcontext():
            if step.operations:
                with connection.schema_editor(atomic=step.migration.atomic) as editor:
                    for operation, before, after in step.operations:
                        operation.database_forwards(step.migration.app_label, editor, before, after)
            recorder.migration_qs.create(app=step.migration.app_label, name=step.migration.name)
    return len(steps)


def _steps(applied: frozenset) -> list[Step]:
    """Return what a schema lacks that has `applied`, worked out once a process: it is most of the time of migrating."""
    if applied not in _known:
        executor = MigrationExecutor(connection)
        state = executor._create_project_state(with_applied_migrations=True)
        own = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
        steps = []
        for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            operations = []
            for operation in migration.operations:
                before = state.clone()
                operation.state_forwards(migration.app_label, state)
                after = state.clone()
                if migration.app_label in own:
                    before.apps, after.apps  # noqa: B018  drawn once, for all schemas
                    operations.append((operation, before, after))
            steps.append(Step(migration, operations))
        _known[applied] = steps
    return _known[applied]
