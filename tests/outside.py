"""PostgreSQL and Valkey outside Samenbeheer, as a real installation has them: to kill, to stop, to start again."""

import os
import shutil
import signal
from pathlib import Path

import psycopg2

from config.running.embedded import Embedded
from tests.running import folder_for_data


class Outside:
    """Servers on a folder of their own, that outlive whoever uses them; a context manager."""

    def __init__(self, *names: str):
        folder: Path = folder_for_data()
        self.servers = Embedded(folder / "servers")
        self.servers.wanted = set(names)
        self.folder = folder

    def __enter__(self) -> "Outside":
        assert self.servers.acquire()
        self.servers.data.chmod(0o711)
        self.servers.start()  # what is committed is on disk, as the tests kill these servers
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.servers.children:
            self.signal(name, signal.SIGCONT)
        self.servers.stop()
        self.servers.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        """The addresses of the servers."""
        return self.servers.environment

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a server: SIGSTOP lets it hang, SIGCONT go on."""
        child = self.servers.children[name]
        if child.poll() is None:
            child.send_signal(number)

    def kill(self, name: str) -> None:
        """End a server as a power cut does; PostgreSQL's own children with it."""
        child = self.servers.children[name]
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=10)

    def start_again(self, name: str) -> None:
        """Start a server that was killed, on the same data and address; returns when it answers."""
        if name == "valkey":
            self.servers._start_valkey()
        else:
            self.servers._start_postgres(fsync=True)

    def sql(self, statement: str, *params: object) -> list[tuple]:
        """Run SQL as the database's superuser, and return its rows."""
        connection = psycopg2.connect(host=str(self.servers.sockets), user="postgres", dbname="samenbeheer")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, params or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
