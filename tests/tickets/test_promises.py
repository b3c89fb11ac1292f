"""What became of promises, as it leaves an organisation: an outcome and working minutes, kept by whatever reckons."""

import re
from datetime import date

import pytest
from django.db import connection, transaction

from agenda.figures.models import TicketSnapshot
from agenda.figures.periods import Period
from agenda.figures.queries import figures
from tenants.context import inside
from tests.tickets.clocking import clocks, file, leaf, may, say, to_all, told
from tickets.clocks import actions
from tickets.clocks.outcomes import OUTCOME, WORKED, outcome_of, worked
from tickets.clocks.tasks import reckon
from tickets.desk import actions as verbs
from tickets.models import Agreement, Clock, Event, Ticket
from tickets.snapshots.actions import rebuild
from tickets.snapshots.queries import differing


def published(ticket: Ticket) -> tuple:
    """Return outcome and working minutes of the first answer and of the resolution, as the cooperation knows them."""
    names = ("first_answer_outcome", "first_answer_worked", "resolution_outcome", "resolution_worked")
    return TicketSnapshot.objects.filter(number=ticket.number).values_list(*names).get()


def answer(ticket, at, bisc, **more):
    verbs.answer(ticket=ticket, body="Wij kijken", by=bisc.actor("desk"), at=at, **more)


def test_a_new_ticket_has_promises_that_run(bisc, rules):
    assert published(file(bisc, may(19, 9))) == ("running", None, "running", None)


def test_where_nothing_was_agreed_there_is_no_outcome_and_the_work_is_known(bisc):
    ticket = file(bisc, may(19, 9))
    assert published(ticket) == ("", None, "", None)
    answer(ticket, may(19, 9, 40), bisc)
    assert published(ticket) == ("", 40, "", None)


@pytest.mark.parametrize(("minute", "outcome"), [(0, "in_time"), (1, "late")])
def test_an_answer_in_the_last_minute_is_in_time(bisc, rules, minute, outcome):
    ticket = file(bisc, may(19, 9))
    answer(ticket, may(19, 11, minute), bisc)
    assert published(ticket) == (outcome, 120 + minute, "running", None)


def test_a_night_is_no_working_time(bisc, rules):
    ticket = file(bisc, may(19, 16))
    answer(ticket, may(20, 9), bisc)
    verbs.move(ticket=ticket, to="resolved", category=leaf(), answer="Klaar", by=bisc.actor("desk"), at=may(20, 10))
    assert published(ticket) == ("in_time", 90, "in_time", 150)


def test_what_does_not_count_for_clocks_leaves_the_outcome(bisc, rules):
    ticket = file(bisc, may(19, 9))
    answer(ticket, may(19, 10), bisc)
    answer(ticket, may(26, 10), bisc, visibility="internal")
    assert published(ticket) == ("in_time", 60, "running", None)
    assert TicketSnapshot.objects.get(number=ticket.number).version == 3


def test_what_was_withdrawn_has_no_outcome_but_late_stays_late(bisc, rules):
    in_time, late = file(bisc, may(19, 9)), file(bisc, may(19, 9))
    verbs.move(ticket=in_time, to="closed", by=bisc.actor("colleague"), at=may(19, 10))
    verbs.move(ticket=late, to="closed", by=bisc.actor("colleague"), at=may(19, 12))
    assert published(in_time) == ("", None, "", None)
    assert published(late) == ("late", None, "", None)


def test_what_comes_back_runs_again(bisc, rules):
    desk = bisc.actor("desk")
    ticket = file(bisc, may(19, 9))
    verbs.move(ticket=ticket, to="resolved", category=leaf(), answer="Klaar", by=desk, at=may(19, 10))
    assert published(ticket) == ("in_time", 60, "in_time", 60)
    verbs.move(ticket=ticket, to="open", reason="Toch niet", by=desk, at=may(19, 11))
    assert published(ticket) == ("in_time", 60, "running", None)


def test_mark_late_publishes_what_became_late_by_the_passing_of_time(bisc, rules):
    ticket = file(bisc, may(19, 9))
    before = Ticket.objects.get(pk=ticket.pk)
    assert actions.mark_late(may(19, 11)) == 0  # the last minute is in time
    assert published(ticket) == ("running", None, "running", None)
    assert actions.mark_late(may(19, 11, 1)) == 1
    assert published(ticket) == ("late", None, "running", None)
    assert told(ticket) == (may(19, 11), "first_answer", may(19, 11))
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.version, after.changed_at, after.told_at) == (before.version, before.changed_at, before.told_at)
    assert Event.objects.filter(ticket=ticket).count() == 1
    assert actions.mark_late(may(19, 12)) == 0  # it is known already
    assert actions.mark_late(may(19, 17)) == 0
    assert actions.mark_late(may(19, 17, 1)) == 1
    assert published(ticket) == ("late", None, "late", None)
    assert differing() == ([], [])


def test_mark_late_leaves_what_stands_still_and_what_is_done(bisc, rules):
    waits, done = file(bisc, may(19, 9)), file(bisc, may(19, 9))
    answer(waits, may(19, 9, 30), bisc, then="waiting_reporter")
    answer(done, may(19, 9, 30), bisc)
    assert actions.mark_late(may(19, 16)) == 0


def test_mark_late_goes_on_batch_by_batch(bisc, rules, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    made = [file(bisc, may(19, 9), subject=f"Nummer {place}") for place in range(5)]
    assert actions.mark_late(may(19, 12)) == 5
    assert [published(one)[0] for one in made] == ["late"] * 5


def test_the_task_of_each_minute_marks_what_is_late(bisc, rules):
    ticket = file(bisc, may(19, 9))
    with inside(None):
        reckon(bisc.organisation.schema_name)
    assert published(ticket) == ("late", None, "late", None)


def test_other_rules_are_published_with_the_reckoning(bisc, rules):
    ticket = file(bisc, may(19, 9))
    say(Agreement.objects.create(type="incident"), date(2026, 5, 1), to_all(first_answer=60))
    actions.reckon_again(may(19, 10, 30))
    assert published(ticket) == ("late", None, "running", None)
    assert differing() == ([], [])


def test_publishing_again_leaves_snapshots_of_other_organisations(cast, bisc, rules):
    ticket = file(bisc, may(19, 9))
    theirs = TicketSnapshot.objects.filter(organisation=cast.cubiss.organisation)
    theirs.filter(pk=theirs.first().pk).update(number=ticket.number)
    actions.mark_late(may(19, 12))
    assert set(theirs.values_list("first_answer_outcome", flat=True)) == {""}


def test_a_rebuild_after_all_of_this_changes_nothing(bisc, rules):
    answered, resolved, withdrawn = (file(bisc, may(19, 9)) for _ in range(3))
    answer(answered, may(19, 12), bisc)
    verbs.move(ticket=resolved, to="resolved", category=leaf(), answer="Klaar", by=bisc.actor("desk"), at=may(19, 10))
    verbs.move(ticket=withdrawn, to="closed", by=bisc.actor("colleague"), at=may(19, 12))
    actions.mark_late(may(19, 13))
    assert (differing(), rebuild()) == (([], []), (0, 0))
    whole = [published(one) for one in (answered, resolved, withdrawn)]
    TicketSnapshot.objects.update(first_answer_outcome="in_time", resolution_worked=5)
    assert rebuild() == (Ticket.objects.count(), 0)
    assert [published(one) for one in (answered, resolved, withdrawn)] == whole
    assert whole == [("late", 180, "running", None), ("in_time", 60, "in_time", 60), ("late", None, "", None)]


@pytest.mark.parametrize("late", [None, may(19, 11)])
@pytest.mark.parametrize("target", [None, 120])
@pytest.mark.parametrize(("done", "cancelled"), [(None, False), (None, True), (may(19, 12), False)])
def test_sql_and_python_say_the_same(bisc, late, target, done, cancelled):
    clock = clocks(file(bisc, may(19, 9)))["first_answer"]
    Clock.objects.filter(pk=clock.pk).update(
        late_at=late, target=target, done_at=done, cancelled=cancelled, ran=None if done is None else 180
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {OUTCOME.format('clock')}, {WORKED.format('clock')} FROM tickets_clock clock WHERE id = %s",
            [clock.pk],
        )
        said = cursor.fetchone()
    clock.refresh_from_db()
    assert said == (outcome_of(clock), worked(clock))


def test_a_verb_that_fails_publishes_nothing(bisc, rules):
    ticket = file(bisc, may(19, 9))
    with pytest.raises(RuntimeError), transaction.atomic():
        answer(ticket, may(19, 10), bisc)
        raise RuntimeError
    assert published(ticket) == ("running", None, "running", None)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("answered_agreed", ["BISC-2", "BISC-3", "BISC-4"]),
        ("answered_late", ["BISC-3"]),
        ("resolved_agreed", ["BISC-3", "BISC-4"]),
        ("resolved_late", ["BISC-4"]),
    ],
)
def test_the_list_behind_a_share_has_what_it_is_a_share_of(bisc, rules, client_of, name, numbers):
    """An answer in time, one late, and one in time that is resolved late; what waits still, and what was withdrawn."""
    desk = bisc.actor("desk")
    in_time, late, slow, waits, withdrawn = (file(bisc, may(19, 9), subject=f"Nummer {place}") for place in range(5))
    verbs.answer(ticket=in_time, body="Kijken", by=desk, at=may(19, 11))
    verbs.move(ticket=late, to="resolved", category=leaf(), answer="Klaar", by=desk, at=may(19, 12))
    verbs.answer(ticket=slow, body="Kijken", by=desk, at=may(19, 10))
    verbs.move(ticket=slow, to="resolved", category=leaf(), answer="Klaar", by=desk, at=may(20, 12))
    verbs.answer(ticket=waits, body="Kijken", visibility="internal", by=desk, at=may(20, 12))
    verbs.move(ticket=withdrawn, to="closed", by=bisc.actor("colleague"), at=may(20, 12))
    page = client_of("bisc desk").get(f"/tickets/?view=all&figure={name}-2026-2").content.decode()
    assert sorted(set(re.findall(r"BISC-[0-9]+", page))) == numbers
    (_house, found), *_others = figures(Period(2026, 2))[0]
    share = found.answered_in_time if name.startswith("answered") else found.resolved_in_time
    assert len(numbers) == (share.of if name.endswith("agreed") else share.late)
