"""The engine that draws charts, in a process of its own: it holds 80 MB, and a web process can do without.

It is started when something must be drawn and ends when nobody asked for a while, or when the process that started it
is gone. One line of JSON goes in (specification and locale), one comes out: `agenda.figures.drawing`.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from select import select

IDLE = 120.0  # seconds; keeping figures asks each minute
PATIENCE = 20.0  # seconds for one chart, the start of the engine included
ROOT = Path(__file__).resolve().parents[2]


class EngineFailed(Exception):
    """The engine gave no picture."""


class Engine:
    """A process that draws, one chart at a time; made anew when it was ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    def draw(self, spec: str, locale: str) -> str:
        """Return a Vega-Lite specification as SVG; raises EngineFailed, after which the next one starts anew."""
        with self._lock:
            if self._idle:
                self._idle.cancel()
            try:
                return self._ask(json.dumps([spec, locale]))
            except (OSError, ValueError) as error:
                self._end()
                raise EngineFailed from error
            finally:
                self._idle = threading.Timer(IDLE, self.end)
                self._idle.daemon = True
                self._idle.start()

    def _ask(self, line: str) -> str:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "agenda.figures.drawing"],
                cwd=ROOT,
                env={name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ},  # no secret
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None and told is not None
        asked.write(line.encode() + b"\n")
        asked.flush()
        if not select([told], [], [], PATIENCE)[0]:
            raise ValueError("too slow")
        return json.loads(told.readline())["svg"]

    def end(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


ENGINE = Engine()
atexit.register(ENGINE.end)
