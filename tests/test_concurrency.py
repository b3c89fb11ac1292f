"""What holds when many do it at once: real connections, real commits; the rows made here are taken away by hand."""

import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from agenda.categories.models import Category
from tenants.context import inside
from tenants.models import AnsweredRequest, ApiToken, Membership
from tenants.outbox.models import OutboxEntry
from tenants.people import actions
from tenants.tokens.actions import create_token
from tests import conftest
from tests.cast import COMMAND_LINE
from tests.conftest import Api
from tests.tickets.test_api import NEW
from tickets.desk import actions as verbs
from tickets.models import Clock, Counter, Event, Interval, Message, Ticket
from tickets.refusals import AlreadyTaken


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The cast without a transaction around the test; what the test made is taken away again."""
    cast = conftest.django_db_setup.cast
    with django_db_blocker.unblock():
        with inside(cast.bisc.organisation):
            before = set(Ticket.objects.values_list("pk", flat=True))
            last = Counter.objects.get().last
            entries = list(OutboxEntry.objects.values_list("pk", flat=True))
        yield cast
        with inside(cast.bisc.organisation):
            made = Ticket.objects.exclude(pk__in=before)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL samenbeheer.purge = 'on'")
                Clock.objects.filter(ticket__in=made).delete()
                Interval.objects.filter(ticket__in=made).delete()
                Event.objects.filter(ticket__in=made).delete()
                Message.objects.filter(ticket__in=made).delete()
                numbers = list(made.values_list("number", flat=True))
                cursor.execute("DELETE FROM public.agenda_ticketsnapshot WHERE number = ANY(%s)", [numbers])
                made.delete()
                Counter.objects.update(last=last)
                AnsweredRequest.objects.all().delete()
        with inside(None):
            OutboxEntry.objects.exclude(pk__in=entries).delete()
            ApiToken.objects.all().delete()
        connection.close()


def _together(count, work):
    """Run `work(index)` in `count` threads at once; raise what any of them raised."""
    barrier, errors = threading.Barrier(count), []

    def run(index):
        try:
            barrier.wait(10)
            work(index)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[index]) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []


def test_8_threads_of_50_give_400_numbers_none_twice(committed):
    numbers, house = [], committed.bisc
    category = Category.objects.get(code="6.1")

    def make(index):
        with inside(house.organisation):
            for _ in range(50):
                ticket = verbs.create(
                    **{"type": "incident", "subject": "x", "body": "x", "urgency": "low", "category": category},
                    **{"library": house.library, "by": house.actor("desk")},
                )
                numbers.append(ticket.number)

    _together(8, make)
    assert len(numbers) == len(set(numbers)) == 400
    ordered = sorted(int(number.removeprefix("BISC-")) for number in numbers)
    assert ordered == list(range(ordered[0], ordered[0] + 400))


def test_8_equal_posts_make_one_ticket(committed):
    house = committed.bisc
    token = create_token(person=house.people["colleague"], organisation=house.organisation, name="t", by=COMMAND_LINE)
    with inside(house.organisation):
        before = Ticket.objects.count()
    answers = []
    _together(8, lambda index: answers.append(Api("bisc", token)("POST", "/tickets", NEW, **{"Idempotency-Key": "k"})))
    with inside(house.organisation):
        assert Ticket.objects.count() == before + 1
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1


def test_two_administrators_who_end_each_others_role_leave_one(committed):
    house = committed.bisc
    people = [house.people["lead"], house.people["desk"]]
    with inside(None):
        before = set(Membership.objects.values_list("pk", flat=True))
        actions.give_role(person=people[1], organisation=house.organisation, role="administrator", by=COMMAND_LINE)
        rows = [
            Membership.objects.get(person=person, organisation=house.organisation, role="administrator")
            for person in people
        ]
        actors = [house.actor("lead"), house.actor("desk")]
    refused = []

    def end(index):
        with inside(house.organisation):
            try:
                actions.end_role(membership=rows[1 - index], by=actors[index])
            except ValidationError:
                refused.append(index)

    try:
        _together(2, end)
        with inside(None):
            left = Membership.objects.current().filter(organisation=house.organisation, role="administrator")
            assert (left.count(), len(refused)) == (1, 1)
    finally:
        with inside(None):
            Membership.objects.exclude(pk__in=before).delete()
            if not Membership.objects.filter(pk=rows[0].pk).exists():
                rows[0].save(force_insert=True)
            Membership.objects.filter(pk=rows[0].pk).update(until_on=None)


def test_many_who_pick_up_at_once_leave_one_of_them_with_it(committed):
    house = committed.bisc
    with inside(house.organisation):
        ticket = verbs.create(
            type="incident",
            subject="x",
            body="x",
            library=house.library,
            category=Category.objects.get(code="6.1"),
            urgency="low",
            by=house.actor("colleague"),
        )
    actors = [house.actor("desk"), house.actor("lead")] * 4

    def pick(index):
        with inside(house.organisation), suppress(AlreadyTaken):
            verbs.pick_up(ticket=ticket, by=actors[index])

    _together(8, pick)
    with inside(house.organisation):
        versions = list(ticket.events.order_by("pk").values_list("ticket_version", flat=True))
        assert versions == [1, 2]
        assert Ticket.objects.get(pk=ticket.pk).version == 2
