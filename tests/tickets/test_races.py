"""Two who change one ticket at once: nothing is lost, nothing is done twice, and the second sees the first."""

import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from tenants.context import inside
from tenants.models import AuditEntry, Membership, OutboxEntry
from tests import conftest
from tests.races import Work
from tests.tickets.verbs import PLANNED
from tickets.closing.actions import close_by_time
from tickets.desk import actions as verbs
from tickets.guests.actions import close_to, open_to
from tickets.models import Clock, Counter, Event, Interval, Message, Ticket, TicketGrant
from tickets.refusals import AlreadyTaken, Stale, TransitionNotAllowed


def _somebody_waits() -> bool:
    """Does somebody wait for a lock of this connection? Also within a transaction, where activity stands still."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


@contextmanager
def second(work):
    """Run the block in a transaction, then `work` on a second connection until it waits for the first; then commit.

    Gives a list that holds, after the block, what `work` returned or raised.
    """
    outcome = []

    def run():
        try:
            outcome.append(work())
        except Exception as error:
            outcome.append(error)

    with transaction.atomic():
        yield outcome
        there = Work(run)
        end = time.monotonic() + 10
        while not _somebody_waits() and time.monotonic() < end:
            time.sleep(0.02)
        assert _somebody_waits() and outcome == []
    there.result()


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """BiSC without a transaction around the test, entered; what the test made is taken away again."""
    house = conftest.django_db_setup.cast.bisc
    with django_db_blocker.unblock():
        with inside(house.organisation):
            before, last = set(Ticket.objects.values_list("pk", flat=True)), Counter.objects.get().last
            members = set(Membership.objects.values_list("pk", flat=True))
            entries = list(OutboxEntry.objects.values_list("pk", flat=True))
            trail = list(AuditEntry.objects.values_list("pk", flat=True))
            yield house
        with inside(house.organisation), transaction.atomic(), connection.cursor() as cursor:
            made = Ticket.objects.exclude(pk__in=before)
            cursor.execute("SET LOCAL samenbeheer.purge = 'on'")
            Clock.objects.filter(ticket__in=made).delete()
            Interval.objects.filter(ticket__in=made).delete()
            Event.objects.filter(ticket__in=made).delete()
            Message.objects.filter(ticket__in=made).delete()
            TicketGrant.objects.filter(content_object__in=made).delete()
            TicketSnapshot.objects.filter(number__in=list(made.values_list("number", flat=True))).delete()
            made.delete()
            Counter.objects.update(last=last)
            OutboxEntry.objects.exclude(pk__in=entries).delete()
            Membership.objects.exclude(pk__in=members).delete()
            AuditEntry.objects.exclude(pk__in=trail).delete()
        connection.close()


def _values(house, who="colleague") -> dict:
    return {
        **{"type": "question", "subject": "Tegelijk", "body": "Tekst", "urgency": "low", "library": house.library},
        **{"category": Category.objects.get(code="6.1"), "by": house.actor(who)},
    }


@pytest.fixture
def fresh(committed):
    """A new ticket of the colleague."""
    return verbs.create(**_values(committed))


def _there(house, verb, **values):
    """Return the work of somebody on another connection."""

    def work():
        with inside(house.organisation):
            return verb(**values)

    return work


def _trail(ticket) -> list[tuple]:
    return list(ticket.events.order_by("pk").values_list("kind", "ticket_version", "told_version", "payload"))


def test_two_answers_at_once_are_both_there(committed, fresh):
    house, at = committed, timezone.now()
    later = {"body": "Tweede", "by": house.actor("lead"), "at": at + timedelta(minutes=1)}
    with second(_there(house, verbs.answer, ticket=fresh, **later)) as outcome:
        verbs.answer(ticket=fresh, body="Eerste", by=house.actor("desk"), at=at)
    assert outcome[0].body == "Tweede"
    assert _trail(fresh) == [
        ("created", 1, 1, {}),
        ("answered", 2, 2, {"changes": {"state": ["new", "open"], "assignee": [None, house.people["desk"].pk]}}),
        ("answered", 3, 3, {}),
    ]
    now = Ticket.objects.get(pk=fresh.pk)
    assert (now.version, now.told_version, now.state, now.first_answer_at) == (3, 3, "open", at)
    assert TicketSnapshot.objects.get(number=fresh.number).version == 3


def test_of_two_who_pick_up_at_once_the_first_has_it(committed, fresh):
    house = committed
    with second(_there(house, verbs.pick_up, ticket=fresh, by=house.actor("lead"))) as outcome:
        verbs.pick_up(ticket=fresh, by=house.actor("desk"))
    desk = house.people["desk"].pk
    assert isinstance(outcome[0], AlreadyTaken) and outcome[0].fields == ["assignee"]
    assert _trail(fresh)[1:] == [
        ("picked_up", 2, 2, {"changes": {"assignee": [None, desk], "state": ["new", "open"]}}),
    ]
    assert Ticket.objects.get(pk=fresh.pk).assignee_id == desk


def test_the_second_of_two_edits_of_one_field_conflicts(committed, fresh):
    house = committed
    mine = {"changes": {"subject": "Tweede"}, "base_version": 1, "by": house.actor("lead")}
    with second(_there(house, verbs.edit, ticket=fresh, **mine)) as outcome:
        verbs.edit(ticket=fresh, changes={"subject": "Eerste"}, base_version=1, by=house.actor("desk"))
    (stale,) = outcome
    assert type(stale) is Stale and (stale.fields, stale.version) == (["subject"], 2)
    assert Ticket.objects.get(pk=fresh.pk).subject == "Eerste"


def test_two_edits_of_two_fields_are_both_there(committed, fresh):
    house = committed
    mine = {"changes": {"urgency": "high"}, "base_version": 1, "by": house.actor("lead")}
    with second(_there(house, verbs.edit, ticket=fresh, **mine)):
        verbs.edit(ticket=fresh, changes={"impact": "high", "subject": "A"}, base_version=1, by=house.actor("desk"))
    now = Ticket.objects.get(pk=fresh.pk)
    assert (now.subject, now.urgency, now.impact, now.priority, now.version) == ("A", "high", "high", "critical", 3)


def test_a_change_of_the_state_and_an_edit_do_not_undo_each_other(committed, fresh):
    house = committed
    mine = {"changes": {"subject": "Nieuw"}, "base_version": 1, "by": house.actor("lead")}
    with second(_there(house, verbs.edit, ticket=fresh, **mine)):
        verbs.move(ticket=fresh, to="planned", fact=PLANNED, by=house.actor("desk"))
    now = Ticket.objects.get(pk=fresh.pk)
    assert (now.state, now.subject, now.version) == ("planned", "Nieuw", 3)
    assert TicketSnapshot.objects.get(number=fresh.number).state == "planned"


def test_the_second_of_two_states_is_a_step_from_the_first(committed, fresh):
    """Closing what the other just reopened is no step; nothing is overwritten."""
    house = committed
    seen = verbs.move(ticket=fresh, to="resolved", answer="Klaar.", by=house.actor("desk"))
    with second(_there(house, verbs.move, ticket=seen, to="closed", by=house.actor("colleague"))) as outcome:
        verbs.move(ticket=fresh, to="open", reason="Toch niet.", by=house.actor("desk"))
    assert type(outcome[0]) is TransitionNotAllowed
    assert Ticket.objects.get(pk=fresh.pk).state == "open"


def test_time_does_not_close_what_was_resolved_anew_at_that_moment(committed, fresh):
    house, first = committed, timezone.now() - timedelta(days=30)
    verbs.move(ticket=fresh, to="resolved", answer="Klaar.", by=house.actor("desk"), at=first)
    with second(_there(house, close_by_time, ticket=fresh, resolved_at=first)) as outcome:
        verbs.move(ticket=fresh, to="open", reason="Toch niet.", by=house.actor("colleague"))
        verbs.move(ticket=fresh, to="resolved", answer="Klaar.", by=house.actor("desk"))
    assert outcome == [False]
    assert Ticket.objects.get(pk=fresh.pk).state == "resolved" and len(_trail(fresh)) == 4


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_time_leaves_alone_what_ended_at_that_moment(committed, fresh, state):
    house, first = committed, timezone.now() - timedelta(days=30)
    verbs.move(ticket=fresh, to="resolved", answer="Klaar.", by=house.actor("desk"), at=first)
    with second(_there(house, close_by_time, ticket=fresh, resolved_at=first)) as outcome:
        Ticket.objects.filter(pk=fresh.pk).update(state=state, closed_at=timezone.now())
    assert outcome == [False] and len(_trail(fresh)) == 2


def test_two_runs_of_time_close_once(committed, fresh):
    house, first = committed, timezone.now() - timedelta(days=30)
    verbs.move(ticket=fresh, to="resolved", answer="Klaar.", by=house.actor("desk"), at=first)
    with second(_there(house, close_by_time, ticket=fresh, resolved_at=first)) as outcome:
        assert close_by_time(ticket=fresh, resolved_at=first) is True
    assert outcome == [False] and [kind for kind, *_more in _trail(fresh)].count("state_changed") == 2


def test_a_ticket_whose_form_is_sent_twice_at_once_is_one(committed):
    house = committed
    with second(_there(house, verbs.create, **_values(house), once="merk")) as outcome:
        made = verbs.create(**_values(house), once="merk")
    assert outcome == [made] and Ticket.objects.filter(subject="Tegelijk").count() == 1
    assert verbs.create(**_values(house)).number == f"BISC-{int(made.number.removeprefix('BISC-')) + 1}"


def test_an_answer_whose_form_is_sent_twice_at_once_is_one(committed, fresh):
    house = committed
    values = {"ticket": fresh, "body": "Eén keer", "then": "planned", "fact": PLANNED, "once": "merk"}
    values["by"] = house.actor("desk")
    with second(_there(house, verbs.answer, **values)) as outcome:
        said = verbs.answer(**values)
    assert outcome == [said] and Message.objects.filter(ticket=fresh, body="Eén keer").count() == 1
    assert len(_trail(fresh)) == 2


def test_a_ticket_opened_to_one_colleague_twice_at_once_is_opened_once(committed, fresh):
    house, until = committed, timezone.localdate() + timedelta(days=9)
    person = conftest.django_db_setup.cast.cubiss.people["lead"]
    values = {"ticket": fresh, "person": person, "until_on": until}
    with second(_there(house, open_to, **values, by=house.actor("lead"))):
        open_to(**values, by=house.actor("desk"))
    assert TicketGrant.objects.filter(content_object=fresh).count() == 1
    assert Membership.objects.filter(person=person, role="guest").count() == 1
    with second(_there(house, close_to, ticket=fresh, person=person, by=house.actor("lead"))):
        close_to(ticket=fresh, person=person, by=house.actor("desk"))
    assert [kind for kind, *_more in _trail(fresh)] == ["created", "granted", "grant_ended"]
    assert not Membership.objects.filter(person=person, role="guest").exists()


def test_a_guest_leaves_with_the_last_of_two_tickets_that_close_at_once(committed, fresh):
    house, until = committed, timezone.localdate() + timedelta(days=9)
    person = conftest.django_db_setup.cast.cubiss.people["lead"]
    other = verbs.create(**_values(house))
    for one in (fresh, other):
        open_to(ticket=one, person=person, until_on=until, by=house.actor("desk"))
    with second(_there(house, close_to, ticket=fresh, person=person, by=house.actor("lead"))):
        close_to(ticket=other, person=person, by=house.actor("desk"))
    assert not TicketGrant.objects.filter(user=person).exists()
    assert not Membership.objects.filter(person=person, role="guest").exists()


def test_a_guest_stays_for_a_ticket_that_is_opened_while_the_last_one_closes(committed, fresh):
    house, until = committed, timezone.localdate() + timedelta(days=9)
    person = conftest.django_db_setup.cast.cubiss.people["lead"]
    other = verbs.create(**_values(house))
    open_to(ticket=fresh, person=person, until_on=until, by=house.actor("desk"))
    with second(_there(house, close_to, ticket=fresh, person=person, by=house.actor("lead"))):
        open_to(ticket=other, person=person, until_on=until, by=house.actor("desk"))
    assert [grant.content_object for grant in TicketGrant.objects.filter(user=person)] == [other]
    assert Membership.objects.filter(person=person, role="guest").count() == 1
    close_to(ticket=other, person=person, by=house.actor("desk"))
