"""Tickets in volume: believable moments, words and outcomes, written by COPY. For the demo and the bench.

The same seed gives the same tickets for the same people, libraries and moment.
"""

import io
import json
import random
from bisect import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from agenda.categories.queries import leaves
from agenda.figures.models import TicketSnapshot
from tenants.access import staff_of
from tenants.context import current_organisation
from tenants.models import Library, LibraryMembership
from tickets.models import Counter, Event, Message, Ticket
from tickets.sharing import clock_minutes
from tickets.states import Impact, State, Type, Urgency, priority_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
RARE_WORD = "magneetstrip"  # in one ticket of a hundred, for the bench
OPEN_AT_LEAST = 60  # so that a list of open tickets has a full page, however few were asked
LONG_RUNNING = 0.35  # the share that waits for a supplier, a release or a decision

# Weight of each month: quiet in summer, busy in September and January.
MONTHS = [14, 11, 11, 9, 9, 9, 5, 6, 14, 12, 12, 9]
HOURS = [(8, 6), (9, 14), (10, 15), (11, 13), (12, 7), (13, 10), (14, 12), (15, 10), (16, 8), (17, 3), (19, 1), (20, 1)]
TYPES = [
    (Type.INCIDENT, 48),
    (Type.SERVICE_REQUEST, 26),
    (Type.QUESTION, 14),
    (Type.CHANGE, 7),
    (Type.WISH, 3),
    (Type.COMPLAINT, 2),
]
URGENCIES = [(Urgency.LOW, 35), (Urgency.MEDIUM, 50), (Urgency.HIGH, 15)]
IMPACTS = [(Impact.LOW, 62), (Impact.MEDIUM, 30), (Impact.HIGH, 8)]
BUSY_CATEGORIES = {"6.1": 9, "5.2": 7, "1.2": 6, "9.1": 7, "7.1": 5, "2.2": 4, "1.5": 4, "6.5": 4, "8.2": 3, "3.3": 3}

OPENINGS = {
    Type.INCIDENT: [
        "werkt niet meer",
        "geeft een foutmelding",
        "blijft hangen",
        "is traag",
        "toont verkeerde gegevens",
    ],
    Type.SERVICE_REQUEST: ["graag inrichten", "graag aanpassen", "toegang aanvragen", "lijst opvragen"],
    Type.QUESTION: ["hoe werkt dit?", "waar stel ik dit in?", "wat is de bedoeling?"],
    Type.CHANGE: ["wijziging per volgende maand", "instelling aanpassen voor alle vestigingen"],
    Type.WISH: ["zou handiger kunnen", "uitbreiding gewenst"],
    Type.COMPLAINT: ["duurt te lang", "voor de derde keer mis"],
}
PLACES = ["aan de balie", "op de jeugdafdeling", "bij de zelfservice", "in het magazijn", "op de website", "in de app"]
WHEN = ["sinds vanochtend", "sinds gisteren", "sinds de update", "elke maandag", "af en toe", "na het weekend"]
BODIES = [
    "We merken dit {when} {place}. Klanten moeten nu wachten en wij doen het met de hand.",
    "Het gaat om {place}, {when}. Een herstart hielp niet. Collega's van een andere vestiging zien hetzelfde.",
    "Graag hulp hierbij. Het speelt {when}, vooral {place}. Er is geen haast, maar het hindert wel.",
    "Bij drie klanten gezien, {when}. Klantnummers geven we telefonisch door.",
]
ANSWERS = [
    "Dank voor de melding. We kijken mee en laten het vandaag weten.",
    "We zien hetzelfde in de logboeken. De instelling is aangepast; wilt u het nog eens proberen?",
    "Dit hoort bij de laatste wijziging van de leverancier. We hebben het teruggezet.",
    "Dat kan. We hebben het eerst op de testomgeving gezet, zodat u het kunt nakijken.",
]
ENDINGS = ["Het werkt weer, dank!", "Gelukt.", "Ziet er goed uit.", "Dank voor de snelle hulp.", "Nu klopt het."]
WAITING = [State.OPEN, State.OPEN, State.WAITING_REPORTER, State.WAITING_SUPPLIER, State.PLANNED, State.WAITING_PARTNER]


def _chooser(rng: random.Random, weighted: list[tuple[object, int]]) -> Callable[[], object]:
    values = [value for value, _weight in weighted]
    totals = list(accumulate(weight for _value, weight in weighted))
    return lambda: values[bisect(totals, rng.random() * totals[-1])]


@dataclass
class _Rows:
    tickets: list[tuple] = field(default_factory=list)
    places: list[tuple] = field(default_factory=list)
    messages: list[tuple] = field(default_factory=list)
    events: list[tuple] = field(default_factory=list)
    snapshots: list[tuple] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    library: Library
    locations: list[int]
    reporters: list[int]


class Builder:
    """Makes `count` tickets of the organisation entered, over the two years before `until`."""

    def __init__(
        self,
        *,
        count: int,
        until: datetime,
        seed: int = 1,
        messages: int = 3,
        years: float = 2.0,
        open_at_least: int = OPEN_AT_LEAST,
    ):
        self.rng = random.Random(f"{current_organisation().slug} {seed}")
        self.count, self.until, self.messages = count, until, messages
        self.organisation = current_organisation()
        self.staff = [person.pk for person in staff_of(self.organisation)]
        self.places = self._places()
        if not self.staff or not self.places:
            raise ValueError("an organisation needs staff, libraries and people at them before it can have tickets")
        categories = list(leaves())
        self.category = _chooser(self.rng, [(one, BUSY_CATEGORIES.get(one.code, 2)) for one in categories])
        self.place = _chooser(self.rng, [(place, 1 + len(place.locations)) for place in self.places])
        self.type = _chooser(self.rng, TYPES)
        self.urgency = _chooser(self.rng, URGENCIES)
        self.impact = _chooser(self.rng, IMPACTS)
        self.hour = _chooser(self.rng, HOURS)
        self.moments = self._moments(years)
        recent = bisect(self.moments, until - timedelta(days=150))
        recent = range(max(0, min(recent, count - 2 * open_at_least)), count)
        self.stuck = set(self.rng.sample(recent, min(open_at_least, len(recent))))

    def _places(self) -> list[_Place]:
        reporters: dict[int, list[int]] = {}
        rows = LibraryMembership.objects.current().filter(library__organisation=self.organisation)
        for library_id, person_id in rows.order_by("pk").values_list("library_id", "person_id"):
            reporters.setdefault(library_id, []).append(person_id)
        libraries = Library.objects.current().filter(organisation=self.organisation).order_by("pk")
        found = []
        for library in libraries.prefetch_related("locations"):
            if library.pk in reporters:
                pks = sorted(location.pk for location in library.locations.all())
                found.append(_Place(library, pks, sorted(set(reporters[library.pk]))))
        return found

    def _moments(self, years: float) -> list[datetime]:
        """Return sorted moments of filing: weekdays, by season and hour, in local time."""
        begin = self.until.astimezone(AMSTERDAM).date() - timedelta(days=round(365 * years))
        days, weights = [], []
        for offset in range(round(365 * years) + 1):
            day = begin + timedelta(days=offset)
            days.append(day)
            weights.append(MONTHS[day.month - 1] * (10 if day.weekday() < 5 else 1))
        picked = self.rng.choices(days, weights, k=self.count)
        found = []
        for day in picked:
            local = datetime(day.year, day.month, day.day, self.hour(), self.rng.randrange(60), tzinfo=AMSTERDAM)
            found.append(min(local.astimezone(UTC), self.until - timedelta(minutes=self.rng.randrange(5, 600))))
        return sorted(found)

    def _later(self, moment: datetime, hours: float) -> datetime:
        """Return a moment in office hours about `hours` working hours after `moment`."""
        local = moment.astimezone(AMSTERDAM) + timedelta(hours=hours * (24 / 8))
        while local.weekday() >= 5:
            local += timedelta(days=1)
        if not 8 <= local.hour < 18:
            local = local.replace(hour=8 + local.minute % 9)
        return max(local.astimezone(UTC), moment + timedelta(minutes=3))

    def build(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Write everything in one transaction; `progress` hears how many tickets were made."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Ticket._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
            first_number = self._take_numbers(cursor)
            self._ids = {model: self._next_id(cursor, model) for model in (Ticket, Message, Event)}
            cursor.execute("SET LOCAL gin_pending_list_limit = '4MB'")  # sort words in by the many
            for start in range(0, self.count, 5000):
                rows, end = _Rows(), min(start + 5000, self.count)
                for index in range(start, end):
                    self._add(rows, index, f"{self.organisation.prefix}-{first_number + index}")
                self._write(cursor, rows)
                progress(end)
            for model, following in self._ids.items():
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [following])
        with connection.cursor() as cursor:
            for index in ("ticket_search", "message_search"):
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
            for model in (Ticket, Message, Event, TicketSnapshot):
                cursor.execute(f"ANALYZE {model._meta.db_table}")

    def _take_numbers(self, cursor) -> int:
        table = Counter._meta.db_table
        cursor.execute(
            f"INSERT INTO {table} (id, last) VALUES (1, %s)"
            f" ON CONFLICT (id) DO UPDATE SET last = {table}.last + EXCLUDED.last RETURNING last",
            [self.count],
        )
        return cursor.fetchone()[0] - self.count + 1

    @staticmethod
    def _next_id(cursor, model) -> int:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {model._meta.db_table}")
        return cursor.fetchone()[0]

    def _id(self, model) -> int:
        found = self._ids[model]
        self._ids[model] = found + 1
        return found

    def _add(self, rows: _Rows, index: int, number: str) -> None:
        rng, at = self.rng, self.moments[index]
        place, category, kind = self.place(), self.category(), self.type()
        urgency, impact = self.urgency(), self.impact()
        reporter, assignee = rng.choice(place.reporters), rng.choice(self.staff)
        answered = self._later(at, rng.lognormvariate(0.1, 1.0))
        is_long = rng.random() < LONG_RUNNING
        resolved = self._later(answered, 8 * rng.lognormvariate(3.5, 0.8) if is_long else rng.lognormvariate(1.7, 1.2))
        closed = resolved + timedelta(days=7)
        is_answered = answered <= self.until
        is_resolved = resolved <= self.until and index not in self.stuck
        is_closed = is_resolved and closed <= self.until
        if is_resolved:
            state = State.CLOSED if is_closed else State.RESOLVED
        else:
            state = rng.choice(WAITING) if is_answered else State.NEW
        reopened = 1 if is_closed and rng.random() < 0.04 else 0
        pk, subject = self._id(Ticket), self._subject(index, kind, category.name_nl)
        version = 1 + is_answered + is_resolved + is_closed
        changed = closed if is_closed else resolved if is_resolved else answered if is_answered else at
        ticket = (
            *(pk, number, kind, subject, state, category.pk, place.library.pk, place.library.platform_id),
            *(urgency, impact, priority_of(urgency, impact), reporter, assignee if is_answered else None),
            *(at, answered if is_answered else None, resolved if is_resolved else None),
            *(closed if is_closed else None, changed, changed, reopened, version, version),
        )
        rows.tickets.append(ticket)
        hit = sorted(rng.sample(place.locations, min(len(place.locations), rng.choice([0, 1, 1, 1, 2, 4]))))
        rows.places += [(pk, location) for location in hit]
        first = self._say(rows, pk, reporter, False, self._body(index), at)
        self._happen(rows, pk, "created", reporter, at, 1, message=first)
        if is_answered:
            moments = self._moments_between(answered, resolved if is_resolved else min(self.until, answered))
            for turn, moment in enumerate(moments):
                by_staff = turn % 2 == 0
                text = rng.choice(ANSWERS if by_staff else ENDINGS)
                internal = by_staff and turn and rng.random() < 0.3
                person = assignee if by_staff else reporter
                said = self._say(rows, pk, person, by_staff, text, moment, "internal" if internal else "public")
                kind_of = "noted" if internal else "answered"
                changes = {"state": ["new", "open"]} if turn == 0 else {}
                self._happen(rows, pk, kind_of, person, moment, 2, message=said, changes=changes)
        if is_resolved:
            self._happen(rows, pk, "state_changed", assignee, resolved, 3, changes={"state": ["open", "resolved"]})
        elif is_answered and state != State.OPEN:
            self._happen(rows, pk, "state_changed", assignee, answered, 2, changes={"state": ["open", state]})
        if is_closed:
            self._happen(rows, pk, "state_changed", None, closed, 4, changes={"state": ["resolved", "closed"]})
        rows.snapshots.append(
            (
                *(self.organisation.pk, number, kind, category.pk, ticket[10], state, place.library.pk),
                *("{" + ",".join(map(str, hit)) + "}", place.library.platform_id),
                *(ticket[13], ticket[14], ticket[15], ticket[16], reopened),
                *(clock_minutes(at, ticket[14]), clock_minutes(at, ticket[15]), "", version),
            )
        )

    def _moments_between(self, first: datetime, last: datetime) -> list[datetime]:
        count = max(1, self.messages - 1)
        step = (last - first) / count
        return [first + step * turn for turn in range(count)]

    def _subject(self, index: int, kind: Type, about: str) -> str:
        words = f"{about}: {self.rng.choice(OPENINGS[kind])} {self.rng.choice(PLACES)}"
        return f"{words} ({RARE_WORD})" if index % 100 == 37 else words

    def _body(self, index: int) -> str:
        text = self.rng.choice(BODIES).format(when=self.rng.choice(WHEN), place=self.rng.choice(PLACES))
        return f"{text} Het gaat om de {RARE_WORD}." if index % 100 == 37 else text

    def _say(self, rows: _Rows, ticket: int, author: int, by_staff: bool, body: str, at: datetime, who="public") -> int:
        pk = self._id(Message)
        speaker, key = "staff" if by_staff else "library", f"{self.rng.getrandbits(96):024x}"
        rows.messages.append((pk, ticket, key, author, speaker, "", who, body, "page", "", at))
        return pk

    def _happen(self, rows: _Rows, ticket: int, kind: str, actor, at, version, message=None, changes=None) -> None:
        payload = json.dumps({"changes": changes} if changes else {})
        system, channel = ("", "page") if actor else ("auto_close", "system")
        told = None if kind == "noted" else version
        row = (self._id(Event), ticket, kind, 1, payload, actor, system, channel, message, version, told, at)
        rows.events.append(row)

    def _write(self, cursor, rows: _Rows) -> None:
        tables = [
            (
                Ticket._meta.db_table,
                "id, number, type, subject, state, category_id, library_id, platform_id, urgency, impact, priority,"
                " reporter_id, assignee_id, opened_at, first_answer_at, resolved_at, closed_at, changed_at, told_at,"
                " reopened, version, told_version",
                rows.tickets,
            ),
            (Ticket.locations.through._meta.db_table, "ticket_id, location_id", rows.places),
            (
                Message._meta.db_table,
                "id, ticket_id, key, author_id, speaker, speaker_name, visibility, body, channel, once, created_at",
                rows.messages,
            ),
            (
                Event._meta.db_table,
                "id, ticket_id, kind, schema, payload, actor_id, system_actor, channel, message_id, ticket_version,"
                " told_version, created_at",
                rows.events,
            ),
            (
                TicketSnapshot._meta.db_table,
                "organisation_id, number, type, category_id, priority, state, library_id, location_ids, platform_id,"
                " opened_at, first_answer_at, resolved_at, closed_at, reopened, minutes_to_first_answer,"
                " minutes_to_resolution, sla_outcome, version",
                rows.snapshots,
            ),
        ]
        for table, columns, values in tables:
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _as_copy(values))


def _as_copy(rows: Iterable[tuple]) -> io.StringIO:
    """Return rows in PostgreSQL's text format for COPY."""
    lines = ("\t".join(map(_field, row)) for row in rows)
    return io.StringIO("".join(f"{line}\n" for line in lines))


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is datetime:
        return value.isoformat()
    if kind is bool:
        return "t" if value else "f"
    text = str(value)
    return text if text.isalnum() else text.translate(_ESCAPES)
