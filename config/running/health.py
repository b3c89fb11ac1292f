"""`/healthz`: are the database, the broker and all migrations right, and does the outbox get done?"""

import time

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu import Connection

from tenants import context
from tenants.outbox.queries import counts

MIGRATIONS_CHECKED_EVERY = 30
_checked: dict[str, object] = {"at": 0.0, "behind": []}


def schemas_behind() -> list[str]:
    """Return the names of schemas that lack a migration of the code now running, in one query for all."""
    loader = MigrationLoader(None)
    shared, own = _apps()
    wanted = {True: set(), False: set()}
    for app, name in loader.disk_migrations:
        wanted[True].update({(app, name)} if app in shared else ())
        wanted[False].update({(app, name)} if app in own else ())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'django_migrations' AND c.relkind = 'r'"
        )
        present = {row[0] for row in cursor.fetchall()}
        if "public" not in present:
            return ["public"]
        cursor.execute("SELECT to_regclass('public.tenants_organisation') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return ["public"]
        cursor.execute("SELECT schema_name FROM public.tenants_organisation WHERE ready AND schema_name <> 'public'")
        schemas = ["public"] + [row[0] for row in cursor.fetchall()]
        behind = [name for name in schemas if name not in present]
        found = [name for name in schemas if name in present]
        quoted = " UNION ALL ".join(
            "SELECT {lit}, app, name FROM {schema}.django_migrations".format(
                lit="'" + name.replace("'", "''") + "'", schema=connection.ops.quote_name(name)
            )
            for name in found
        )
        cursor.execute(quoted)
        applied: dict[str, set] = {name: set() for name in found}
        for schema, app, name in cursor.fetchall():
            applied[schema].add((app, name))
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    for name in found:
        if wanted[name == "public"] - applied[name] - replaced:
            behind.append(name)
    return sorted(behind)


def _apps() -> tuple[set[str], set[str]]:
    labels: dict[bool, set[str]] = {True: set(), False: set()}
    for app in apps.get_app_configs():
        path = f"{type(app).__module__}.{type(app).__qualname__}"
        labels[app.name not in settings.TENANT_APPS and path not in settings.TENANT_APPS].add(app.label)
    return labels[True], labels[False]


def problems() -> list[str]:
    """Return in short words what is wrong; nothing when all is well. Enters the public schema."""
    found = []
    try:
        context.enter_public()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        now = time.monotonic()
        if now - float(_checked["at"]) > MIGRATIONS_CHECKED_EVERY or _checked["behind"]:
            _checked.update(behind=schemas_behind(), at=now)
        found += [f"migrations: {name}" for name in _checked["behind"]]
    except Exception:
        connection.close()
        found.append("database")
    if not caches["default"].answers():
        found += ["cache", "broker"]  # REDIS_URL names both
    elif not _broker_answers():
        found.append("broker")
    return found


def _broker_answers() -> bool:
    soon = {"socket_timeout": 1, "socket_connect_timeout": 1}
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=1, transport_options=soon) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
            return True
    except Exception:
        return False


def outbox() -> dict[str, int]:
    """Return how much was given up and how much is late, for whoever watches; nothing when the database cannot say.

    Numbers only, as anybody may ask. They never make the answer 503: a mail server that is down is no reason to take
    the web server away or to start it again.
    """
    try:
        return counts(timezone.now())
    except DatabaseError:
        connection.close()
        return {}


class HealthMiddleware:
    """Answers `/healthz` on any host, before the organisation is looked up and before any redirect to HTTPS."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != "/healthz":
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        wrong = problems()
        response = JsonResponse(
            {
                "status": "ok" if not wrong else "wrong",
                "wrong": wrong,
                "outbox": {} if "database" in wrong else outbox(),
            },
            status=503 if wrong else 200,
        )
        response["Cache-Control"] = "no-store"
        return response
