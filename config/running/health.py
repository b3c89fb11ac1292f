"""`/healthz`: are the servers, the migrations and who works in the background right? `/readyz`: can this one serve?"""

import time

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from kombu import Connection

from config.running import security_txt
from tenants import context
from tenants.models import COMMON_SCHEMA
from tenants.outbox.queries import counts
from tenants.signs.queries import silent

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


def database_problems() -> tuple[list[str], list[str]]:
    """Return what is wrong with the database, in fixed words, and which schemas lag. Enters the public schema."""
    try:
        context.enter_public()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        now = time.monotonic()
        if now - float(_checked["at"]) > MIGRATIONS_CHECKED_EVERY or _checked["behind"]:
            _checked.update(behind=schemas_behind(), at=now)
    except Exception:
        connection.close()
        return ["database"], []
    behind = list(_checked["behind"])
    return ["migrations"] if behind else [], behind


def ready() -> bool:
    """Can this process serve: does the database answer, and does it have the common tables this code needs?

    One organisation that lags takes the others nothing away: that is for `problems` to say.
    """
    wrong, behind = database_problems()
    return "database" not in wrong and COMMON_SCHEMA not in behind


def problems() -> list[str]:
    """Return what is wrong, in words from a fixed list; nothing when all is well. Enters the public schema."""
    found, _behind = database_problems()
    away = servers_away()
    if "database" not in found and "broker" not in away:
        away += _silent()
    return found + away


def servers_away() -> list[str]:
    """Return `cache` and `broker` where they do not answer."""
    if not caches["default"].answers():
        return ["cache", "broker"]  # REDIS_URL names both
    return [] if _broker_answers() else ["broker"]


def _broker_answers() -> bool:
    soon = {"socket_timeout": 1, "socket_connect_timeout": 1}
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=1, transport_options=soon) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
            return True
    except Exception:
        return False


def _silent() -> list[str]:
    try:
        return silent(timezone.now())
    except DatabaseError:  # its table is still to come, which `migrations` says
        connection.close()
        return []


def outbox() -> dict[str, int]:
    """Return how much was given up and how much is late, for whoever watches; nothing when the database cannot say.

    Numbers only, as anybody may ask. They never make the answer 503: a mail server that is down is no fault of ours.
    """
    try:
        return counts(timezone.now())
    except DatabaseError:
        connection.close()
        return {}


def _for_monitors() -> JsonResponse:
    wrong = problems()
    found = {
        "status": "ok" if not wrong else "wrong",
        "wrong": wrong,
        "soon": ["security.txt"] if security_txt.warning(timezone.localdate()) else [],
        "outbox": {} if "database" in wrong else outbox(),
    }
    return JsonResponse(found, status=503 if wrong else 200)


def _for_balancers() -> JsonResponse:
    well = ready()
    return JsonResponse({"status": "ready" if well else "not ready"}, status=200 if well else 503)


ANSWERS = {"/healthz": _for_monitors, "/readyz": _for_balancers}


class HealthMiddleware:
    """Answers `/healthz`, `/readyz` and security.txt on any host, before it is looked up and before any redirect.

    The first is for who watches: everything, in words from a fixed list that tell a stranger nothing of the inside.
    The second is for who shares out requests: only what keeps this process from serving.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == security_txt.PATH:
            return security_txt.answer(request) or self.get_response(request)
        answer = ANSWERS.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = answer()
        response["Cache-Control"] = "no-store"
        return response
