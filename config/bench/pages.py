"""What is measured: who asks which page, and what it may cost."""

import json
import re
from dataclasses import dataclass

from config.bench.visitors import Ask, Visitor, csrf_of
from config.demo.texts import BROAD_WORD, RARE_WORD


@dataclass(frozen=True)
class Target:
    """At most so many times the bare page, in at most so many queries."""

    bare: float
    queries: int


# None: measured and reported, and held to its growth alone.
TARGETS: dict[str, Target | None] = {
    "empty": Target(0.7, 2),
    "list": Target(1.5, 5),
    "list_100": None,
    "ticket": Target(1.75, 6),
    "ticket_200": Target(4, 6),
    "search": Target(2.5, 7),
    "search_broad": None,
    "agenda": Target(1.75, 6),
    "steering": Target(2.5, 10),
    "create_page": Target(1.75, 8),
    "create_api": Target(2.0, 8),
}
IN_WORDS = {
    "empty": "empty, signed in",
    "list": "list, 50 rows",
    "list_100": "list, page 100",
    "ticket": "ticket, 6 messages",
    "ticket_200": "ticket, 200 messages",
    "search": "search, 200 hits",
    "search_broad": "search, a broad word",
    "agenda": "agenda",
    "steering": "steering",
    "create_page": "create by page",
    "create_api": "create by API",
}
FORM = {"type": "incident", "subject": "Meting", "body": "Meting.", "category": "6.1", "urgency": "low"}


def visitors_of(port: int, token: str) -> list[Visitor]:
    """Return who visits one server: somebody of the desk, a member of the steering group, a program."""
    return [
        Visitor(port, "bisc").sign_in("desk@bisc.example"),
        Visitor(port, "").sign_in("stuurgroep@bisc.example"),
        Visitor(port, "bisc", token=token),
    ]


def asks_of(visitors: list[Visitor], first: int) -> dict[str, Ask]:
    """Return the requests by name; `first` is the place of these visitors among all that a client has."""
    desk, member, program = range(first, first + 3)
    new = json.dumps({**FORM, "library": "eemland"})
    csrf = csrf_of(visitors[0].request("GET", "/tickets/new/")[1])
    form = {**FORM, "impact": "", "library": "eemland", "csrfmiddlewaretoken": csrf}
    return {
        "bare": Ask(desk, "GET", "/bare/"),
        "empty": Ask(desk, "GET", "/empty/"),
        "list": Ask(desk, "GET", "/tickets/?view=all"),
        "list_100": Ask(desk, "GET", "/tickets/?view=all&state=closed&sort=newest&page=100"),
        "ticket": Ask(desk, "GET", f"/tickets/{_ticket(visitors[2], 6)}/"),
        "ticket_200": Ask(desk, "GET", f"/tickets/{_ticket(visitors[2], 200)}/"),
        "search": Ask(desk, "GET", f"/tickets/?q={RARE_WORD}"),
        "search_broad": Ask(desk, "GET", f"/tickets/?q={BROAD_WORD}"),
        "agenda": Ask(member, "GET", "/agenda/"),
        "steering": Ask(member, "GET", "/steering/"),
        "create_page": Ask(desk, "POST", "/tickets/new/", fields=form),
        "create_api": Ask(program, "POST", "/api/v1/tickets", json=new),
    }


def _ticket(program: Visitor, messages: int) -> str:
    """File a ticket with so many messages, and return its number."""
    answer = program.request("POST", "/api/v1/tickets", json=json.dumps({**FORM, "library": "eemland"}))[1]
    number = re.search(r'"number": ?"([^"]+)"', answer)[1]
    for turn in range(messages - 1):
        text = json.dumps({"body": f"We kijken mee en laten het vandaag weten, voor de {turn + 1}e keer."})
        program.request("POST", f"/api/v1/tickets/{number}/messages", json=text)
    return number
