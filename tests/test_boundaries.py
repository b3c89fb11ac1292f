"""The arrow: tenants <- agenda <- tickets; config wires, nobody imports it."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from tests.boundaries import DOORS, FLOORS, ROOMS

ROOT = Path(__file__).resolve().parent.parent
KNOWS = {
    "tenants": {"tenants"},
    "agenda": {"tenants", "agenda"},
    "tickets": {"tenants", "agenda", "tickets"},
}
APPS = {"tenants", "agenda", "tickets", "config"}


def _files(app: str, ending: str):
    return [path for path in (ROOT / app).rglob(f"*{ending}") if "__pycache__" not in path.parts]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found & APPS


@pytest.mark.parametrize("app", KNOWS)
def test_imports_follow_the_arrow(app):
    wrong = [(str(path), room) for path in _files(app, ".py") for room in _imports(path) - KNOWS[app]]
    assert wrong == []


@pytest.mark.parametrize("app", KNOWS)
def test_templates_follow_the_arrow(app):
    wrong = []
    for path in _files(app, ".html") + _files(app, ".txt"):
        for word in re.findall(r"{%\s*(?:include|extends)\s+[\"']([a-z_]+)/", path.read_text()):
            if word in APPS and word not in KNOWS[app]:
                wrong.append((str(path), word))
    assert wrong == []


# Which app a library of template tags belongs to; those of Django and its packages belong to none.
TAGS = {"outbox_tags": "tenants", "ticket_tags": "tickets", "contract_tags": "tickets", "agenda_tags": "agenda"}
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
        "ago",
        "day",
        "duration",
        "fixed",
        "icon",
        "markdown",
        "moment",
        "printed_on",
        "rows",
        "sentences",
        "summary_of",
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
                if other in APPS and other not in KNOWS[app]:
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


# --- floors and rooms, as tests/boundaries.py has them ---


def _modules() -> dict[str, Path]:
    """Return the modules of the apps by dotted name, without migrations and empty ones."""
    found = {}
    for app in KNOWS:
        for path in _files(app, ".py"):
            if "migrations" not in path.parts and path.read_text().strip():
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _targets(tree: ast.AST) -> set[str]:
    """Return what a module imports, by dotted name down to the name itself; not what only type checkers import."""
    types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
        else:
            continue
        found |= set() if id(node) in types else names
    return found


def _imported(name: str) -> set[str]:
    """Return which modules of the apps a module imports."""
    found = set()
    for target in _targets(ast.parse(MODULES[name].read_text())):
        module = target if target in MODULES else target.rpartition(".")[0]
        if module.split(".")[0] in KNOWS:
            found.add(module)
    return found


def _room(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _places(app: str) -> dict[str, tuple[int, int]]:
    """Return for each word of FLOORS on which floor it stands, and as the how manieth of all."""
    words = [(floor, word) for floor, words in enumerate(FLOORS[app].values()) for word in words.split()]
    assert len({word for _, word in words}) == len(words)
    return {f"{app}.{word}": (floor, index) for index, (floor, word) in enumerate(words)}


def _place(name: str) -> tuple[int, int]:
    places = _places(name.split(".")[0])
    while name not in places:
        name, dot, _ = name.rpartition(".")
        assert dot, "a module that stands on no floor"
    return places[name]


@pytest.mark.parametrize("app", KNOWS)
def test_every_module_stands_on_a_floor(app):
    places = _places(app)
    own = [name for name in MODULES if name.startswith(f"{app}.")]
    assert [name for name in own if not any(f"{name}.".startswith(f"{word}.") for word in places)] == []
    assert [word for word in places if not any(f"{name}.".startswith(f"{word}.") for name in own)] == []


@pytest.mark.parametrize("app", KNOWS)
def test_a_lower_floor_never_imports_a_higher_one(app):
    wrong = []
    for name in MODULES:
        for other in _imported(name) if name.startswith(f"{app}.") else ():
            if not other.startswith(f"{app}."):
                continue
            (floor, index), (other_floor, other_index) = _place(name), _place(other)
            if other_floor > floor if _room(name) == _room(other) else other_index >= index:
                wrong.append((name, other))
    assert wrong == []


@pytest.mark.parametrize("app", KNOWS)
def test_a_room_imports_the_rooms_that_are_written_down(app):
    found: dict[str, dict[str, set[str]]] = {}
    for name in MODULES:
        for other in _imported(name):
            if "." in other and _room(other) != _room(name):
                of, room = _room(other).split(".")
                found.setdefault(_room(name), {}).setdefault(of, set()).add(room)
    written = {room: {of: set(words.split()) for of, words in others.items()} for room, others in ROOMS.items()}
    assert {room: others for room, others in found.items() if room.startswith(f"{app}.")} == {
        room: others for room, others in written.items() if room.startswith(f"{app}.")
    }
    assert {room.split(".")[0] for room in written} == set(KNOWS)


@pytest.mark.parametrize("app", KNOWS)
def test_models_py_is_a_page_of_contents(app):
    docstring, *imports, names = ast.parse((ROOT / app / "models.py").read_text()).body
    assert ast.get_docstring(ast.Module([docstring], []))
    for node in imports:
        assert isinstance(node, ast.ImportFrom)
        assert re.fullmatch(rf"{app}\.[a-z]+\.models", node.module or "")
    assert isinstance(names, ast.Assign)
    assert [target.id for target in names.targets if isinstance(target, ast.Name)] == ["__all__"]
    assert sorted(ast.literal_eval(names.value)) == sorted(alias.name for node in imports for alias in node.names)


def test_no_import_stands_below_the_code():
    late = "noqa: " + "E402"
    paths = [path for place in (*APPS, "tests") for path in _files(place, ".py")]
    assert [str(path) for path in paths if late in path.read_text()] == []


# Longer than a module may be, each with its reason; migrations apart.
LONG = {
    "config/settings.py": "settings",
}


def test_no_module_is_longer_than_350_lines():
    paths = [path for place in (*APPS, "tests") for path in _files(place, ".py") if "migrations" not in path.parts]
    long = {str(path.relative_to(ROOT)) for path in paths if len(path.read_text().splitlines()) > 350}
    assert long == set(LONG)


# --- doors ---

WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete"}
SWITCHES = re.compile(
    r"\b(schema_context|tenant_context|set_tenant|set_schema|set_schema_to_public|connection\.connection)\b"
)


def _begins_with(node: ast.AST) -> str:
    """Return the name a chain such as Event.objects.filter(...).update begins with."""
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _writes(tree: ast.AST, targets: set[str], app: str, model: str) -> bool:
    """Does a module that imports this model make, change or delete rows of it?"""
    if not any(target.startswith(f"{app}.") and target.endswith(f"models.{model}") for target in targets):
        return False
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(
        _begins_with(call) == model and (isinstance(call, ast.Name) or call.attr in WRITES)
        for call in calls
        if isinstance(call, (ast.Name, ast.Attribute))
    )


def _sets_state(tree: ast.AST) -> bool:
    """Does a module give a row that is there another state?"""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Attribute) and one.attr == "state" for one in targets):
                return True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            set_here = {keyword.arg for keyword in node.keywords}
            if "state" in set_here:
                return True
    return False


def _names(tree: ast.AST) -> set[str]:
    """Return the names in a module: of variables, attributes, arguments, imports, and in strings such as of filters."""
    found = set()
    for node in ast.walk(tree):
        for of in ("id", "attr", "arg", "name"):
            found.add(getattr(node, of, None) or "")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add(node.value)
    return found


def _passes(door: str, path: Path) -> bool:
    """Does this module do what the door is for?"""
    text = path.read_text()
    tree = ast.parse(text)
    targets = _targets(tree)
    what, _, which = door.partition(" ")
    if what == "imports":
        return any(f"{target}.".startswith(f"{which}.") for target in targets)
    if what == "writes":
        return _writes(tree, targets, *which.split("."))
    return {
        "enters a schema": lambda: bool(SWITCHES.search(text)),
        "names memberships": lambda: any("membership" in name.lower() for name in _names(tree)),
        "sets the state of a ticket": lambda: path.is_relative_to(ROOT / "tickets") and _sets_state(tree),
    }[door]()


@pytest.mark.parametrize("door", DOORS)
def test_only_the_door_is_passed(door):
    paths = [path for app in APPS for path in _files(app, ".py") if "migrations" not in path.parts]
    assert sorted(str(path.relative_to(ROOT)) for path in paths if _passes(door, path)) == DOORS[door]
