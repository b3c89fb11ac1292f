"""Those who visit: a signed-in person or a program on one connection, each client in a process of its own."""

import http.client
import multiprocessing
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core.management.base import CommandError

DOMAIN = "samenbeheer.localhost"
PASSWORD = "samenbeheer"
# A fork, so that nothing is imported again; the parent has no thread that could hold a lock.
_processes = multiprocessing.get_context("fork")


@dataclass
class Visitor:
    """Somebody on one connection to `port`, kept open, with the cookies that were given. With `token` a program."""

    port: int
    host: str
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def sign_in(self, email: str) -> "Visitor":
        """Sign in with the password of every demo account. Raises CommandError when refused."""
        page = self.request("GET", "/account/login/")[1]
        fields = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": csrf_of(page)}
        status = self.request("POST", "/account/login/", fields)[0]
        if status != 302:
            raise CommandError(f"{email} cannot sign in: {status}")
        return self

    def request(self, method: str, path: str, fields: dict[str, str] | None = None, json: str = ""):
        """Send one request; return (status, text, headers)."""
        host = f"{self.host}.{DOMAIN}" if self.host else DOMAIN
        headers = {"Host": f"{host}:{self.port}", "Cookie": "; ".join(map("=".join, self.cookies.items()))}
        body = json.encode() if json else urlencode(fields).encode() if fields is not None else None
        if body is not None:
            headers["Content-Type"] = "application/json" if json else "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{host}:{self.port}"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self._answer(method, path, body, headers)
        content = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";", 1)[0]
        return answer.status, content.decode(errors="replace"), answer.headers

    def _answer(self, method: str, path: str, body: bytes | None, headers: dict[str, str]):
        for _attempt in (1, 2):
            self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.connection.request(method, path, body, headers)
                return self.connection.getresponse()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):  # it was idle for too long
                self.connection = None
        raise CommandError(f"{path} does not answer")


def csrf_of(page: str) -> str:
    """Return the token of the forms of a page."""
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


@dataclass(frozen=True)
class Ask:
    """One kind of request: who sends it and what. What may not be sent twice has {n} in it, for a number."""

    visitor: int
    method: str
    path: str
    fields: dict[str, str] | None = None
    json: str = ""


@dataclass
class Timed:
    """What one kind of request took: ms as the client waits, queries, ms of SQL, bytes of the answer."""

    ms: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    sql_ms: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    def __iadd__(self, other: "Timed") -> "Timed":
        for name in ("ms", "queries", "sql_ms", "size"):
            getattr(self, name).extend(getattr(other, name))
        return self


class Client:
    """A process of its own that sends requests one after another, so that no client waits for another's Python."""

    def __init__(self, visitors: Sequence[Visitor]):
        self.pipe, theirs = _processes.Pipe()
        self.process = _processes.Process(target=_serve, args=[list(visitors), theirs], daemon=True)
        self.process.start()

    def start(self, asks: Sequence[Ask], times: int) -> None:
        """Begin to send `asks` by turns, `times` times each."""
        self.pipe.send((list(asks), times))

    def result(self) -> list[Timed]:
        """Wait, and return what each of them took. Raises CommandError for an answer that is an error."""
        found = self.pipe.recv()
        if isinstance(found, str):
            raise CommandError(found)
        return found

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.join()


def _serve(visitors: list[Visitor], pipe) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for visitor in visitors:
        visitor.connection = None
    while True:
        asks, times = pipe.recv()
        try:
            pipe.send(_send(visitors, asks, times))
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {error}")


def _send(visitors: list[Visitor], asks: list[Ask], times: int) -> list[Timed]:
    found = [Timed() for _ in asks]
    for turn in range(times):
        # By turns in both orders: what comes after a heavy page finds other things in the caches of the processor.
        for place in range(len(asks))[:: 1 if turn % 2 else -1]:
            ask, timed = asks[place], found[place]
            begin = time.perf_counter()
            status, content, headers = visitors[ask.visitor].request(ask.method, ask.path, ask.fields, ask.json)
            timed.ms.append((time.perf_counter() - begin) * 1000)
            if status >= 400:
                raise CommandError(f"{ask.method} {ask.path}: {status}")
            count, _, spent = headers.get("X-SQL", "0 0").partition(" ")
            timed.queries.append(int(count))
            timed.sql_ms.append(float(spent))
            timed.size.append(len(content.encode()))
    return found


def busy_scale(seconds: float = 1.0) -> float:
    """Return how much two busy processes did together over what one did alone: 2.0 on two free cores."""
    alone = sum(_busy(1, seconds))
    return sum(_busy(2, seconds)) / alone


def _busy(processes: int, seconds: float) -> list[int]:
    with _processes.Pool(processes, signal.signal, (signal.SIGTERM, signal.SIG_DFL)) as pool:
        return pool.map(_count_for, [seconds] * processes, chunksize=1)


def _count_for(seconds: float) -> int:
    until, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        count += sum(range(100))
    return count
