"""Tickets in volume: believable moments, words and outcomes, written by COPY. For the demo and the bench.

The same seed gives the same tickets for the same people, libraries and moment. Written tickets go among
them, each at its moment.
"""

import itertools
import random
from bisect import bisect
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from agenda.categories.queries import groups, leaves
from agenda.figures.models import TicketSnapshot
from config.demo.lives import Clocks, Life, Turn
from config.demo.moments import chooser, later, moments
from config.demo.places import Place, Written, places_of
from config.demo.retelling import retell
from config.demo.texts import (
    ANSWERS,
    BODIES,
    BUSY_CATEGORIES,
    ENDINGS,
    IMPACTS,
    OPENINGS,
    PLACES,
    RARE_WORD,
    TYPES,
    URGENCIES,
    WAITING,
    WHEN,
)
from config.demo.told import CLOSING, Told
from tenants.access import staff_of
from tenants.context import current_organisation
from tenants.models import Organisation
from tickets.clocks.story import Said
from tickets.models import Clock, Counter, Event, Interval, Message, Ticket
from tickets.opening import impact_of
from tickets.sharing import clock_minutes
from tickets.states import State, Type, Urgency, priority_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OPEN_AT_LEAST = 60  # so that a list of open tickets has a full page, however few were asked
LONG_RUNNING = 0.35  # the share that waits for a supplier, a release or a decision
LAST_FILED = timedelta(days=9)  # so long before the end the last one is filed of those that must all be closed


class Builder:
    """Makes `count` tickets of the organisation entered, over the two years before `until`.

    With `all_closed` none of them is open or resolved at the end; `written` tickets go among them.
    """

    def __init__(
        self,
        *,
        count: int,
        until: datetime,
        seed: int = 1,
        messages: int = 3,
        years: float = 2.0,
        open_at_least: int = OPEN_AT_LEAST,
        all_closed: bool = False,
        written: Sequence[Told] = (),
    ):
        self.rng = random.Random(f"{current_organisation().slug} {seed}")
        self.count, self.until, self.messages, self.all_closed = count, until, messages, all_closed
        self.organisation = current_organisation()
        self.staff = [person.pk for person in staff_of(self.organisation)]
        self.places, self.clocks = places_of(self.organisation), Clocks(self.organisation, until)
        if not self.staff or not self.places:
            raise ValueError("an organisation needs staff, libraries and people at them before it can have tickets")
        categories = list(leaves())
        self.partners = {one.slug: one for one in Organisation.objects.all()} if written else {}
        self.codes = {one.code: one.pk for one in [*groups(), *categories]}
        self.category = chooser(self.rng, [(one, BUSY_CATEGORIES.get(one.code, 2)) for one in categories])
        self.place = chooser(self.rng, [(place, 1 + len(place.locations)) for place in self.places])
        self.type = chooser(self.rng, TYPES)
        self.urgency = chooser(self.rng, URGENCIES)
        self.impact = chooser(self.rng, IMPACTS)
        self.moments = moments(self.rng, count, years, until - LAST_FILED if all_closed else until)
        self.written = sorted(written, key=lambda one: one.turns[0].at)
        recent = bisect(self.moments, until - timedelta(days=150))
        recent = range(max(0, min(recent, count - 2 * open_at_least)), count)
        self.stuck = set(self.rng.sample(recent, min(open_at_least, len(recent))))

    def build(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Write everything in one transaction; `progress` hears how many tickets were made."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Ticket._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
            first = self._take_numbers(cursor)
            numbers = (f"{self.organisation.prefix}-{number}" for number in itertools.count(first))
            self._ids = {model: self._next_id(cursor, model) for model in (Ticket, Message, Event)}
            cursor.execute("SET LOCAL gin_pending_list_limit = '4MB'")  # sort words in by the many
            # While the database takes some thousands in, the next ones are made.
            with ThreadPoolExecutor(max_workers=1) as writer:
                written = None
                for start in range(0, self.count, 5000):
                    rows, end = Written(), min(start + 5000, self.count)
                    for index in range(start, end):
                        while self.written and self.written[0].turns[0].at <= self.moments[index]:
                            self._retell(rows, next(numbers))
                        self._add(rows, index, next(numbers))
                    if written is not None:
                        written.result()
                    written = writer.submit(rows.write, cursor)
                    progress(end)
                if written is not None:
                    written.result()
            rows = Written()
            while self.written:
                self._retell(rows, next(numbers))
            rows.write(cursor)
            for model, following in self._ids.items():
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [following])
        with connection.cursor() as cursor:
            for index in ("ticket_search", "message_search"):
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
            for model in (Ticket, Message, Event, Interval, Clock, TicketSnapshot):
                cursor.execute(f"ANALYZE {model._meta.db_table}")

    def _take_numbers(self, cursor) -> int:
        table = Counter._meta.db_table
        cursor.execute(
            f"INSERT INTO {table} (id, last) VALUES (1, %s)"
            f" ON CONFLICT (id) DO UPDATE SET last = {table}.last + EXCLUDED.last RETURNING last",
            [self.count + len(self.written)],
        )
        return cursor.fetchone()[0] - self.count - len(self.written) + 1

    @staticmethod
    def _next_id(cursor, model) -> int:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {model._meta.db_table}")
        return cursor.fetchone()[0]

    def _id(self, model) -> int:
        found = self._ids[model]
        self._ids[model] = found + 1
        return found

    def _add(self, rows: Written, index: int, number: str) -> None:
        rng, at = self.rng, self.moments[index]
        place, category, kind = self.place(), self.category(), self.type()
        urgency, impact = self.urgency(), self.impact()
        reporter, assignee = rng.choice(place.reporters), rng.choice(self.staff)
        answered = later(at, rng.lognormvariate(0.1, 1.0))
        is_long = rng.random() < LONG_RUNNING
        resolved = later(answered, 8 * rng.lognormvariate(3.5, 0.8) if is_long else rng.lognormvariate(1.7, 1.2))
        if self.all_closed:
            answered, resolved = self._in_time(at, answered, resolved)
        closed = resolved + CLOSING
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
        life = Life(rows, pk)
        hit = sorted(rng.sample(place.locations, min(len(place.locations), rng.choice([0, 1, 1, 1, 2, 4]))))
        first = self._say(life, reporter, False, self._body(index), at)
        self._happen(life, "created", reporter, at, 1, message=first)
        if is_answered:
            moments = self._moments_between(answered, resolved if is_resolved else min(self.until, answered))
            for turn, moment in enumerate(moments):
                by_staff = turn % 2 == 0
                text = rng.choice(ANSWERS if by_staff else ENDINGS)
                internal = by_staff and turn and rng.random() < 0.3
                person = assignee if by_staff else reporter
                said = self._say(life, person, by_staff, text, moment, "internal" if internal else "public")
                kind_of = "noted" if internal else "answered"
                changes = {"state": ["new", "open"]} if turn == 0 else {}
                self._happen(life, kind_of, person, moment, 2, message=said, changes=changes)
        if is_resolved:
            self._happen(life, "state_changed", assignee, resolved, 3, changes={"state": ["open", "resolved"]})
        elif is_answered and state != State.OPEN:
            self._happen(life, "state_changed", assignee, answered, 2, changes={"state": ["open", state]})
        if is_closed:
            self._happen(life, "state_changed", None, closed, 4, changes={"state": ["resolved", "closed"]})
        self._settle(
            life,
            place,
            hit,
            facts,
            subject=subject,
            urgency=urgency,
            impact=impact,
            reporter_id=reporter,
            assignee_id=assignee if is_answered else None,
            changed_at=changed,
            told_at=changed,
            told_version=version,
        )

    def _in_time(self, at: datetime, answered: datetime, resolved: datetime) -> tuple[datetime, datetime]:
        """Return moments of answering and resolving early enough to be closed at the end."""
        last = self.until - CLOSING
        if resolved > last:
            resolved = at + (last - at) * self.rng.uniform(0.3, 1)
        return min(answered, at + (resolved - at) * 0.5), resolved

    def _retell(self, rows: Written, number: str) -> None:
        """Write down the first of the written tickets that are left."""
        one = self.written.pop(0)
        row, found = one.row, retell(one)
        place = next(place for place in self.places if place.library.slug == row["library"])
        hit = place.locations[: row.get("locations", 1)]
        urgency, impact = Urgency(row["urgency"]), impact_of(len(hit))
        people = {"staff": self.staff[0 if one.is_for_lead else -1], "library": place.reporters[not one.is_of_key_user]}
        life, version, told = Life(rows, self._id(Ticket)), len(found.happened), 0
        for place_in, event in enumerate(found.happened, start=1):
            told += event.kind != "noted"
            person = people.get(event.who)
            message = event.text and self._say(life, person, event.who == "staff", event.text, event.at, event.level)
            changes = event.changes | ({"assignee": [None, person]} if "assignee" in event.changes else {})
            supplier, colleague = (event.changes.get(name, ["", ""])[1] for name in ("supplier", "partner"))
            party = self.partners[colleague].name if colleague else supplier
            if "partner" in changes:
                changes |= {"partner": [slug and self.partners[slug].pk for slug in changes["partner"]]}
            self._happen(life, event.kind, person, event.at, place_in, message or None, changes, told, party)
        changed = found.happened[-1].at
        last_told = max(event.at for event in found.happened if event.kind != "noted")
        partner = self.partners.get(found.fact.get("partner"))
        self._settle(
            life,
            place,
            hit,
            {
                "number": number,
                "type": row["type"],
                "state": found.state,
                "category_id": self.codes[row["category"]] if row["category"] else None,
                "library_id": place.library.pk,
                "platform_id": place.library.platform_id,
                "priority": priority_of(urgency, impact),
                "opened_at": found.opened_at,
                "first_answer_at": found.first_answer_at,
                "resolved_at": found.resolved_at,
                "closed_at": found.closed_at,
                "reopened": found.reopened,
                "version": version,
            },
            subject=row["subject"],
            urgency=urgency,
            impact=impact,
            reporter_id=people["library"],
            assignee_id=people["staff"] if found.is_anybodys else None,
            reopened_at=found.reopened_at,
            **{name: value for name, value in found.fact.items() if name != "partner"},
            partner_id=partner and partner.pk,
            changed_at=changed,
            told_at=last_told,
            told_version=told,
        )

    def _settle(self, life: Life, place: Place, hit: list[int], facts: dict[str, object], **more: object) -> None:
        """Add the row of a ticket, of its locations, of its clocks, and of what the cooperation may know of it."""
        counted, published = self.clocks.add(life, facts, hit or place.locations)
        life.rows.tickets.add(id=life.pk, **facts, **more, **counted)
        for location in hit:
            life.rows.places.add(ticket_id=life.pk, location_id=location)
        life.rows.snapshots.add(
            **facts,
            organisation_id=self.organisation.pk,
            location_ids=hit,
            minutes_to_first_answer=clock_minutes(facts["opened_at"], facts["first_answer_at"]),
            minutes_to_resolution=clock_minutes(facts["opened_at"], facts["resolved_at"]),
            **published,
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

    def _say(self, life: Life, author: int, by_staff: bool, body: str, at: datetime, who: str = "public") -> int:
        pk = self._id(Message)
        speaker, key = "staff" if by_staff else "library", f"{self.rng.getrandbits(96):024x}"
        life.rows.messages.add(
            id=pk,
            ticket_id=life.pk,
            key=key,
            speaker=speaker,
            author_id=author,
            visibility=who,
            body=body,
            created_at=at,
        )
        if who == "public":
            life.said.append(Said(at, by_staff))
        return pk

    def _happen(
        self, life: Life, kind: str, actor, at, version, message=None, changes=None, told=None, party: str = ""
    ) -> None:
        pk = self._id(Event)
        life.rows.events.add(
            id=pk,
            ticket_id=life.pk,
            kind=kind,
            payload={"changes": changes} if changes else {},
            actor_id=actor,
            system_actor="" if actor else "auto_close",
            channel="page" if actor else "system",
            message_id=message,
            ticket_version=version,
            told_version=None if kind == "noted" else told or version,
            created_at=at,
        )
        if kind == "created" or "state" in (changes or {}):
            state = changes["state"][1] if changes else State.NEW
            life.turns.append(Turn(at, state, pk, actor, party))
