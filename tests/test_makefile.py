"""`make` says in one line what is missing."""

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


@pytest.mark.skipif(MAKE is None, reason="no make on this machine")
class TestMake:
    def test_without_python(self, tmp_path):
        code, said = _make(tmp_path, "PYTHON=", ".setup/venv")
        assert (code, said) == (2, ["Samenbeheer needs Python 3.11 or later: install python3"])

    def test_with_an_old_python(self, tmp_path):
        old = _program(tmp_path, "oud", '[ "$1" = -V ] && echo "Python 3.9.2" && exit 0; exit 1')
        code, said = _make(tmp_path, f"PYTHON={old}", ".setup/venv")
        assert (code, said) == (2, [f"Samenbeheer needs Python 3.11 or later; {old} is Python 3.9.2"])

    def test_with_a_full_disk(self, tmp_path):
        _program(tmp_path, "df", "echo Filesystem; echo /dev/x 100 99 1000 99% /")
        code, said = _make(tmp_path, f"PYTHON={sys.executable}", ".setup/venv", path=str(tmp_path))
        assert (code, said) == (2, ["Disk full: 1.5 GB is needed here"])
        assert not (tmp_path / ".venv").exists()

    def test_without_venv(self, tmp_path):
        real = sys.executable
        bare = _program(tmp_path, "kaal", f'[ "$1 $2" = "-m venv" ] && exit 1; exec {real} "$@"')
        code, said = _make(tmp_path, f"PYTHON={bare}", ".setup/venv")
        assert (code, said[-1]) == (2, "Python has no venv module: install python3-venv")
