"""Tickets in volume: believable moments, words and outcomes, written by COPY. For the demo and the bench.

The same seed gives the same tickets for the same people, libraries and moment.
"""

import random
from bisect import bisect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from agenda.categories.queries import leaves
from agenda.figures.models import TicketSnapshot
from config.demo.copying import Rows
from config.demo.texts import (
    ANSWERS,
    BODIES,
    BUSY_CATEGORIES,
    ENDINGS,
    HOURS,
    IMPACTS,
    MONTHS,
    OPENINGS,
    PLACES,
    RARE_WORD,
    TYPES,
    URGENCIES,
    WAITING,
    WHEN,
)
from tenants.access import staff_of
from tenants.context import current_organisation
from tenants.models import Library, LibraryMembership
from tickets.models import Counter, Event, Message, Ticket
from tickets.sharing import clock_minutes
from tickets.states import State, Type, priority_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OPEN_AT_LEAST = 60  # so that a list of open tickets has a full page, however few were asked
LONG_RUNNING = 0.35  # the share that waits for a supplier, a release or a decision


def _chooser(rng: random.Random, weighted: list[tuple[object, int]]) -> Callable[[], object]:
    values = [value for value, _weight in weighted]
    totals = list(accumulate(weight for _value, weight in weighted))
    return lambda: values[bisect(totals, rng.random() * totals[-1])]


class _Written:
    """The rows of some thousand tickets, to be written at once."""

    def __init__(self) -> None:
        self.tickets, self.messages, self.events = Rows(Ticket), Rows(Message), Rows(Event)
        self.places, self.snapshots = Rows(Ticket.locations.through, keyed=False), Rows(TicketSnapshot, keyed=False)

    def write(self, cursor) -> None:
        for rows in (self.tickets, self.places, self.messages, self.events, self.snapshots):
            rows.write(cursor)


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
            # While the database takes some thousands in, the next ones are made.
            with ThreadPoolExecutor(max_workers=1) as writer:
                written = None
                for start in range(0, self.count, 5000):
                    rows, end = _Written(), min(start + 5000, self.count)
                    for index in range(start, end):
                        self._add(rows, index, f"{self.organisation.prefix}-{first_number + index}")
                    if written is not None:
                        written.result()
                    written = writer.submit(rows.write, cursor)
                    progress(end)
                if written is not None:
                    written.result()
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

    def _add(self, rows: _Written, index: int, number: str) -> None:
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
        facts = {
            "number": number,
            "type": kind,
            "state": state,
            "category_id": category.pk,
            "library_id": place.library.pk,
            "platform_id": place.library.platform_id,
            "priority": priority_of(urgency, impact),
            "opened_at": at,
            "first_answer_at": answered if is_answered else None,
            "resolved_at": resolved if is_resolved else None,
            "closed_at": closed if is_closed else None,
            "reopened": reopened,
            "version": version,
        }
        rows.tickets.add(
            **facts,
            id=pk,
            subject=subject,
            urgency=urgency,
            impact=impact,
            reporter_id=reporter,
            assignee_id=assignee if is_answered else None,
            changed_at=changed,
            told_at=changed,
            told_version=version,
        )
        hit = sorted(rng.sample(place.locations, min(len(place.locations), rng.choice([0, 1, 1, 1, 2, 4]))))
        for location in hit:
            rows.places.add(ticket_id=pk, location_id=location)
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
        rows.snapshots.add(
            **facts,
            organisation_id=self.organisation.pk,
            location_ids=hit,
            minutes_to_first_answer=clock_minutes(at, facts["first_answer_at"]),
            minutes_to_resolution=clock_minutes(at, facts["resolved_at"]),
        )

    def _moments_between(self, first: datetime, last: datetime) -> list[datetime]:
        count = max(1, self.messages - 1)
        step = (last - first) / count
        return [first + step * turn for turn in range(count)]

    def _subject(self, index: int, kind: Type, about: str) -> str:
        words = f"{about}: {self.rng.choice(OPENINGS[kind])} {self.rng.choice(PLACES)}"
        return f"{words} ({RARE_WORD})" if self._is_rare(index) else words

    def _body(self, index: int) -> str:
        text = self.rng.choice(BODIES).format(when=self.rng.choice(WHEN), place=self.rng.choice(PLACES))
        return f"{text} Het gaat om de {RARE_WORD}." if self._is_rare(index) else text

    def _is_rare(self, index: int) -> bool:
        return index % max(100, self.count // 200) == 37

    def _say(
        self, rows: _Written, ticket: int, author: int, by_staff: bool, body: str, at: datetime, who="public"
    ) -> int:
        pk = self._id(Message)
        speaker, key = "staff" if by_staff else "library", f"{self.rng.getrandbits(96):024x}"
        rows.messages.add(
            id=pk,
            ticket_id=ticket,
            key=key,
            speaker=speaker,
            author_id=author,
            visibility=who,
            body=body,
            created_at=at,
        )
        return pk

    def _happen(self, rows: _Written, ticket: int, kind: str, actor, at, version, message=None, changes=None) -> None:
        rows.events.add(
            id=self._id(Event),
            ticket_id=ticket,
            kind=kind,
            payload={"changes": changes} if changes else {},
            actor_id=actor,
            system_actor="" if actor else "auto_close",
            channel="page" if actor else "system",
            message_id=message,
            ticket_version=version,
            told_version=None if kind == "noted" else version,
            created_at=at,
        )
