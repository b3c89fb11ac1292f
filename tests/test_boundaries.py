"""The arrow: tenants <- agenda <- tickets; config wires, nobody imports it."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
KNOWS = {
    "tenants": {"tenants"},
    "agenda": {"tenants", "agenda"},
    "tickets": {"tenants", "agenda", "tickets"},
}
ROOMS = {"tenants", "agenda", "tickets", "config"}


def _files(app: str, ending: str):
    return [path for path in (ROOT / app).rglob(f"*{ending}") if "__pycache__" not in path.parts]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found & ROOMS


@pytest.mark.parametrize("app", KNOWS)
def test_imports_follow_the_arrow(app):
    wrong = [(str(path), room) for path in _files(app, ".py") for room in _imports(path) - KNOWS[app]]
    assert wrong == []


@pytest.mark.parametrize("app", KNOWS)
def test_templates_follow_the_arrow(app):
    wrong = []
    for path in _files(app, ".html") + _files(app, ".txt"):
        for word in re.findall(r"{%\s*(?:include|extends)\s+[\"']([a-z_]+)/", path.read_text()):
            if word in ROOMS and word not in KNOWS[app]:
                wrong.append((str(path), word))
    assert wrong == []


# Which app a library of template tags belongs to; those of Django and its packages belong to none.
TAGS = {"ticket_tags": "tickets", "agenda_tags": "agenda"}
TAGS_OF_OTHERS = {"i18n", "humanize", "static", "l10n", "tz"}


@pytest.mark.parametrize("app", KNOWS)
def test_templates_load_tags_of_floors_below_only(app):
    wrong = []
    for path in _files(app, ".html") + _files(app, ".txt"):
        for words in re.findall(r"{%\s*load\s+([^%]+)%}", path.read_text()):
            for word in set(words.split()) - TAGS_OF_OTHERS:
                if TAGS.get(word) not in KNOWS[app]:
                    wrong.append((str(path), word))
    assert wrong == []


def test_the_words_of_a_room_are_in_its_own_library_of_tags():
    libraries = settings.TEMPLATES[0]["OPTIONS"]["libraries"]
    assert {name: module.split(".")[0] for name, module in libraries.items()} == TAGS


def test_what_every_template_may_say_is_no_word_of_an_app():
    assert settings.TEMPLATES[0]["OPTIONS"]["builtins"] == ["config.look.tags"]
    register = import_module("config.look.tags").register
    assert sorted([*register.tags, *register.filters]) == [
        "day",
        "duration",
        "icon",
        "markdown",
        "moment",
        "tag_icons",
        "with_query",
    ]


@pytest.mark.parametrize("app", KNOWS)
def test_foreign_keys_follow_the_arrow(app):
    wrong = []
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model:
                other = field.related_model._meta.app_label
                if other in ROOMS and other not in KNOWS[app]:
                    wrong.append((model.__name__, field.name, other))
    assert wrong == []


def test_no_import_inside_a_function():
    wrong = []
    for app in KNOWS:
        for path in _files(app, ".py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and node.name != "ready":
                    wrong += [str(path) for one in ast.walk(node) if isinstance(one, (ast.Import, ast.ImportFrom))]
    assert wrong == []


def test_no_app_is_in_both_lists():
    assert set(settings.SHARED_APPS) & set(settings.TENANT_APPS) == set()
    assert set(settings.INSTALLED_APPS) == set(settings.SHARED_APPS) | set(settings.TENANT_APPS)


def test_no_table_name_is_in_both_kinds_of_schema(cast):
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'bisc')")
        tables = cursor.fetchall()
    public = {name for schema, name in tables if schema == "public"}
    own = {name for schema, name in tables if schema == "bisc"}
    assert len(own) > 8
    assert public & own == {"django_migrations"}


def test_nobody_but_the_door_switches_schemas():
    banned = re.compile(
        r"\b(schema_context|tenant_context|set_tenant|set_schema|set_schema_to_public|connection\.connection)\b"
    )
    wrong = []
    for app in ROOMS:
        for path in _files(app, ".py"):
            if path != ROOT / "tenants" / "context.py" and banned.search(path.read_text()):
                wrong.append(str(path))
    assert wrong == []


def test_nobody_but_access_reads_memberships_for_rights():
    """Views may list and change memberships of people; rights come from the standing."""
    allowed = {
        "access.py",
        "actions.py",
        "guests.py",
        "models.py",
        "views.py",
        "forms.py",
        "volume.py",
        "roles.py",
        "load.py",
    }
    wrong = [
        str(path)
        for app in ROOMS
        for path in _files(app, ".py")
        if path.name not in allowed and "migrations" not in path.parts and "Membership" in path.read_text()
    ]
    assert wrong == []
