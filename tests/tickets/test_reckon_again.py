"""Rules that change while tickets are open: all of them are reckoned again, each once, in whatever order it happens."""

from datetime import date

import pytest
from django.db import connection, transaction

from tenants.context import inside
from tenants.models import Location
from tests import conftest
from tests.races import Work, held, until_one_waits
from tests.tickets.clocking import clocks, file, may, say, to_all, told
from tickets.agreements.book import book
from tickets.clocks import actions
from tickets.clocks.tasks import begin_day, reckon
from tickets.desk import actions as verbs
from tickets.models import (
    Agreement,
    AgreementVersion,
    Clock,
    Event,
    Interval,
    LibraryContract,
    RulesStamp,
    ServiceCalendar,
    Ticket,
)
from tickets.rules.stamp import rules_changed, stamp_now, wait_for_verbs

NOON = may(19, 12)


def count() -> int:
    return Ticket.objects.filter(state__in=("new", "open", "waiting_supplier")).count()


def test_reckon_again_by_the_rules_of_now(bisc, rules):
    ticket = file(bisc, may(19, 9))
    assert told(ticket) == (may(19, 11), "first_answer", None)
    say(Agreement.objects.create(type="incident"), date(2026, 5, 1), to_all(first_answer=60))
    before = Ticket.objects.get(pk=ticket.pk)
    assert actions.left_to_reckon() == count()
    assert actions.reckon_again(may(19, 9, 30)) == count()
    assert told(ticket) == (may(19, 10), "first_answer", None)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.version, after.changed_at, after.told_at) == (before.version, before.changed_at, before.told_at)
    assert Event.objects.filter(ticket=ticket).count() == 1  # it is no change of the ticket


def test_each_ticket_is_reckoned_once(bisc, rules):
    file(bisc, may(19, 9))
    rules_changed()
    assert actions.reckon_again(NOON) == count()
    assert (actions.reckon_again(NOON), actions.left_to_reckon()) == (0, 0)


def test_it_goes_on_where_it_was_cut_off(bisc, rules, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    made = [file(bisc, may(19, 9), subject=f"Nummer {place}") for place in range(5)]
    rules_changed()
    everything, kept, calls = count(), actions.following.keep, []

    def fail_the_second(found):
        calls.append(found)
        if len(calls) == 2:
            raise RuntimeError
        kept(found)

    monkeypatch.setattr(actions.following, "keep", fail_the_second)
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.reckon_again(NOON)
    monkeypatch.setattr(actions.following, "keep", kept)
    assert actions.reckon_again(NOON) == everything
    assert {Ticket.objects.get(pk=one.pk).rules for one in made} == {RulesStamp.objects.get().stamp}


def test_what_is_closed_is_left_alone(bisc, rules):
    ticket = file(bisc, may(19, 9))
    verbs.move(ticket=ticket, to="closed", by=bisc.actor("colleague"), at=may(19, 9, 30))
    before = Ticket.objects.get(pk=ticket.pk).rules
    rules_changed()
    actions.reckon_again(NOON)
    assert Ticket.objects.get(pk=ticket.pk).rules == before


def test_what_was_reached_late_stays_late_under_easier_rules(bisc, rules):
    ticket = file(bisc, may(19, 9))
    say(Agreement.objects.create(type="incident"), date(2026, 5, 20), to_all(first_answer=2000))
    actions.reckon_again(may(20, 9))
    found = clocks(ticket)["first_answer"]
    assert (found.late_at, found.late_due, found.due_at) == (
        may(19, 11),
        may(19, 11),
        may(22, 16, 50),
    )  # 480, 510, 510 and 500 minutes


def test_rounds_of_which_nothing_is_agreed_any_more_go(bisc, rules):
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Een", by=bisc.actor("desk"), at=may(19, 9, 10))
    verbs.answer(ticket=ticket, body="En?", by=bisc.actor("colleague"), at=may(19, 9, 20))
    assert "update" in clocks(ticket)
    AgreementVersion.objects.update(targets=to_all(resolution=480))
    rules_changed()
    actions.reckon_again(may(19, 9, 30))
    assert "update" not in clocks(ticket)


def test_a_location_of_another_level_begins_an_interval(bisc, rules):
    say(Agreement.objects.create(level="small"), date(2026, 1, 1), to_all(resolution=60))
    ticket = file(bisc, may(19, 9), locations=bisc.locations[:1])
    assert clocks(ticket)["resolution"].due_at == may(19, 17)
    Location.objects.filter(pk=bisc.locations[0].pk).update(level="small")
    actions.begin_day()
    actions.reckon_again(may(19, 9, 30))
    assert clocks(ticket)["resolution"].due_at == may(19, 10)
    assert list(Interval.objects.filter(ticket=ticket).values_list("place", "began_at", "ended_at", "levels")) == [
        (0, may(19, 9), may(19, 9, 30), ["medium"]),
        (1, may(19, 9, 30), None, ["small"]),
    ]


def test_a_ticket_from_before_gets_its_intervals(bisc, rules):
    ticket = file(bisc, may(19, 9))
    Clock.objects.filter(ticket=ticket).delete()
    Interval.objects.filter(ticket=ticket).delete()
    Ticket.objects.filter(pk=ticket.pk).update(rules=None, due_at=None)
    actions.reckon_again(may(19, 9, 30))
    assert told(ticket)[0] == may(19, 11)
    assert Interval.objects.filter(ticket=ticket).count() == 1


def test_the_tasks_stay_inside_their_organisation(cast, bisc, rules):
    there = cast.cubiss
    file(bisc, may(19, 9))
    with inside(there.organisation):
        stamp = RulesStamp.objects.get().stamp
        Ticket.objects.update(rules=None)
        begin_day(bisc.organisation.schema_name)
        reckon(bisc.organisation.schema_name)
        assert RulesStamp.objects.get().stamp == stamp
        assert set(Ticket.objects.values_list("rules", flat=True)) == {None}
    with inside(bisc.organisation):
        assert actions.left_to_reckon() == 0


@pytest.mark.parametrize(("day", "changed"), [(31, False), (1, True), (2, True), (3, True), (4, False)])
def test_a_day_on_which_rules_begin_has_a_stamp_of_its_own(bisc, rules, day, changed):
    """They begin on 1 June; the two nights after it do what that one may have missed."""
    say(Agreement.objects.create(type="wish"), date(2026, 6, 1), to_all(resolution=60))
    before = RulesStamp.objects.get().stamp
    actions.begin_day(date(2026, 5 if day == 31 else 6, day))
    assert (RulesStamp.objects.get().stamp != before) is changed


def test_a_contract_that_ended_and_hours_that_begin_are_such_days(bisc, rules):
    ends = LibraryContract.objects.create(
        library=bisc.library, name="x", from_on=date(2026, 1, 1), until_on=date(2026, 6, 1), made_at=may(1)
    )
    say(Agreement.objects.create(contract=ends), date(2026, 1, 1), to_all(resolution=60))
    calendar = ServiceCalendar.objects.get(slug="default")
    calendar.versions.create(from_on=date(2026, 7, 1), week=[[]] * 7, made_at=may(1))
    rules_changed()
    assert [book().turns_on(date(2026, 6, day)) for day in (1, 2, 3)] == [False, True, False]
    assert [book().turns_on(date(2026, 7, day)) for day in (1, 2)] == [True, False]


def test_few_questions_however_many(bisc, rules, django_assert_max_num_queries):
    for place in range(12):
        file(bisc, may(19, 9), subject=f"Nummer {place}")
    actions.reckon_again(NOON)  # the tickets of the cast get their first intervals
    rules_changed()
    with django_assert_max_num_queries(23):  # of which the rules themselves are five, and six begin and end something
        actions.reckon_again(NOON)


def test_it_waits_for_a_verb_that_is_under_way(django_db_setup, django_db_blocker):
    """Else a ticket that is being filed by the old rules would be missed."""
    house = conftest.django_db_setup.cast.bisc

    def wait() -> None:
        with inside(house.organisation):
            wait_for_verbs()

    with django_db_blocker.unblock():
        with held(_verb_under_way):
            waiting = Work(wait)
            until_one_waits()
            assert waiting.thread.is_alive()
        waiting.result()


def _verb_under_way() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(9000001, hashtext('bisc'))")


def test_a_verb_holds_that_lock_until_its_end(bisc):
    stamp_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND classid = 9000001 AND granted")
        assert cursor.fetchall() == [("ShareLock",)]
