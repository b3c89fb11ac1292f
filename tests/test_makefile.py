"""`make` says in one line what is missing, also in a folder with spaces and a quote in its name."""

import os
import pwd
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

MAKE = shutil.which("make")


def _make(folder: Path, *arguments: str, path: str = "") -> tuple[int, list[str]]:
    shutil.copy(ROOT / "Makefile", folder)
    environment = {"PATH": f"{path}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(
        [MAKE, "--no-print-directory", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]
    return done.returncode, said


def _program(folder: Path, name: str, text: str) -> Path:
    found = folder / name
    found.write_text(f"#!/bin/sh\n{text}\n")
    found.chmod(0o755)
    return found


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return an empty folder whose name a shell would break, were it not quoted."""
    found = tmp_path / "Anna's map  (2)"
    found.mkdir()
    return found


@pytest.mark.skipif(MAKE is None, reason="no make on this machine")
class TestMake:
    def test_without_python(self, folder):
        code, said = _make(folder, "PYTHON=", ".setup/venv")
        assert (code, said) == (2, ["Samenbeheer needs Python 3.11 or later: install python3"])

    def test_with_an_old_python(self, folder):
        old = _program(folder, "oud", '[ "$1" = -V ] && echo "Python 3.9.2" && exit 0; exit 1')
        code, said = _make(folder, f"PYTHON={old}", ".setup/venv")
        assert (code, said) == (2, [f"Samenbeheer needs Python 3.11 or later; {old} is Python 3.9.2"])

    def test_with_a_full_disk(self, folder):
        _program(folder, "df", "echo Filesystem; echo /dev/x 100 99 1000 99% /")
        code, said = _make(folder, f"PYTHON={sys.executable}", ".setup/venv", path=str(folder))
        assert (code, said) == (2, ["Disk full: 1.5 GB is needed here"])
        assert not (folder / ".venv").exists()

    def test_without_venv(self, folder):
        real = sys.executable
        bare = _program(folder, "kaal", f'[ "$1 $2" = "-m venv" ] && exit 1; exec {shlex.quote(real)} "$@"')
        code, said = _make(folder, f"PYTHON={bare}", ".setup/venv")
        assert (code, said[-1]) == (2, "Python has no venv module: install python3-venv")

    def test_with_a_python_that_is_there(self, folder):
        real = _program(folder, "een python", f'exec {shlex.quote(sys.executable)} "$@"')
        code, said = _make(folder, f"PYTHON={real}", ".setup/venv")
        assert (code, said) == (0, ["Setting up: virtual environment"])
        assert (folder / ".setup" / "venv").exists() and (folder / ".venv" / "bin" / "pip").exists()

    @pytest.mark.parametrize("goal", ["run", "test", "check", "bench", "mutants", "sbom"])
    def test_with_an_environment_whose_python_went_away(self, folder, goal):
        (folder / ".setup").mkdir()
        (folder / ".setup" / "venv").touch()
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "python").symlink_to(folder / "weg")
        name = pwd.getpwuid(os.geteuid()).pw_name
        said = f"The Python of .venv is gone, or closed to {name}: run make clean, then this again"
        assert _make(folder, goal) == (2, [said])

    def test_clean_leaves_what_is_not_its_own(self, folder):
        for name in (".venv/bin/python", ".setup/venv", "var/lock", "node_modules/x", "een map/__pycache__/a.pyc"):
            (folder / name).parent.mkdir(parents=True)
            (folder / name).touch()
        (folder / "een map" / "a.py").touch()
        assert _make(folder, "clean") == (0, [])
        left = {str(path.relative_to(folder)) for path in folder.rglob("*")}
        assert left == {"Makefile", "een map", "een map/a.py"}
