"""Break the code on purpose, one mutant at a time, and see whether the fast tests notice: `make mutants`.

Mutants are named ones (named.toml: what each would do to whom) and, per room, a sample of what the operators make of
the syntax tree. Each is tried against the tests that call the function it lies in, the most particular ones first; one
that lies in no function, against all. What may live, and why, is in accepted.toml. The result is docs/mutants.md.

cosmic-ray and mutmut were tried. cosmic-ray's operators leave out no statement, filter, argument or lock, and change
annotations too; mutmut runs the tests within one process, where settings and models are loaded once. Neither keeps the
servers and the cast between its runs, which is most of the time that a run takes.
"""

import argparse
import hashlib
import json
import os
import queue
import signal
import sys
import threading
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from tests.mutants.operators import Mutant, found_in, named
from tests.mutants.workshop import ROOT, Outcome, Workshop

HERE = Path(__file__).resolve().parent
SEED = "2026"
# Each room with its modules, and how many of the operators' mutants are tried there.
ROOMS: dict[str, tuple[tuple[str, ...], int]] = {
    "change": (("tickets/change.py", "tickets/followers.py", "tickets/opening.py", "tickets/events.py"), 30),
    "valid": (("tickets/valid.py",), 8),
    "verbs": (("tickets/desk/actions.py", "tickets/guests/actions.py"), 15),
    "access": (("tickets/access.py", "tenants/access.py", "tenants/actor.py", "tenants/roles.py"), 18),
    "states": (("tickets/states.py",), 5),
    "sharing": (("tickets/sharing.py", "tickets/snapshots/*.py"), 10),
    "notices": (("tickets/notices/*.py",), 10),
    "outbox": (("tenants/outbox/*.py",), 14),
    "idempotency": (("tenants/idempotency/*.py", "tickets/idempotency/*.py"), 12),
    "tokens": (("tenants/tokens/*.py",), 8),
    "closing": (("tickets/closing/*.py",), 10),
    "retention": (("tickets/retention/*.py", "tenants/files/*.py"), 12),
    "figures": (("agenda/figures/queries.py",), 12),
    "agenda": (("agenda/work/*.py", "agenda/history/*.py"), 20),
    "people": (("tenants/people/*.py", "tenants/settings/*.py", "tenants/organisations/*.py"), 22),
    "lists": (("tickets/lists/*.py", "tickets/search/*.py"), 10),
}
NO_VERBS = ("models.py", "views.py", "urls.py", "forms.py", "api.py", "tasks.py")  # the operators leave these alone


def room_of(file: str) -> str:
    """Return the room of a file; what lies in none of the list is of pages, headers and settings."""
    return next((room for room, (ways, _) in ROOMS.items() if any(fnmatch(file, way) for way in ways)), "the rest")


def wanted_by(part: str, mutant: Mutant) -> bool:
    """Whether a part of the command line asks for this mutant: the name of a room, or else words of its key."""
    return room_of(mutant.file) == part if part in (*ROOMS, "the rest") else part in mutant.key


def named_mutants() -> list[Mutant]:
    """Return the mutants of named.toml; ValueError for one whose place is not found exactly once."""
    entries = tomllib.loads((HERE / "named.toml").read_text())["mutant"]
    return [named(entry["file"], (ROOT / entry["file"]).read_bytes(), entry) for entry in entries]


def sampled_mutants() -> list[Mutant]:
    """Return, room by room, the sample of the operators' mutants: the same ones while their lines are the same."""
    chosen: list[Mutant] = []
    for room, (ways, number) in ROOMS.items():
        files = sorted({str(path.relative_to(ROOT)) for way in ways for path in ROOT.glob(way)})
        all_of_them = [
            one
            for file in files
            if room == "lists" or not file.endswith(NO_VERBS)
            for one in found_in(file, (ROOT / file).read_bytes())
        ]
        chosen += sorted(all_of_them, key=lambda one: hashlib.sha256((SEED + one.key).encode()).digest())[:number]
    return chosen


def accepted() -> dict[str, dict]:
    """Return what may live, by key."""
    found = tomllib.loads((HERE / "accepted.toml").read_text()).get("accepted", [])
    return {one["key"]: one for one in found}


def tests_for(mutant: Mutant, calls: dict[str, dict]) -> list[str]:
    """Return the tests that could notice this mutant: of each test function one case first, the quickest ones.

    What lies in a function is noticed by tests that call it, anything else by all: first those that named.toml tells,
    then those of the room (tests/tickets/test_valid.py for tickets/valid.py), then what comes near.
    """
    whole = f"{mutant.file} {mutant.scope}"
    sound = {name: set(one["calls"]) for name, one in calls.items() if not one["failed"]}
    near = {name for name, called in sound.items() if any(one.startswith(f"{mutant.file} ") for one in called)}
    callers = {name for name, called in sound.items() if whole in called} if mutant.scope else set()
    told = {name for name in sound if name.startswith(mutant.tests)} if mutant.tests else set()
    pool = callers or (near | told if mutant.scope else set(sound))
    app, *rooms = Path(mutant.file).with_suffix("").parts
    own = {name for name in sound if name.startswith(tuple(f"tests/{app}/test_{room}.py" for room in rooms))}
    cases: dict[str, int] = {}
    order: dict[str, tuple] = {}
    for name in sorted(pool, key=lambda name: calls[name]["seconds"]):
        function = name.partition("[")[0]
        cases[function] = cases.get(function, -1) + 1
        order[name] = (name not in told, name not in own, name not in near, cases[function], calls[name]["seconds"])
    return sorted(pool, key=order.__getitem__)


@dataclass
class Book:
    """What is known from run to run: outcomes by key, and what each test calls, by the file of the tests."""

    path: Path

    def __post_init__(self) -> None:
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.outcomes: dict[str, list[str]] = known.get("outcomes", {})
        self.tests: dict[str, dict] = known.get("tests", {})

    def save(self) -> None:
        """Write it down."""
        self.path.parent.mkdir(exist_ok=True)
        whole = self.path.with_suffix(".new")
        whole.write_text(json.dumps({"outcomes": self.outcomes, "tests": self.tests}))
        whole.replace(self.path)  # a run that is stopped here leaves what was known

    def calls(self, workshop: Workshop, again: bool) -> dict[str, dict]:
        """Return what each fast test calls; with `again`, only test files that changed since are run for it."""
        sums = {
            str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((ROOT / "tests").rglob("test_*.py"))
            if path.parent != HERE  # they look whether the source is as it was
        }
        changed = [file for file, digest in sums.items() if self.tests.get(file, {}).get("sum") != digest or not again]
        print(f"What do the tests call? {len(changed)} files of tests are run for it.", flush=True)
        found = workshop.calls(changed) if changed else {}
        for file in changed:
            own = {name: one for name, one in found.items() if name.startswith(f"{file}::")}
            self.tests[file] = {"sum": sums[file], "calls": own}
        self.tests = {file: one for file, one in self.tests.items() if file in sums}
        self.save()
        return {name: one for file in self.tests.values() for name, one in file["calls"].items()}


def attempt_all(
    mutants: list[Mutant], workshop: Workshop, calls: dict[str, dict], book: Book, slots: int, most: int | None
) -> None:
    """Try the mutants, one per core at a time, and note each outcome."""
    left: queue.SimpleQueue[tuple[int, Mutant]] = queue.SimpleQueue()
    for numbered in enumerate(mutants, 1):
        left.put(numbered)
    lock = threading.Lock()

    def work(slot: int) -> None:
        while True:
            try:
                number, mutant = left.get_nowait()
            except queue.Empty:
                return
            tests = tests_for(mutant, calls)[:most]
            outcome = workshop.attempt(slot, mutant, tests) if tests else Outcome("lived")
            with lock:
                book.outcomes[mutant.key] = [outcome.result, outcome.by]
                book.save()
                by = f"  [{outcome.by}]" if outcome.by else f"  ({len(tests)} tests)"
                print(f"{number:4}/{len(mutants)} {outcome.result:9} {mutant.key}{by}", flush=True)

    threads = [threading.Thread(target=work, args=(slot,), daemon=True) for slot in range(slots)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def report(mutants: list[Mutant], book: Book) -> str:
    """Return docs/mutants.md."""
    may_live = accepted()
    names = {one.key for one in named_mutants()}
    rows, totals = [], [0, 0, 0, 0]
    for room in [*ROOMS, "the rest"]:
        mine = [one for one in mutants if room_of(one.file) == room]
        mine = [one for one in mine if one.key in may_live or book.outcomes[one.key][0] != "stillborn"]
        tolerated = sum(one.key in may_live for one in mine)
        killed = sum(one.key not in may_live and book.outcomes[one.key][0] == "killed" for one in mine)
        row = [len(mine), killed, len(mine) - killed - tolerated, tolerated]
        totals = [sum(pair) for pair in zip(totals, row, strict=True)]
        rows.append(f"| {room} | {' | '.join(map(str, row))} |")
    lived = [one for one in mutants if one.key not in may_live and book.outcomes[one.key][0] == "lived"]
    share = 100 * totals[1] / max(1, totals[0])
    lines = [
        "# Mutants",
        "",
        "Made by `make mutants`: the code is broken on purpose in one place, and the fast tests have to notice.",
        f"{totals[0]} mutants, of which {sum(one.key in names for one in mutants)} are named ones"
        f" (`tests/mutants/named.toml`): **{totals[1]} killed, {share:.1f} %**.",
        "",
        "| room | tried | killed | lived | accepted |",
        "|---|---|---|---|---|",
        *rows,
        f"| **all** | {' | '.join(f'**{number}**' for number in totals)} |",
        "",
        "## Lived",
        "",
        *([f"- `{one.key}`{': ' + one.why if one.why else ''}" for one in lived] or ["None."]),
        "",
        "## Accepted",
        "",
        "They do the same as what stands there (equal), or may live for the reason given"
        " (`tests/mutants/accepted.toml`). They count as tried and not as killed.",
        "",
        *[f"- `{one.key}`: {may_live[one.key]['reason']}" for one in mutants if one.key in may_live],
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Run all, or the mutants of some rooms, and write docs/mutants.md when an outcome of each is known."""
    parser = argparse.ArgumentParser(description=__doc__, prog="make mutants")
    parser.add_argument("parts", nargs="*", help="rooms, or words of a mutant's file or line; none: all")
    parser.add_argument(
        "--again", action="store_true", help="look again at what the tests call only where they changed"
    )
    parser.add_argument(
        "--most", type=int, help="try at most so many tests on each: quick, and some live that need not"
    )
    parser.add_argument("--new", action="store_true", help="only mutants that were not killed before")
    options = parser.parse_args()
    book = Book(ROOT / "var/mutants.json")
    mutants = list({one.key: one for one in [*named_mutants(), *sampled_mutants()]}.values())
    may_live = accepted()
    wanted = [
        one
        for one in mutants
        if one.key not in may_live
        and (not options.parts or any(wanted_by(part, one) for part in options.parts))
        and not (options.new and book.outcomes.get(one.key, [""])[0] in ("killed", "stillborn"))
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # the servers are not left behind
    slots = os.cpu_count() or 2
    workshop = Workshop(slots)
    try:
        workshop.make_cast()
        attempt_all(wanted, workshop, book.calls(workshop, options.again), book, slots, options.most)
    finally:
        workshop.close()
    gone = [key for key in may_live if key not in {one.key for one in mutants}]
    print(*(f"accepted.toml: no such mutant any more: {key}" for key in gone), sep="\n")
    unknown = [one for one in mutants if one.key not in may_live and one.key not in book.outcomes]
    if unknown:
        print(f"{len(unknown)} mutants have not been tried, so docs/mutants.md is left as it was.")
        return
    text = report(mutants, book)
    (ROOT / "docs/mutants.md").write_text(text)
    print(text.splitlines()[3])


if __name__ == "__main__":
    main()
