"""Where mutants are tried: a copy of the tree per core, and servers with the cast that all runs share.

The cast is made once; a run that may have left something in its copy of that database gives the next one a fresh copy.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psycopg2
import redis

from config.running.embedded import DATABASE, Embedded
from tests.mutants.forks import SECONDS
from tests.mutants.operators import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = (".git", ".venv", "node_modules", "var", ".setup", ".hypothesis", ".mypy_cache", ".ruff_cache")


@dataclass(frozen=True)
class Outcome:
    """What the tests made of a mutant: killed, lived, or it cannot even be imported; and by which test."""

    result: str
    by: str = ""


class Workshop:
    """Servers, database and working copies in a temporary folder; one slot per core."""

    def __init__(self, slots: int):
        self.folder = Path(tempfile.mkdtemp(prefix="samenbeheer-mutants-"))
        self.folder.chmod(0o711)
        data = self.folder / "data"
        data.mkdir()
        data.chmod(0o711)
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        self.servers = Embedded(data)
        self.servers.acquire()
        self.servers.start(fsync=False)
        self.environment = {**os.environ, **self.servers.environment, "SAMENBEHEER_TEST_CAST": f"{self.folder}/cast"}
        self.copies = [self._copy(ROOT, number) for number in range(slots)]
        self.started: list[subprocess.Popen] = []
        self.forks: dict[int, TextIO] = {}
        self.used = set(range(slots))  # slots whose database may not be as the cast left it

    def close(self) -> None:
        """Stop the servers and leave nothing."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        self.servers.stop()
        self.servers.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _copy(self, tree: Path, number: int) -> Path:
        copy = self.folder / f"copy{number}"
        shutil.copytree(tree, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT, "__pycache__"))
        for name in (".venv", "node_modules"):
            (copy / name).symlink_to((tree / name).resolve())
        return copy

    def make_cast(self) -> None:
        """Make the test database with its cast, and keep both."""
        making = self._start(0, ["-n0", "--setup-only", "tests/tenants/test_outbox.py"], {})
        output, errors = making.communicate()
        if making.returncode:
            raise SystemExit(f"The cast cannot be made:\n{output}{errors}")

    def calls(self, files: list[str]) -> dict[str, dict]:
        """Run the fast tests of `files` without any mutant; return what each calls, by name of the test."""
        for worker in range(len(self.copies)):
            self._fresh_database(f"test_{DATABASE}gw{worker}")
        notes = self.folder / "map"
        notes.mkdir(exist_ok=True)
        own = {"SAMENBEHEER_MUTANTS_MAP": str(notes)}
        output, errors = self._start(0, ["-n", str(len(self.copies)), *files], own).communicate()
        found: dict[str, dict] = {}
        for part in notes.glob("*.json"):
            found |= json.loads(part.read_text())
        if not found:
            raise SystemExit(f"The tests cannot be run:\n{output}{errors}")
        return found

    def attempt(self, slot: int, mutant: Mutant, tests: list[str]) -> Outcome:
        """Try these tests on a mutant, in this order, until one notices it: alone too, not for what others left."""
        while True:
            outcome = self._attempt(slot, mutant, tests)
            if outcome.result != "killed" or outcome.by not in tests[1:]:
                return outcome
            alone = self._attempt(slot, mutant, [outcome.by])
            if alone.result == "killed":
                return alone
            print(f"     {outcome.by} fails only after other tests", flush=True)
            tests = tests[tests.index(outcome.by) + 1 :]
            if not tests:
                return alone

    def _attempt(self, slot: int, mutant: Mutant, tests: list[str]) -> Outcome:
        """Put the mutant in the copy of this slot, and run these tests, in this order, until one fails."""
        if slot in self.used:
            self._fresh_database(f"test_slot{slot}")
        redis.Redis.from_url(self._own(slot)["REDIS_URL"]).flushdb()
        channel = self._fork(slot)
        path = self.copies[slot] / mutant.file
        source = path.read_bytes()
        after = mutant.of(source)
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()
        try:
            path.write_bytes(after)
            job = {"path": str(path), "before": source.decode(), "after": after.decode(), "tests": tests}
            print(json.dumps(job), file=channel, flush=True)
            result, by, commits = json.loads(channel.readline())
            outcome = Outcome(result, by)
            (self.used.add if commits else self.used.discard)(slot)
            return self._in_a_fresh_process(slot, tests) if outcome.result == "fresh" else outcome
        finally:
            path.write_bytes(source)

    def _own(self, slot: int) -> dict[str, str]:
        """Return the environment of a slot: its own database and its own part of Valkey."""
        owner = self.environment["DATABASE_OWNER_URL"].removesuffix(DATABASE)
        broker = self.environment["REDIS_URL"].removesuffix("db=0")
        return {
            "DATABASE_OWNER_URL": f"{owner}slot{slot}",
            "REDIS_URL": f"{broker}db={slot + 5}",
            "PYTHONDONTWRITEBYTECODE": "1",  # a mutant as long as its source, in the same second, would pass for it
        }

    def _fork(self, slot: int) -> TextIO:
        """Return the way to the process of a slot that has collected all tests, started at first use."""
        if slot not in self.forks:
            ours, theirs = socket.socketpair()
            own = {**self._own(slot), "SAMENBEHEER_MUTANTS_SOCKET": str(theirs.fileno())}
            self._start(slot, ["-n0", "-p", "tests.mutants.forks"], own, subprocess.DEVNULL, [theirs.fileno()])
            theirs.close()
            self.forks[slot] = ours.makefile("rw")
            if self.forks[slot].readline() != '["ready", ""]\n':
                raise SystemExit("The tests cannot be collected: run make test")
        return self.forks[slot]

    def _in_a_fresh_process(self, slot: int, tests: list[str]) -> Outcome:
        chosen = self.folder / f"chosen{slot}"
        chosen.write_text(json.dumps(tests))
        files = sorted({name.split("::")[0] for name in tests})  # in another order pytest loses fixtures
        own = {**self._own(slot), "SAMENBEHEER_MUTANTS_CHOSEN": str(chosen)}
        process = self._start(slot, ["-n0", "-x", "--tb=no", *files], own)
        try:
            output, errors = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Outcome("killed", "it does not end")
        lines = re.findall(r"^(?:FAILED|ERROR) (tests/.+)", output, re.MULTILINE)
        failed = max((name for name in tests for line in lines if line.startswith(name)), key=len, default="")
        if process.returncode == 0:
            return Outcome("lived")
        if process.returncode == 1 and failed:
            return Outcome("killed", failed)
        return Outcome("stillborn", (output + errors).strip()[-300:])

    def _start(self, slot: int, arguments: list[str], own: dict[str, str], output=subprocess.PIPE, pass_fds=()):
        """Start pytest in the copy of a slot, and return its process."""
        process = subprocess.Popen(
            [".venv/bin/python", "-m", "pytest", "-p", "tests.mutants.plugin", "-m", "not servers", *arguments],
            cwd=self.copies[slot],
            env={**self.environment, **own},
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
            pass_fds=pass_fds,
        )
        self.started.append(process)
        return process

    def _fresh_database(self, name: str) -> None:
        """Make a database that is a copy of the one with the cast."""
        connection = psycopg2.connect(self.environment["DATABASE_OWNER_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE test_{DATABASE}")
        connection.close()
