"""Measure speed on servers and data of its own: each page beside the signed-in empty page and its SQL alone."""

import http.client
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from django.core.management.base import BaseCommand, CommandError

ROOT = Path(__file__).resolve().parents[3]
DOMAIN = "samenbeheer.localhost"
PAGES = ("empty", "list", "ticket", "search", "create_page", "create_api", "agenda", "steering")
RARE_WORD = "magneetstrip"
WARM_UP, REQUESTS, PER_CLIENT = 5, 60, 30
TARGETS = {"list": 3.0, "ticket": 3.0, "search": 4.0}
REASONS = """
## Why a target may be missed

- Search: at 20,000 tickets a word in one ticket of a hundred fills a page of 50 rows, at 1,000 it finds 10; the forty
  rows more, not the search itself, make up most of the difference.
- Steering: history counts every ticket of eight quarters on each request, so that it is always right; keeping closed
  quarters would take that away.
"""
FORM = {"type": "incident", "subject": "Meting", "body": "Meting.", "category": "6.1", "urgency": "low", "impact": ""}


class Server:
    """A Samenbeheer of its own, with the demo's network and as many tickets as asked."""

    def __init__(self, tickets: int):
        self.folder = Path(tempfile.mkdtemp(prefix="samenbeheer-bench-"))
        self.folder.chmod(0o711)
        self.port = _free_port()
        keep = ("PATH", "HOME", "LANG", "TMPDIR", "DATABASE_URL", "REDIS_URL")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ} | {
            "PORT": str(self.port),
            "SAMENBEHEER_DATA": str(self.folder / "data"),
            "SAMENBEHEER_MODE": "demo",
            "SAMENBEHEER_DEMO_VOLUME": "0",
            "SAMENBEHEER_API_PER_MINUTE": "1000000",
            "SAMENBEHEER_SQL_HEADER": "1",
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
        self.command("load_volume", "--organisation", "bisc", "--tickets", str(tickets))

    def command(self, *arguments: str) -> str:
        """Run a management command on this server's data, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode:
            raise CommandError(done.stderr)
        return done.stdout.strip()

    def memory(self) -> float:
        """Return the resident memory of the largest web process, in MiB."""
        largest = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if b"gunicorn" not in (folder / "cmdline").read_bytes():
                    continue
                if f"PORT={self.port}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                    continue
                status = (folder / "status").read_text()
            except OSError:
                continue
            largest = max(largest, int(re.search(r"VmRSS:\s+(\d+)", status)[1]))
        return largest / 1024

    def stop(self) -> None:
        """End it, and forget its data."""
        self.process.terminate()
        self.process.wait(timeout=40)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Visitor:
    """One signed-in person on one connection."""

    def __init__(self, server: Server, email: str, host: str, token: str = ""):
        self.server, self.token = server, token
        self.host = f"{host}.{DOMAIN}" if host else DOMAIN
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        if not token:
            page = self.request("GET", "/account/login/")[1]
            fields = {"login": email, "password": "samenbeheer", "csrfmiddlewaretoken": _csrf(page)}
            status = self.request("POST", "/account/login/", _encoded(fields))[0]
            if status != 302:
                raise CommandError(f"{email} cannot sign in: {status}")

    def request(self, method: str, path: str, body: bytes | None = None, json_body: bool = False):
        """Send one request; return (status, body, headers)."""
        headers = {"Host": f"{self.host}:{self.server.port}", "Cookie": "; ".join(map("=".join, self.cookies.items()))}
        if body is not None:
            headers["Content-Type"] = "application/json" if json_body else "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://{self.host}:{self.server.port}"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):  # it was idle for too long
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        content = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";", 1)[0]
        return answer.status, content.decode(errors="replace"), answer.headers


def _free_port() -> int:
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    return port


def _csrf(page: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


def _encoded(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()


class Command(BaseCommand):
    help = "Measure pages on own servers; BENCH_SIZES=1000,20000 and BENCH_PAGES=list,ticket choose what."
    requires_system_checks = []

    def handle(self, *args, **options):
        sizes = [int(one) for one in os.environ.get("BENCH_SIZES", "1000,20000").split(",")]
        pages = [one for one in os.environ.get("BENCH_PAGES", ",".join(PAGES)).split(",") if one]
        unknown = set(pages) - set(PAGES)
        if unknown:
            raise CommandError(f"BENCH_PAGES knows {', '.join(PAGES)}; not {', '.join(sorted(unknown))}")
        rows = []
        for size in sizes:
            self.stdout.write(f"{size} tickets")
            server = Server(size)
            try:
                rows += self._measure(server, size, pages)
            finally:
                server.stop()
        (ROOT / "var").mkdir(exist_ok=True)
        (ROOT / "var" / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
        if set(pages) == set(PAGES):
            (ROOT / "docs" / "benchmarks.md").write_text(_report(rows, sizes))

    def _measure(self, server: Server, size: int, pages: list[str]) -> list[dict]:
        token = server.command("create_token", "desk@bisc.example", "--organisation", "bisc")
        makers = _pages(server, token)
        rows = []
        for page in pages:
            for clients in (1, 4):
                empty, *_ = _timed(makers["empty"][1], makers["empty"][0](clients), clients)
                visitors = makers[page][0](clients)
                times, seconds, (queries, sql, size_bytes) = _timed(makers[page][1], visitors, clients)
                row = {
                    "page": page,
                    "tickets": size,
                    "clients": clients,
                    "p50_ms": round(median(times), 2),
                    "p95_ms": round(sorted(times)[int(len(times) * 0.95)], 2),
                    "rps": round(len(times) / seconds, 1),
                    "queries": queries,
                    "bytes": size_bytes,
                    "empty_p50_ms": round(median(empty), 2),
                    "sql_p50_ms": round(sql, 2),
                    "rss_mib": round(server.memory(), 1),
                }
                rows.append(row)
                ratio = row["p50_ms"] / row["empty_p50_ms"]
                self.stdout.write(
                    f"  {page:<12} {clients} client{'s' if clients > 1 else ' '}  p50 {row['p50_ms']:7.2f} ms"
                    f"  p95 {row['p95_ms']:7.2f}  {row['rps']:6.1f}/s  {queries:>2} queries"
                    f"  sql {row['sql_p50_ms']:6.2f} ms  {size_bytes:>6} bytes  {ratio:4.1f} x empty"
                )
        return rows


def _pages(server: Server, token: str) -> dict[str, tuple[Callable, Callable]]:
    """Return for each page how to make a visitor, and the request it does."""

    desks = [Visitor(server, "desk@bisc.example", "bisc") for _ in range(4)]
    members = [Visitor(server, "stuurgroep@bisc.example", "") for _ in range(4)]
    programs = [Visitor(server, "", "bisc", token=token) for _ in range(4)]

    def desk(count: int) -> list[Visitor]:
        return desks[:count]

    def member(count: int) -> list[Visitor]:
        return members[:count]

    def program(count: int) -> list[Visitor]:
        return programs[:count]

    numbers = re.findall(r"/tickets/(BISC-\d+)/", desks[0].request("GET", "/tickets/?view=all")[1])
    number = numbers[len(numbers) // 2]

    def create_page(visitor: Visitor):
        csrf = visitor.cookies.get("bench_csrf") or _csrf(visitor.request("GET", "/tickets/new/")[1])
        visitor.cookies["bench_csrf"] = csrf
        return visitor.request(
            "POST", "/tickets/new/", _encoded({**FORM, "library": "eemland", "csrfmiddlewaretoken": csrf})
        )

    data = {name: value for name, value in FORM.items() if value}
    body = json.dumps({**data, "library": "eemland"}).encode()
    return {
        "empty": (desk, lambda visitor: visitor.request("GET", "/empty/")),
        "list": (desk, lambda visitor: visitor.request("GET", "/tickets/?view=all")),
        "ticket": (desk, lambda visitor: visitor.request("GET", f"/tickets/{number}/")),
        "search": (desk, lambda visitor: visitor.request("GET", f"/tickets/?q={RARE_WORD}")),
        "create_page": (desk, create_page),
        "create_api": (program, lambda visitor: visitor.request("POST", "/api/v1/tickets", body, json_body=True)),
        "agenda": (member, lambda visitor: visitor.request("GET", "/agenda/")),
        "steering": (member, lambda visitor: visitor.request("GET", "/steering/")),
    }


def _timed(work: Callable, visitors: list[Visitor], clients: int):
    """Return times in ms, how long all took, and (queries, ms of SQL, bytes) of one request in the middle."""
    for visitor in visitors:
        for _ in range(WARM_UP):
            status = work(visitor)[0]
            if status >= 400:
                raise CommandError(f"the bench got {status}")
    times: list[float] = []
    details: list[tuple[int, float, int]] = []

    def run(visitor: Visitor) -> None:
        for _ in range(REQUESTS if clients == 1 else PER_CLIENT):
            begin = time.perf_counter()
            _status, content, headers = work(visitor)
            times.append((time.perf_counter() - begin) * 1000)
            count, _, ms = headers.get("X-SQL", "0 0").partition(" ")
            details.append((int(count), float(ms), len(content.encode())))

    begin = time.perf_counter()
    threads = [threading.Thread(target=run, args=[visitor]) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    counts, sql, sizes = zip(*details, strict=True)
    return times, seconds, (max(counts), median(sql), int(median(sizes)))


def _report(rows: list[dict], sizes: list[int]) -> str:
    """Return docs/benchmarks.md."""
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {platform.machine()}, {os.cpu_count()} cores,"
        f" Python {platform.python_version()}, all servers and the clients on the one machine.",
        "",
        "Machines differ and are noisy, so the ratios count: `x empty` is the p50 of a page over the p50 of the"
        " signed-in empty page (same middleware and base template) measured just before it, `SQL` the time in the"
        " database alone.",
        "",
        "| page | tickets | clients | p50 ms | p95 ms | req/s | queries | bytes | SQL p50 ms | x empty | RSS MiB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        ratio = row["p50_ms"] / row["empty_p50_ms"]
        lines.append(
            f"| {row['page']} | {row['tickets']} | {row['clients']} | {row['p50_ms']} | {row['p95_ms']} | {row['rps']}"
            f" | {row['queries']} | {row['bytes']} | {row['sql_p50_ms']} | {ratio:.1f} | {row['rss_mib']} |"
        )
    lines += ["", "## Against the targets", ""]
    alone = {(row["page"], row["tickets"]): row for row in rows if row["clients"] == 1}
    for page, most in TARGETS.items():
        for size in sizes:
            row = alone[page, size]
            ratio = row["p50_ms"] / row["empty_p50_ms"]
            lines.append(
                f"- {page} at {size}: {ratio:.1f} x the empty page (at most {most:.0f}):"
                f" {'reached' if ratio <= most else 'missed'}; {row['queries']} queries (at most 12):"
                f" {'reached' if row['queries'] <= 12 else 'missed'}."
            )
    for page in PAGES:
        first, last = alone[page, sizes[0]], alone[page, sizes[-1]]
        growth = (last["p50_ms"] / last["empty_p50_ms"]) / (first["p50_ms"] / first["empty_p50_ms"])
        verdict = "reached" if growth <= 1.3 else "missed"
        lines.append(
            f"- {page} at {sizes[-1]} against {sizes[0]}, both over their empty page: {growth:.2f} x (at most 1.3):"
            f" {verdict}."
        )
    listed = max(row["bytes"] for row in rows if row["page"] == "list")
    lines.append(f"- list: {listed} bytes (under 60,000): {'reached' if listed < 60000 else 'missed'}.")
    return "\n".join(lines) + "\n" + REASONS
