"""Clocks on tickets: what starts, stops and pauses each of them, and by which rules it counts."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.context import inside
from tenants.models import Location
from tests.tickets.clocking import MADE, clocks, file, leaf, may, say, to_all, told
from tickets.clocks.models import Clock, Interval
from tickets.desk import actions as verbs
from tickets.models import (
    Agreement,
    AgreementVersion,
    LibraryContract,
    Ticket,
)
from tickets.rules.stamp import rules_changed

# Tuesday 19 May 2026 is an ordinary day.


def test_nothing_agreed_runs_and_is_never_due(bisc):
    ticket = file(bisc, may(19, 9))
    found = clocks(ticket)
    assert sorted(found) == ["first_answer", "resolution"]
    assert {(one.due_at, one.target, one.late_at) for one in found.values()} == {(None, None, None)}
    assert told(ticket) == (None, "", None)


def test_a_public_answer_of_staff_stops_the_first_clock_and_a_note_does_not(bisc, rules):
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Voor ons", visibility="internal", by=bisc.actor("desk"), at=may(19, 9, 30))
    assert clocks(ticket)["first_answer"].done_at is None
    verbs.answer(ticket=ticket, body="Nog iets", by=bisc.actor("colleague"), at=may(19, 9, 40))
    assert clocks(ticket)["first_answer"].done_at is None
    verbs.answer(ticket=ticket, body="Wij kijken", by=bisc.actor("desk"), at=may(19, 10, 0))
    found = clocks(ticket)["first_answer"]
    assert (found.done_at, found.ran, found.due_at) == (may(19, 10, 0), 60, may(19, 11, 0))


def test_what_staff_file_for_somebody_is_no_answer(bisc, rules):
    ticket = file(bisc, may(19, 9), who="desk", reporter=bisc.people["colleague"])
    found = clocks(ticket)["first_answer"]
    assert (found.done_at, found.due_at) == (None, may(19, 11, 0))
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=bisc.actor("desk"), at=may(19, 9, 5))
    assert clocks(ticket)["first_answer"].done_at is None


def test_what_is_late_is_seen_at_the_next_verb_and_stays(bisc, rules):
    ticket = file(bisc, may(19, 9))
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=bisc.actor("desk"), at=may(19, 12, 0))
    found = clocks(ticket)["first_answer"]
    assert (found.late_at, found.late_due, found.done_at) == (may(19, 11, 0), may(19, 11, 0), None)
    verbs.answer(ticket=ticket, body="Excuus", by=bisc.actor("desk"), at=may(19, 12, 30))
    found = clocks(ticket)["first_answer"]
    assert (found.late_at, found.ran) == (may(19, 11, 0), 210)
    assert told(ticket)[2] == may(19, 11, 0)


def test_update_after_the_library_wrote(bisc, rules):
    desk, library = bisc.actor("desk"), bisc.actor("colleague")
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Een", by=desk, at=may(19, 9, 10))
    assert "update" not in clocks(ticket)
    verbs.answer(ticket=ticket, body="En nu?", by=library, at=may(19, 10, 0))
    verbs.answer(ticket=ticket, body="Hallo?", by=library, at=may(19, 11, 0))  # it waits since the first
    found = clocks(ticket)["update"]
    assert (found.started_at, found.due_at, found.done_at) == (may(19, 10, 0), may(19, 13, 0), None)
    verbs.answer(ticket=ticket, body="Intern", visibility="internal", by=desk, at=may(19, 12, 0))
    assert clocks(ticket)["update"].done_at is None
    verbs.answer(ticket=ticket, body="Twee", by=desk, at=may(19, 13, 1))
    found = clocks(ticket)
    done = found["update"]
    assert (done.done_at, done.late_at, done.ran) == (may(19, 13, 1), may(19, 13, 0), 181)
    verbs.answer(ticket=ticket, body="Dank", by=library, at=may(19, 14, 0))
    assert clocks(ticket)["update 1"].due_at == may(19, 17, 0)  # 180 minutes: to the end of the day


def test_update_between_two_answers(bisc, rules):
    AgreementVersion.objects.update(update_mode="between")
    rules_changed()
    desk = bisc.actor("desk")
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="En?", by=bisc.actor("colleague"), at=may(19, 9, 5))
    assert "update" not in clocks(ticket)  # until the first answer, that clock runs
    verbs.answer(ticket=ticket, body="Een", by=desk, at=may(19, 9, 10))
    verbs.answer(ticket=ticket, body="Twee", by=desk, at=may(19, 11, 10))
    found = clocks(ticket)
    assert (found["update"].started_at, found["update"].done_at) == (may(19, 9, 10), may(19, 11, 10))
    assert (found["update 1"].started_at, found["update 1"].due_at) == (may(19, 11, 10), may(19, 14, 10))
    verbs.move(ticket=ticket, to="resolved", category=leaf(), answer="Klaar", by=desk, at=may(19, 15, 0))
    found = clocks(ticket)
    assert (found["update 1"].done_at, found["update 1"].late_at) == (may(19, 15, 0), may(19, 14, 10))
    assert "update 2" not in found


def test_what_waits_for_the_library_stands_still_for_resolving_and_hearing(bisc, rules):
    desk = bisc.actor("desk")
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Welke balie?", then="waiting_reporter", by=desk, at=may(19, 10, 0))
    assert told(ticket) == (None, "", None)
    verbs.answer(ticket=ticket, body="De eerste", by=bisc.actor("colleague"), at=may(20, 10, 0))
    found = clocks(ticket)
    # 60 minutes ran; 420 are left from Wednesday 10:00
    assert (found["resolution"].due_at, found["resolution"].paused) == (may(20, 17, 0), False)
    assert (found["update"].started_at, found["update"].due_at) == (may(20, 10, 0), may(20, 13, 0))


def test_what_was_reopened_goes_on_where_it_was(bisc, rules):
    desk, library = bisc.actor("desk"), bisc.actor("colleague")
    ticket = file(bisc, may(19, 9))
    verbs.move(ticket=ticket, to="resolved", answer="Klaar", category=leaf(), by=desk, at=may(19, 10, 0))
    found = clocks(ticket)["resolution"]
    assert (found.done_at, found.ran, found.due_at) == (may(19, 10, 0), 60, may(19, 17, 0))
    verbs.move(ticket=ticket, to="open", reason="Toch niet", by=library, at=may(20, 10, 0))
    found = clocks(ticket)
    assert (found["resolution"].done_at, found["resolution"].due_at) == (None, may(20, 17, 0))
    assert found["update"].started_at == may(20, 10, 0)  # the library waits to hear something


def test_what_was_withdrawn_is_cancelled_and_a_breach_stays(bisc, rules):
    library = bisc.actor("colleague")
    ticket, late = file(bisc, may(19, 9)), file(bisc, may(19, 9), subject="Laat")
    verbs.move(ticket=ticket, to="closed", by=library, at=may(19, 10, 0))
    verbs.move(ticket=late, to="closed", by=library, at=may(19, 12, 0))
    found = clocks(ticket)
    assert {(one.done_at, one.cancelled, one.late_at) for one in found.values()} == {(None, True, None)}
    assert (found["resolution"].ran, told(ticket)) == (60, (None, "", None))
    found = clocks(late)["first_answer"]
    assert (found.cancelled, found.late_at) == (True, may(19, 11, 0))


def test_waiting_for_a_supplier_twice_is_two_clocks_and_a_raised_priority_in_between_none(bisc, rules):
    desk = bisc.actor("desk")
    ticket = file(bisc, may(19, 9))
    fact = {"supplier": "OCLC", "supplier_number": ""}
    verbs.move(ticket=ticket, to="waiting_supplier", fact=fact, by=desk, at=may(19, 9, 30))
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=desk, at=may(19, 10, 0))
    verbs.move(ticket=ticket, to="open", by=desk, at=may(19, 10, 30))
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier": "Leverancier B"}, by=desk, at=may(19, 11, 0))
    found = clocks(ticket)
    assert (found["supplier"].started_at, found["supplier"].ran) == (may(19, 9, 30), 60)
    assert (found["supplier 1"].party, found["supplier 1"].done_at) == ("Leverancier B", None)
    assert told(ticket)[1] == "first_answer"  # of a supplier's clock no list of the desk is made


def test_waiting_for_a_colleague_poi_is_a_clock_of_its_own(bisc, rules, cast):
    ticket = file(bisc, may(19, 9))
    fact = {"partner": cast.cubiss.organisation}
    verbs.move(ticket=ticket, to="waiting_partner", fact=fact, by=bisc.actor("desk"), at=may(19, 9, 30))
    found = clocks(ticket)["partner"]
    assert (found.party, found.started_at, found.done_at) == ("Cubiss", may(19, 9, 30), None)


def test_rules_of_pauses_that_change_later_leave_what_was(bisc, rules):
    desk = bisc.actor("desk")
    ticket = file(bisc, may(19, 9))
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier": "OCLC"}, by=desk, at=may(19, 9, 30))
    say(rules.agreement, date(2026, 5, 20), to_all(resolution=480), pauses={"resolution": []})
    verbs.move(ticket=ticket, to="open", by=desk, at=may(20, 9, 0))
    assert clocks(ticket)["resolution"].due_at == may(20, 16, 30)  # 30 minutes ran on Tuesday; 450 from 9:00
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier": "OCLC"}, by=desk, at=may(20, 10, 0))
    found = clocks(ticket)["resolution"]
    assert (found.paused, found.due_at) == (False, may(20, 16, 30))


def test_of_a_ticket_that_names_no_location_the_strictest_level_of_the_library_counts(bisc, rules):
    Location.objects.filter(pk__in=[one.pk for one in bisc.locations]).update(level="small")
    Location.objects.filter(pk=bisc.locations[2].pk).update(level="large")
    say(Agreement.objects.create(level="small"), date(2026, 1, 1), to_all(resolution=400))
    say(Agreement.objects.create(level="large"), date(2026, 1, 1), to_all(resolution=60))
    assert clocks(file(bisc, may(19, 9)))["resolution"].due_at == may(19, 10, 0)
    small = file(bisc, may(19, 9), locations=bisc.locations[:1])
    assert clocks(small)["resolution"].due_at == may(19, 15, 40)
    verbs.edit(ticket=small, changes={"locations": bisc.locations[1:]}, by=bisc.actor("desk"), at=may(19, 9, 10))
    assert clocks(small)["resolution"].due_at == may(19, 10, 0)
    Location.objects.filter(pk=bisc.locations[2].pk).update(until_on=date(2026, 1, 2))
    assert clocks(file(bisc, may(19, 9)))["resolution"].due_at == may(19, 15, 40)  # what was closed counts no more


def test_a_change_of_library_counts_by_the_other_contract(bisc, rules):
    contract = LibraryContract.objects.create(
        library=bisc.other_library, name="Snel", from_on=date(2026, 1, 1), made_at=MADE
    )
    say(Agreement.objects.create(contract=contract), date(2026, 1, 1), to_all(resolution=60))
    ticket = file(bisc, may(19, 9), who="desk", reporter=bisc.people["keyuser"])
    changes = {"library": bisc.other_library, "reporter": bisc.people["neighbour"]}
    verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"), at=may(19, 9, 30))
    assert clocks(ticket)["resolution"].due_at == may(19, 10, 0)


def test_an_internal_note_and_an_assignee_ask_nothing_of_the_clocks(bisc, rules):
    ticket = file(bisc, may(19, 9))
    before = list(Interval.objects.filter(ticket=ticket).values())
    for verb, given in (
        (verbs.answer, {"body": "Intern", "visibility": "internal"}),
        (verbs.edit, {"changes": {"assignee": bisc.people["desk"]}}),
    ):
        with CaptureQueriesContext(connection) as asked:
            verb(ticket=ticket, by=bisc.actor("desk"), at=may(19, 12), **given)
        tables = ("tickets_interval", "tickets_clock", "tickets_rulesstamp")
        assert not [one["sql"] for one in asked if any(table in one["sql"] for table in tables)]
    assert list(Interval.objects.filter(ticket=ticket).values()) == before


def test_a_ticket_from_before_there_were_clocks_gets_them_from_its_history(bisc, rules):
    desk = bisc.actor("desk")
    ticket = file(bisc, may(19, 9))
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier": "OCLC"}, by=desk, at=may(19, 9, 30))
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=desk, at=may(19, 10, 0))
    Clock.objects.filter(ticket=ticket).delete()
    Interval.objects.filter(ticket=ticket).delete()
    Ticket.objects.filter(pk=ticket.pk).update(due_at=None, due_clock="")
    verbs.move(ticket=ticket, to="open", by=desk, at=may(19, 10, 30))
    assert [
        (one.place, one.began_at, one.ended_at, one.state, one.priority, one.pauses)
        for one in Interval.objects.filter(ticket=ticket)
    ] == [
        (0, may(19, 9), may(19, 9, 30), "new", "low", []),
        (1, may(19, 9, 30), may(19, 10, 0), "waiting_supplier", "low", ["resolution"]),
        (2, may(19, 10, 0), may(19, 10, 30), "waiting_supplier", "high", ["resolution"]),
        (3, may(19, 10, 30), None, "open", "high", []),
    ]
    found = clocks(ticket)
    assert (found["resolution"].due_at, found["supplier"].ran) == (may(20, 9, 30), 60)


def test_clocks_of_another_organisation_follow_its_own_rules(cast, bisc, rules):
    with inside(cast.cubiss.organisation):
        ticket = file(cast.cubiss, may(19, 9))
        assert told(ticket) == (None, "", None)
        assert {one.due_at for one in clocks(ticket).values()} == {None}
    assert told(file(bisc, may(19, 9)))[0] == may(19, 11, 0)
