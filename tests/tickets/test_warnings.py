"""Warnings on clocks: to whom, when, once for each due moment; what moved, what stood still, what others never hear."""

from datetime import date, datetime

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from tenants.context import inside
from tenants.models import Membership, OutboxEntry
from tests.tickets.clocking import clocks, file, leaf, may, say, to_all
from tests.tickets.verbs import SUPPLIER
from tests.tickets.warned import deliver, rang, rung, taken, waiting
from tests.tickets.warned import empty as empty
from tickets.clocks.actions import reckon_again
from tickets.desk import actions as verbs
from tickets.models import Agreement, AgreementVersion, Rung, Ticket, WarningGiven
from tickets.rules.stamp import rules_changed
from tickets.warnings import ringing
from tickets.warnings.ringing import TOPIC, give, ring
from tickets.warnings.tasks import mail_warning, warn

pytestmark = pytest.mark.usefixtures("empty")


def test_it_rings_at_its_minute_and_once(bisc):
    taken(bisc, may(19, 9))  # the first answer is due at 11:00
    one = rung()
    assert [ring(may(19, 10, 59)), ring(may(19, 11)), ring(may(19, 11)), ring(may(20, 9))] == [0, 1, 0, 0]
    assert rang() == [(one.pk, may(19, 11))]
    assert deliver(bisc) == ["desk@bisc.example"]
    assert deliver(bisc) == []


def test_a_part_of_the_time(bisc):
    taken(bisc, may(19, 9))
    rung(at="used", percent=75)
    assert [ring(may(19, 10, 29)), ring(may(19, 10, 30))] == [0, 1]


def test_so_long_before_and_a_working_day_after(bisc):
    taken(bisc, may(19, 9))
    before, after = rung(at="before", minutes=60), rung(at="after", days=1)
    assert [ring(may(19, 9, 59)), ring(may(19, 10)), ring(may(20, 10, 59)), ring(may(20, 11))] == [0, 1, 0, 1]
    assert [one for one, _due in rang()] == [before.pk, after.pk]


def test_outside_working_hours_nothing_rings(bisc):
    taken(bisc, may(22, 15))  # the Friday before Whitsun: due at 17:00
    rung()
    closed = (may(22, 17), may(22, 23), may(23, 12), may(24, 12), may(25, 12), may(26, 8, 29))
    assert [ring(now) for now in closed] == [0] * 6
    assert ring(may(26, 8, 30)) == 1


def test_whom_it_tells(bisc):
    taken(bisc, may(19, 9), who="seated")
    rung(hears=["assignee", "lead"])
    ring(may(19, 11))
    assert sorted(deliver(bisc)) == ["lead@bisc.example", "zetel@bisc.example"]


def test_everybody_at_the_desk_and_nobody_else(bisc):
    taken(bisc, may(19, 9))
    rung(hears=["colleagues"])
    ring(may(19, 11))
    assert sorted(deliver(bisc)) == ["desk@bisc.example", "lead@bisc.example", "zetel@bisc.example"]


def test_of_what_nobody_has_the_lead_hears(bisc):
    file(bisc, may(19, 9))
    rung()
    ring(may(19, 11))
    assert deliver(bisc) == ["lead@bisc.example"]


def test_an_assignee_who_left_hears_nothing_and_the_lead_does(bisc):
    taken(bisc, may(19, 9))
    rung()
    Membership.objects.filter(person=bisc.people["desk"]).update(until_on=date(2026, 1, 1))
    ring(may(19, 11))
    assert deliver(bisc) == ["lead@bisc.example"]


def test_who_left_after_it_rang_is_not_mailed(bisc):
    taken(bisc, may(19, 9))
    rung()
    ring(may(19, 11))
    Membership.objects.filter(person=bisc.people["desk"]).update(until_on=date(2026, 1, 1))
    assert deliver(bisc) == []


def test_the_mail_is_greeted_and_in_the_language_of_its_reader(bisc):
    ticket = taken(bisc, may(19, 9))
    rung()
    person = bisc.people["desk"]
    ring(may(19, 11))
    deliver(bisc)
    (one,) = mail.outbox
    assert one.subject.startswith(f"[{ticket.number}] Eerste antwoord: ")
    assert "werktijd te laat: Geen verbinding" in one.subject
    assert one.body.startswith(f"Beste {person.name},")
    said = "van Bibliotheek een BiSC. Eerste antwoord: op het uiterste moment zelf."
    assert f"Melding {ticket.number} {said}" in one.body and "Het uiterste moment: 19 mei 2026, 11:00 (" in one.body
    assert f"http://{bisc.host}" in one.body and f"/tickets/{ticket.number}/" in one.body
    assert one.extra_headers["Auto-Submitted"] == "auto-generated"
    OutboxEntry.objects.filter(topic=TOPIC).update(done_at=None)
    type(person).objects.filter(pk=person.pk).update(language="en")
    deliver(bisc)
    assert mail.outbox[0].body.startswith(f"Hello {person.name},") and "First answer" in mail.outbox[0].subject


def test_of_several_at_once_the_last_rings_and_the_others_are_passed_over(bisc):
    """Such as after a night in which nobody did the minutes."""
    taken(bisc, may(19, 9))
    part, due, after = rung(at="used", percent=75), rung(), rung(at="after", minutes=60)
    assert ring(may(19, 12, 30)) == 1
    assert (rang(), sorted(one for one, _due in rang("passed"))) == ([(after.pk, may(19, 11))], [part.pk, due.pk])
    assert ring(may(19, 12, 31)) == 0


def test_what_had_to_ring_before_it_was_made_does_not(bisc):
    taken(bisc, may(19, 9))
    made = rung(since=may(19, 11, 30))
    assert (ring(may(19, 12)), rang("passed")) == (0, [(made.pk, may(19, 11))])
    assert waiting() == []


def test_the_warnings_that_an_organisation_begins_with_say_nothing_of_what_is_late_already(bisc):
    taken(bisc, may(19, 9))
    for clock in ("first_answer", "resolution"):
        rung(clock, hears=["assignee", "lead"], since=timezone.now())
    assert (ring(datetime(2026, 11, 30, 12, tzinfo=may(1).tzinfo)), waiting()) == (0, [])


def test_a_clock_that_stands_still_does_not_ring(bisc):
    ticket = taken(bisc, may(19, 9))
    rung("resolution")  # due at 17:00
    asked = {"to": "waiting_reporter", "fact": {"asked": "Welke?"}, "by": bisc.actor("desk")}
    verbs.move(ticket=ticket, **asked, at=may(19, 16))
    assert [ring(may(20, 9)), ring(may(21, 9))] == [0, 0]
    verbs.move(ticket=ticket, to="open", by=bisc.actor("desk"), at=may(21, 9))  # an hour is left
    assert [ring(may(21, 9, 59)), ring(may(21, 10))] == [0, 1]


def test_what_is_late_and_stands_still_does_not_ring_either(bisc):
    ticket = taken(bisc, may(19, 9))
    rung("resolution", at="after", minutes=60)
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=bisc.actor("desk"), at=may(20, 8, 40))
    assert ring(may(21, 9)) == 0


def test_a_due_moment_that_moved_rings_anew_when_it_comes(bisc):
    ticket = taken(bisc, may(19, 9))
    one = rung("resolution", at="used", percent=50)  # 240 minutes: at 13:00
    assert ring(may(19, 13)) == 1
    AgreementVersion.objects.update(targets=to_all(first_answer=120, resolution=960))
    rules_changed()
    assert ring(may(19, 15)) == 0  # not reckoned by the rules of now yet
    reckon_again(may(19, 15))
    assert clocks(ticket)["resolution"].due_at == may(20, 16, 30)
    assert [ring(may(19, 16, 59)), ring(may(20, 8, 29)), ring(may(20, 8, 30))] == [0, 0, 1]
    assert rang() == [(one.pk, may(19, 17)), (one.pk, may(20, 16, 30))]


def test_what_was_said_is_not_said_again_because_a_pause_moved_the_moment(bisc):
    ticket = taken(bisc, may(19, 9))
    rung("resolution", at="used", percent=50)
    due = rung("resolution")
    assert ring(may(19, 13)) == 1
    until = {"planned_until": date(2026, 12, 31)}
    verbs.move(ticket=ticket, to="planned", fact=until, by=bisc.actor("desk"), at=may(19, 14))
    verbs.move(ticket=ticket, to="open", by=bisc.actor("desk"), at=may(20, 14))
    assert [ring(may(20, 14, 1)), ring(may(20, 16, 59))] == [0, 0]
    assert ring(may(21, 8, 30)) == 1  # three hours were left: it is due at 17:00
    assert rang()[-1] == (due.pk, may(20, 17))


def test_mail_of_a_moment_that_moved_on_is_cancelled(bisc):
    taken(bisc, may(19, 9))
    rung("resolution", at="after", days=200)
    far = datetime(2027, 3, 10, 10, tzinfo=may(1).tzinfo)
    while not ring(far):  # in the future of this test: what is mailed today does not hold yet
        far = far.replace(month=far.month + 1)
    assert deliver(bisc) == []
    assert WarningGiven.objects.exclude(cancelled_at=None).count() == 1


@pytest.mark.parametrize("what", ["answered", "paused", "ended", "resolved"])
def test_mail_that_no_longer_holds_is_cancelled(bisc, what):
    ticket, by = taken(bisc, may(19, 9)), bisc.actor("desk")
    one = rung()
    ring(may(19, 11))
    if what == "ended":
        Rung.objects.filter(pk=one.pk).update(ended_at=may(19, 11))
    elif what == "paused":
        verbs.move(ticket=ticket, to="waiting_reporter", fact={"asked": "Welke?"}, by=by, at=may(19, 11))
    elif what == "answered":
        verbs.answer(ticket=ticket, body="Wij kijken.", by=by, at=may(19, 11))
    else:
        verbs.move(ticket=ticket, to="resolved", answer="Klaar.", category=leaf(), by=by, at=may(19, 11))
    assert deliver(bisc) == []
    assert WarningGiven.objects.exclude(cancelled_at=None).count() == 1


def test_what_is_done_or_closed_does_not_ring(bisc):
    ticket = taken(bisc, may(19, 9))
    rung()
    rung("resolution")
    verbs.answer(ticket=ticket, body="Wij kijken.", by=bisc.actor("desk"), at=may(19, 10))
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", category=leaf(), by=bisc.actor("desk"), at=may(19, 10))
    assert ring(may(20, 9)) == 0


def test_the_clock_of_the_supplier_and_that_of_a_colleague_poi_ring_too(cast, bisc):
    say(Agreement.objects.get(), date(2026, 5, 2), to_all(partner=60))
    ticket = taken(bisc, may(19, 9))
    one = rung("partner")
    partner = {"partner": cast.cubiss.organisation}
    verbs.move(ticket=ticket, to="waiting_partner", fact=partner, by=bisc.actor("desk"), at=may(19, 10))
    assert [ring(may(19, 10, 59)), ring(may(19, 11))] == [0, 1]
    assert rang() == [(one.pk, may(19, 11))]
    assert deliver(bisc) == ["desk@bisc.example"]  # and nobody of that POI


# ---- each organisation by itself, once, and quickly


def test_the_task_stays_inside_its_organisation(cast, bisc):
    taken(bisc, may(19, 9))
    rung()
    with inside(cast.cubiss.organisation):
        count = WarningGiven.objects.count()
        warn(cast.cubiss.organisation.schema_name)
        warn("nowhere")
        assert WarningGiven.objects.count() == count
    assert WarningGiven.objects.count() == 0
    ring(may(19, 11))
    (entry,) = waiting()
    mail.outbox.clear()
    mail_warning(cast.cubiss.organisation.schema_name, entry.dedupe_key)
    mail_warning("nowhere", entry.dedupe_key)
    assert mail.outbox == []
    assert entry.organisation_id == bisc.organisation.pk


def test_one_ticket_that_fails_keeps_no_other_from_its_warning(bisc, monkeypatch, caplog):
    first, second = taken(bisc, may(19, 9)), taken(bisc, may(19, 9), subject="Tweede")
    rung()
    monkeypatch.setattr(ringing, "_hearers", lambda _rung, ticket: [bisc.people["desk"]] if ticket == second else 1 / 0)
    assert ring(may(19, 11)) == 1
    assert [one.ticket for one in WarningGiven.objects.all()] == [second]
    assert "ZeroDivisionError" in caplog.text and first.subject not in caplog.text


def test_so_many_tickets_a_run_and_the_rest_in_the_next(bisc, monkeypatch):
    monkeypatch.setattr(ringing, "MOST", 2)
    for place in range(3):
        taken(bisc, may(19, 9), subject=f"Nummer {place}")
    rung()
    assert [ring(may(19, 11)), ring(may(19, 11)), ring(may(19, 11))] == [2, 1, 0]


def test_three_questions_for_a_thousand_open_tickets_with_nothing_to_ring(bisc, django_assert_num_queries):
    ticket = taken(bisc, may(19, 9))
    with connection.cursor() as cursor:
        _copy(cursor, "tickets_ticket", ticket.pk, "id", number="'BISC-X' || n")
        _copy(cursor, "tickets_clock", ticket.pk, "ticket_id", ticket_id="t.id")
    assert Ticket.objects.filter(number__startswith="BISC-X").count() == 1000
    for at, more in (("used", {"percent": 75}), ("due", {}), ("after", {"days": 1})):
        rung(at=at, **more)
        rung("resolution", at=at, **more)
    ring(may(19, 9, 1))  # the rules come into the memory of this process
    with django_assert_num_queries(3):  # the rungs, the stamp, the clocks
        assert ring(may(19, 9, 2)) == 0


def test_without_warnings_one_question(bisc, django_assert_num_queries):
    taken(bisc, may(19, 9))
    with django_assert_num_queries(1):
        assert ring(may(19, 11)) == 0


def _copy(cursor, table: str, pk: int, by: str, **instead: str) -> None:
    """Write the rows of one ticket a thousand times more."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'bisc' AND table_name = %s"
        " AND is_generated = 'NEVER' AND column_name <> 'id'",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(instead.get(name, f"x.{name}") for name in names)
    others = "generate_series(1, 1000) n" if by == "id" else "tickets_ticket t"
    which = "" if by == "id" else " AND t.number LIKE 'BISC-X%%'"
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} x, {others} WHERE x.{by} = %s{which}",
        [pk],
    )


def test_give_asks_again_under_the_lock(bisc):
    ticket = taken(bisc, may(19, 9))
    rung()
    verbs.answer(ticket=ticket, body="Wij kijken.", by=bisc.actor("desk"), at=may(19, 10, 59))
    assert give(ticket.pk, may(19, 11)) == 0
