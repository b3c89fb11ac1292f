"""A whole Samenbeheer in its own processes, for the tests that need one."""

import atexit
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
KEEP = ("PATH", "HOME", "LANG", "TMPDIR", "CI")
QUICK = {"SAMENBEHEER_SWEEP_SECONDS": "2", "SAMENBEHEER_CLOSE_SECONDS": "2", "SAMENBEHEER_NIGHT_SECONDS": "3"}
QUICK["SAMENBEHEER_API_PER_MINUTE"] = "100000"


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def folder_for_data() -> Path:
    """Return a new folder that every user may enter, as servers do that root starts; gone after the tests."""
    folder = Path(tempfile.mkdtemp(prefix="samenbeheer-run-"))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def python_for(user: str, folder: Path) -> tuple[str, dict[str, str]]:
    """Return a Python that `user` may start, with the environment it needs: ours, or else a copy of it in `folder`.

    A Python in root's own home, where pyenv puts it, can be started by nobody else.
    """
    if _starts(sys.executable, {}, user):
        return sys.executable, {}
    version = sysconfig.get_config_var("py_version_short")
    home = folder / "python"
    (home / "bin").mkdir(parents=True)
    python = shutil.copy2(Path(sys.executable).resolve(), home / "bin" / f"python{version}")
    unneeded = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "__pycache__", "config-*")
    shutil.copytree(sysconfig.get_path("stdlib"), home / "lib" / f"python{version}", ignore=unneeded)
    if sysconfig.get_config_var("Py_ENABLE_SHARED"):
        library = Path(sysconfig.get_config_var("LIBDIR")) / sysconfig.get_config_var("INSTSONAME")
        shutil.copy2(library, home / "lib")
    needs = {"PYTHONPATH": sysconfig.get_path("purelib"), "LD_LIBRARY_PATH": str(home / "lib")}
    if not _starts(python, needs, user):
        raise RuntimeError(f"{user} may not read {ROOT}")
    return str(python), needs


def _starts(python: str | Path, needs: dict[str, str], user: str) -> bool:
    try:
        done = subprocess.run(
            [python, "-c", "import django, manage"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **needs},
            stderr=subprocess.DEVNULL,
            **_as(user),
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _as(user: str | None) -> dict:
    """Return the arguments with which a child runs as that user."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


class Running:
    """One supervisor on a data directory and a port, with a small demo."""

    def __init__(self, data: Path, port: int | None = None, volume: str = "0.05", **environment: str):
        self.data = data
        self.port = port or free_port()
        self.log = data.parent / f"{data.name[:40]}.log"
        self.environment = {
            **{name: os.environ[name] for name in KEEP if name in os.environ},
            **QUICK,
            "PORT": str(self.port),
            "SAMENBEHEER_DATA": str(data),
            "SAMENBEHEER_MODE": "demo",
            "SAMENBEHEER_DEMO_VOLUME": volume,
            **environment,
        }
        self.process: subprocess.Popen | None = None
        self.user: str | None = None  # who runs it, when root lets somebody else do so
        self.python = sys.executable

    def run_as(self, user: str) -> None:
        """Let an ordinary user run it; only root may ask that. Raises RuntimeError when that user cannot read us."""
        folder = self.data.parent
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        self.user = user
        self.python, needs = python_for(user, folder)
        self.environment |= {"HOME": str(folder), **needs}

    def begin(self) -> int:
        """Start, without waiting for anything; return from where on the log is of this start."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            mark = output.tell()
            self.process = subprocess.Popen(
                [self.python, "manage.py", "run"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                **_as(self.user),
            )
        return mark

    def start(self) -> float:
        """Start, wait for the line Ready, and return how many seconds it took."""
        begin = time.monotonic()
        mark = self.begin()
        while time.monotonic() < begin + 240:
            text = self.log.read_bytes()[mark:].decode(errors="replace")
            if "\nReady: " in text or text.startswith("Ready: "):
                return time.monotonic() - begin
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode}:\n{text}")
            time.sleep(0.05)
        raise RuntimeError(f"not ready:\n{self.log.read_text()[-3000:]}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=40)

    def pids(self) -> dict[int, str]:
        """Return all processes of this data directory, with their command lines."""
        found = {}
        mark = f"SAMENBEHEER_DATA={self.data}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if line and folder.name != str(os.getpid()):
                        found[int(folder.name)] = line
            except OSError:
                continue
        return found

    def pid_of(self, *words: str) -> int:
        """Return the oldest process whose command line holds all words; by its start, as numbers begin anew."""
        found = (pid for pid, line in self.pids().items() if all(word in line for word in words))
        return min(found, key=lambda pid: (_started(pid), pid))

    def command(self, *arguments: str, ends: int = 0) -> str:
        """Run a management command with the same data directory, which ends so, and return what it printed."""
        done = subprocess.run(
            [self.python, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            **_as(self.user),
        )
        assert done.returncode == ends, done.stderr + done.stdout
        return done.stdout.strip()

    def call(self, host: str, method: str, path: str, token: str = "", data=None, timeout: float = 20):
        """Send a request to this machine for `host` (slug, or empty for the common host); return (status, body)."""
        name = f"{host}.samenbeheer.localhost" if host else "samenbeheer.localhost"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if data is None else json.dumps(data).encode(),
            headers={
                "Host": f"{name}:{self.port}",
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {token}"} if token else {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def sql(self, statement: str, *params):
        """Run SQL as the database's superuser, and return its rows."""
        sockets = json.loads((self.data / "running.json").read_text())["sockets"]
        connection = psycopg2.connect(host=sockets, user="postgres", dbname="samenbeheer")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, params or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def _started(pid: int) -> int:
    """Return when a process began, in ticks since the machine did."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def wait_for(question, seconds: float = 20):
    """Ask until the answer is true, and return it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} seconds")
