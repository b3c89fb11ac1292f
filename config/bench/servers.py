"""A Samenbeheer of the bench's own: the demo's network, and as many tickets as asked."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.core.management.base import CommandError

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "DATABASE_URL", "REDIS_URL")


class Server:
    """One that runs until it is stopped; raises CommandError, with the end of its log, when it does not start."""

    def __init__(self, tickets: int):
        self.tickets = tickets
        self.folder = Path(tempfile.mkdtemp(prefix="samenbeheer-bench-"))
        self.folder.chmod(0o711)
        self.port = _free_port()
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "PORT": str(self.port),
            "SAMENBEHEER_DATA": str(self.folder / "data"),
            "SAMENBEHEER_MODE": "demo",
            "SAMENBEHEER_DEMO_VOLUME": "0",
            "SAMENBEHEER_API_PER_MINUTE": "1000000",
            "SAMENBEHEER_MEASURING": "1",
        }
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )
        until = time.monotonic() + 180
        while b"Ready: " not in (self.folder / "log").read_bytes():
            if self.process.poll() is not None or time.monotonic() > until:
                raise CommandError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.2)

    def fill(self) -> float:
        """Load the tickets, and return how many a second."""
        begin = time.monotonic()
        self.command("load_volume", "--organisation", "bisc", "--tickets", str(self.tickets))
        return self.tickets / (time.monotonic() - begin)

    def command(self, *arguments: str) -> str:
        """Run a management command on this server's data, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        if done.returncode:
            raise CommandError(done.stderr)
        return done.stdout.strip()

    def memory(self) -> float:
        """Return what the web processes hold together, in MiB: their PSS, what they share counted once."""
        total = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if b"gunicorn" not in (folder / "cmdline").read_bytes():
                    continue
                if f"PORT={self.port}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                    continue
                total += int(re.search(r"^Pss:\s+(\d+)", (folder / "smaps_rollup").read_text(), re.MULTILINE)[1])
            except OSError:
                continue
        return total / 1024

    def stop(self) -> None:
        """End it, and forget its data."""
        self.process.terminate()
        self.process.wait(timeout=40)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
