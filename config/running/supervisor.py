"""Runs Samenbeheer as one: servers, migrations, demo, web, worker and beat. When one stops, all stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from hashlib import sha256
from pathlib import Path

from config.running.embedded import Embedded
from config.running.folder import CannotStart, data_directory
from config.running.processes import child_setup

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
GRACE_SECONDS = 10
# The demo may run as root in a throw-away machine; a real installation has a user of its own (docs/operate.md).
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"


class Supervisor:
    """Owns the children of one data directory and one port."""

    def __init__(self, port: int, say=print):
        self.port = port
        self.say = say
        self.embedded = Embedded(data_directory())
        self.children: dict[str, subprocess.Popen] = {}
        self.stopping = False
        self.skipped = False

    def run(self) -> int:
        """Start everything, wait until it is told to stop or a child ends; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop_asked)
        try:
            self._start()
            return self._watch()
        except CannotStart as error:
            self.say(f"Samenbeheer: {error}")
            return 1
        finally:
            self._stop_all()

    def _stop_asked(self, number: int, _frame: object) -> None:
        self.stopping = True

    def _start(self) -> None:
        until = time.monotonic() + 30
        while not self.embedded.acquire():
            if time.monotonic() > until or self.stopping:
                pid = self.embedded.read_state().get("pid")
                raise CannotStart(f"{self.embedded.data} is in use by process {pid}; stop that one first")
            time.sleep(0.1)
        self._refuse_taken_port()
        if self.embedded.wanted:
            self.say("Starting " + " and ".join(sorted(self.embedded.wanted)))
            self.embedded.start()
        self.environment = {**os.environ, **self.embedded.environment, "PORT": str(self.port)}
        self.environment.setdefault("SAMENBEHEER_MODE", "demo")
        self.environment["PYTHONUNBUFFERED"] = "1"
        self._prepare()
        if self.stopping:
            return
        python = sys.executable
        self._child(
            "web",
            [python, "-m", "gunicorn", "--config", str(ROOT / "config" / "running" / "gunicorn.py"), "config.wsgi"],
        )
        for name, queue, processes in (("worker", "samenbeheer", "2"), ("mail", "mail", "1")):
            celery = [python, "-W", ROOT_WARNING, "-m", "celery", "-q", "-A", "config.celery", "worker"]
            own = ["-n", f"{name}@%h", "-Q", queue, "--concurrency", processes]
            self._child(name, [*celery, *own, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"])
        self._child(
            "beat",
            [python, "-m", "celery", "-q", "-A", "config.celery", "beat", "--loglevel", "WARNING", "--pidfile="],
        )
        self._await_ready()

    def _refuse_taken_port(self) -> None:
        """Say so when the port is taken. After a crash, wait a moment for what was killed to let go of it."""
        crashed = bool(self.embedded.read_state())
        until = time.monotonic() + (10 if crashed else 0)
        while True:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self.port))
                    return
                except OSError as error:
                    if time.monotonic() > until or self.stopping:
                        text = f"port {self.port} is taken ({error.strerror}); choose another: PORT=8010 make run"
                        raise CannotStart(text) from error
            time.sleep(0.1)

    def _prepare(self) -> None:
        """Migrate and load the demo, as the owner of the tables, in a child that can be stopped.

        Own data that this very code prepared before is left as it is, which makes a second start quick; when the web
        server then says that something is wrong, it is prepared after all.
        """
        command = [sys.executable, str(ROOT / "manage.py"), "upgrade"]
        if os.environ.get("SAMENBEHEER_DEMO", "1") != "0" and self.environment["SAMENBEHEER_MODE"] == "demo":
            command.append("--demo")
        made_by = _made_by(command)
        self.skipped = self.embedded.prepared_by == made_by
        if self.skipped:
            return
        self.embedded.prepared_by = ""
        child = self._child("upgrade", command)
        while child.poll() is None and not self.stopping:
            time.sleep(0.05)
        if self.stopping:
            return
        del self.children["upgrade"]
        if child.returncode != 0:
            raise CannotStart("the database could not be prepared; see above")
        self.embedded.prepared_by = made_by

    def _child(self, name: str, command: list[str]) -> subprocess.Popen:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            preexec_fn=child_setup(death_signal=signal.SIGKILL),
        )
        self.children[name] = child
        return child

    def _await_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not self.stopping:
            ended = self._ended()
            if ended:
                raise CannotStart(f"{ended} stopped while starting")
            ready, lags = self._asked()
            if ready and not (lags and self.skipped):
                self._announce()
                return
            if lags and self.skipped:  # an older dump was put back, a schema was made beside us
                self.embedded.prepared_by = ""
                self._prepare()
                until = time.monotonic() + READY_SECONDS
            if time.monotonic() > until:
                raise CannotStart(f"the web server does not answer after {READY_SECONDS} seconds")
            time.sleep(0.05)

    def _asked(self) -> tuple[bool, bool]:
        """Return whether the web server can serve, and whether it answers that the database lags."""
        address = f"http://127.0.0.1:{self.port}"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                pass
            if not self.skipped:
                return True, False
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                return True, "migrations" in json.load(answer)["wrong"]
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return False, False
            wrong = json.load(error).get("wrong")  # of /healthz alone
            return wrong is not None, wrong is None or "migrations" in wrong
        except (OSError, ValueError):
            return False, False

    def _announce(self) -> None:
        domain = os.environ.get("SAMENBEHEER_DOMAIN", "samenbeheer.localhost")
        if self.environment["SAMENBEHEER_MODE"] == "demo":
            self.say("")
            for slug, accounts in {
                "bisc.": "desk@bisc.example, lead@bisc.example, balie@eemland.example, keyuser@eemland.example",
                "cubiss.": "desk@cubiss.example",
                "probiblio.": "desk@probiblio.example",
                "rijnbrink.": "desk@rijnbrink.example",
                "": "stuurgroep@bisc.example, kwartiermaker@samenbeheer.example",
            }.items():
                self.say(f"  http://{slug + domain + ':' + str(self.port):<38} {accounts}")
            self.say("  Password of every demo account: samenbeheer")
        self.say(f"Ready: http://{domain}:{self.port}")

    def _ended(self) -> str | None:
        everyone = {**self.embedded.children, **self.children}
        return next((name for name, child in everyone.items() if child.poll() is not None), None)

    def _watch(self) -> int:
        while not self.stopping:
            ended = self._ended()
            if ended:
                self.say(f"{ended} stopped, so everything stops")
                return 1
            time.sleep(0.2)
        self.say("Stopping")
        return 0

    def _stop_all(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + GRACE_SECONDS
        for child in self.children.values():
            try:
                child.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        self.embedded.stop()
        self.embedded.release()


def _made_by(command: list[str]) -> str:
    """Return a name for what prepares the database: the migrations, the packages and the way it is asked."""
    parts = [sys.version, os.environ.get("SAMENBEHEER_DOMAIN", ""), *command[2:]]
    code = [ROOT / "config" / "management" / "commands" / "upgrade.py", *ROOT.glob("*/migrations/*.py")]
    for path in sorted([*code, *ROOT.glob("requirements/*.txt")]):
        parts += [path.name, path.read_text()]
    return sha256("\0".join(parts).encode()).hexdigest()
