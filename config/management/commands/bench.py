"""Measure speed on servers and data of its own: each page by turns with a bare one, at two sizes."""

import json
import os
import signal
import sys
import time
from statistics import median

from django.core.management.base import BaseCommand, CommandError

from config.bench.pages import TARGETS, asks_of, visitors_of
from config.bench.report import REQUESTS, report
from config.bench.servers import ROOT, Server
from config.bench.visitors import Ask, Client, Timed, busy_scale

WARM_UP, ALONE, TOGETHER = 5, 40, 25
OFTEN = ("empty", "list", "ticket", "search", "agenda")  # what people open all day


class Command(BaseCommand):
    help = "Measure pages on own servers; BENCH_SIZES=20000,200000 and BENCH_PAGES=list,ticket choose what."
    requires_system_checks = []

    def handle(self, *args, **options):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # the servers are not left behind
        begin = time.monotonic()
        sizes = [int(one) for one in os.environ.get("BENCH_SIZES", "20000,200000").split(",")]
        pages = [one for one in os.environ.get("BENCH_PAGES", ",".join(TARGETS)).split(",") if one]
        unknown = set(pages) - set(TARGETS)
        if unknown:
            raise CommandError(f"BENCH_PAGES knows {', '.join(TARGETS)}; not {', '.join(sorted(unknown))}")
        servers: list[Server] = []
        clients: list[Client] = []
        try:
            loaded = {}
            for size in sizes:
                servers.append(Server(size))
                loaded[size] = servers[-1].fill()
                self.stdout.write(f"{size} tickets loaded, {loaded[size]:.0f} a second")
            visitors, asks = [], {}
            for server in servers:
                token = server.command("create_token", "desk@bisc.example", "--organisation", "bisc")
                own = visitors_of(server.port, token)
                asks[server.tickets] = asks_of(own, len(visitors))
                visitors += own
            clients += [Client(visitors) for _ in range(4)]
            rows = [row for page in pages for row in self._measure(page, asks, clients)]
            memory = self._memory(servers[0], asks[sizes[0]], clients) if set(pages) == set(TARGETS) else 0
        finally:
            for client in clients:
                client.stop()
            for server in servers:
                server.stop()
        (ROOT / "var").mkdir(exist_ok=True)
        (ROOT / "var" / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
        if set(pages) == set(TARGETS):
            text = report(rows, memory=memory, loaded=loaded, seconds=time.monotonic() - begin)
            (ROOT / "docs" / "benchmarks.md").write_text(text)

    def _measure(self, page: str, asks: dict[int, dict[str, Ask]], clients: list[Client]) -> list[dict]:
        """Return the rows of one page: at all sizes by turns for one client, then size by size for four."""
        turns = [one[name] for one in asks.values() for name in ("bare", "empty", page)]
        _together(clients[:1], turns, WARM_UP)
        alone, _seconds = _together(clients[:1], turns, ALONE)
        rows = []
        for place, (size, own) in enumerate(asks.items()):
            bare, empty, timed = alone[3 * place : 3 * place + 3]
            rows.append(_row(page, size, 1, timed, bare, empty, 1000 * len(timed.ms) / sum(timed.ms)))
            scale = busy_scale(0.5)
            _together(clients, [own[page]], 2)
            (many,), seconds = _together(clients, [own[page]], TOGETHER)
            (bare,), _ = _together(clients, [own["bare"]], TOGETHER // 2)
            (empty,), _ = _together(clients, [own["empty"]], TOGETHER // 2)
            rows.append(
                _row(page, size, 4, many, bare, empty, len(many.ms) / seconds) | {"busy_scale": round(scale, 2)}
            )
        for row in rows:
            ratio = row["p50_ms"] / row["bare_p50_ms"]
            self.stdout.write(
                f"  {page:<12} {row['tickets']:>7} {row['clients']} client{'s' if row['clients'] > 1 else ' '}"
                f"  p50 {row['p50_ms']:7.2f} ms  p95 {row['p95_ms']:7.2f}  {row['rps']:6.1f}/s"
                f"  {row['queries']:>2} queries  sql {row['sql_p50_ms']:6.2f} ms  {row['bytes']:>6} bytes"
                f"  {ratio:5.2f} x bare"
            )
        return rows

    def _memory(self, server: Server, asks: dict[str, Ask], clients: list[Client]) -> float:
        """Return what the web processes hold after so many requests, of what is opened often."""
        _together(clients, [asks["steering"]], 10)
        reads = [asks[name] for name in OFTEN]
        _together(clients, reads, REQUESTS // len(clients) // len(reads))
        found = server.memory()
        self.stdout.write(f"  memory: {found:.0f} MiB after {REQUESTS} requests")
        return found


def _together(clients: list[Client], asks: list[Ask], times: int) -> tuple[list[Timed], float]:
    """Let all clients send `asks` at once; return what each kind took, and how many seconds all took."""
    begin = time.perf_counter()
    for client in clients:
        client.start(asks, times)
    found = [Timed() for _ in asks]
    for client in clients:
        for timed, one in zip(found, client.result(), strict=True):
            timed += one
    return found, time.perf_counter() - begin


def _row(page: str, size: int, clients: int, timed: Timed, bare: Timed, empty: Timed, rate: float) -> dict:
    return {
        "page": page,
        "tickets": size,
        "clients": clients,
        "p50_ms": round(median(timed.ms), 2),
        "p95_ms": round(sorted(timed.ms)[int(len(timed.ms) * 0.95)], 2),
        "rps": round(rate, 1),
        "queries": max(timed.queries),
        "bytes": int(median(timed.size)),
        "bare_p50_ms": round(median(bare.ms), 2),
        "empty_p50_ms": round(median(empty.ms), 2),
        "sql_p50_ms": round(median(timed.sql_ms), 2),
    }
