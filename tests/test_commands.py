"""`manage.py` offers what an administrator here may use, and says what to use in place of the rest."""

import os
import subprocess
import sys

import pytest

from config.running.commands import INSTEAD, Commands
from tests.running import ROOT

OF_DJANGO_TENANTS = {
    *("all_tenants_command", "clone_tenant", "collectstatic_schemas", "create_domain", "create_missing_schemas"),
    *("create_tenant", "create_tenant_superuser", "delete_domain", "delete_tenant", "migrate", "migrate_schemas"),
    *("rename_schema", "tenant_command"),
}


def test_help_lists_ours_and_none_of_django_tenants():
    listed = Commands(["manage.py", "help", "--commands"]).main_help_text(commands_only=True).split()
    assert not OF_DJANGO_TENANTS & set(listed) and "createsuperuser" not in listed
    assert {"upgrade", "create_organisation", "invite", "health", "outbox", "run"} <= set(listed)
    words = Commands(["manage.py", "help"]).main_help_text().split()
    assert not OF_DJANGO_TENANTS & set(words) and "create_organisation" in words


@pytest.mark.parametrize("name", sorted(OF_DJANGO_TENANTS))
@pytest.mark.parametrize("ways", [["{}"], ["help", "{}"]], ids=["called", "asked about"])
def test_calling_one_says_what_to_use(capsys, name, ways):
    with pytest.raises(SystemExit, match="2"):
        Commands(["manage.py", *(way.format(name) for way in ways)]).execute()
    assert capsys.readouterr().err == f"{name} is not for use here: {INSTEAD[name]}.\n"


def test_every_command_that_is_named_in_place_of_another_is_there():
    known = set(Commands(["manage.py"]).main_help_text(commands_only=True).split())
    named = {
        words.split("use ")[1].split(",")[0].split(":")[0].split(";")[0]
        for words in INSTEAD.values()
        if "use " in words
    }
    assert named == {"create_organisation", "collectstatic", "upgrade", "invite"} and named <= known


def test_so_it_is_from_the_command_line():
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL", "REDIS_URL") if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate_schemas"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "migrate_schemas is not for use here: use upgrade.\n"
