"""The ticket of the Friday before Whitsun, by its verbs: each due moment reckoned by hand."""

from datetime import date

from tenants.models import Location
from tests.tickets.clocking import MADE, WORKDAYS, clocks, file, leaf, may, minutes, say, to_all, told
from tickets.clocks.models import Interval
from tickets.desk import actions as verbs
from tickets.models import (
    Agreement,
    LibraryContract,
    ServiceCalendar,
    ServiceHours,
    SupplierContract,
)

# Whitsun is 24 and 25 May 2026.


def test_the_ticket_of_the_friday_before_whitsun_by_its_verbs(bisc):
    """At a large branch with Sundays; supplier over the weekend; on Tuesday another contract and a higher priority."""
    ServiceHours.objects.filter(calendar__slug="default").update(week=[*WORKDAYS, [], []], from_on=date(2020, 1, 1))
    sundays = ServiceCalendar.objects.create(slug="large", name_nl="Groot", name_en="Large", level="large")
    sundays.versions.create(from_on=date(2020, 1, 1), week=[*WORKDAYS, [], [[720, 1020]]], made_at=MADE)
    longer = ServiceCalendar.objects.create(slug="until-six", name_nl="Tot zes uur", name_en="Until six")
    longer.versions.create(from_on=date(2020, 1, 1), week=[[[510, 1080]]] * 5 + [[], [[720, 1020]]], made_at=MADE)
    branch = bisc.locations[0]
    Location.objects.filter(pk=branch.pk).update(level="large")
    level = Agreement.objects.create(level="large")
    targets = {
        "medium": {"first_answer": minutes(60), "resolution": minutes(960)},
        "high": {"first_answer": minutes(30), "resolution": minutes(240)},
    }
    say(level, date(2026, 1, 1), {"*": targets})
    contract = LibraryContract.objects.create(
        library=bisc.library, name="Contract vanaf 26 mei", from_on=date(2026, 5, 26), made_at=MADE
    )
    targets = {
        "medium": {"first_answer": minutes(45), "resolution": minutes(720)},
        "high": {"first_answer": minutes(45), "resolution": minutes(180)},
    }
    say(Agreement.objects.create(contract=contract), date(2026, 5, 26), {"*": targets}, calendar=longer)
    supplier = SupplierContract.objects.create(
        platform=bisc.library.platform, supplier="OCLC", name="Wise", from_on=date(2026, 1, 1), made_at=MADE
    )
    say(Agreement.objects.create(supplier_contract=supplier), date(2026, 1, 1), to_all(supplier=120))

    ticket = file(bisc, may(22, 16, 50), impact=None, urgency="high", locations=[branch])
    assert ticket.priority == "medium"
    # 10 minutes on Friday, Whit Sunday and Monday are off: 510 on Tuesday, 440 from 8:30 on Wednesday
    assert clocks(ticket)["resolution"].due_at == may(27, 15, 50)
    assert clocks(ticket)["first_answer"].due_at == may(26, 9, 20)
    assert told(ticket) == (may(26, 9, 20), "first_answer", None)

    desk = bisc.actor("desk")
    fact = {"supplier": "OCLC", "supplier_number": "4471"}
    verbs.move(ticket=ticket, to="waiting_supplier", fact=fact, by=desk, at=may(22, 16, 55))
    found = clocks(ticket)
    assert (found["resolution"].due_at, found["resolution"].paused) == (None, True)
    assert found["first_answer"].due_at == may(26, 9, 20)  # a library waits for its answer meanwhile
    assert (found["supplier"].party, found["supplier"].due_at) == ("OCLC", may(26, 10, 25))  # 5 minutes, and 115

    verbs.move(ticket=ticket, to="open", by=desk, at=may(26, 9, 0))
    found = clocks(ticket)
    # by the contract, from 8:30 to 18:00: 5 minutes ran, 540 on Tuesday from 9:00, 175 on Wednesday
    assert (found["resolution"].due_at, found["resolution"].paused) == (may(27, 11, 25), False)
    assert found["first_answer"].due_at == may(26, 9, 5)  # 45: 10 on Friday, 35 on Tuesday
    # The supplier answered in 5 + 30 minutes, in time.
    done = found["supplier"]
    assert (done.done_at, done.ran, done.late_at, done.target) == (may(26, 9, 0), 35, None, 120)

    verbs.answer(ticket=ticket, body="Wij zijn bezig", by=desk, at=may(26, 9, 4))
    found = clocks(ticket)["first_answer"]
    assert (found.done_at, found.ran, found.late_at, found.due_at) == (may(26, 9, 4), 44, None, may(26, 9, 5))

    verbs.edit(ticket=ticket, changes={"impact": "medium"}, by=desk, at=may(26, 10, 0))
    found = clocks(ticket)["resolution"]
    assert found.due_at == may(26, 11, 55)  # high, 180: 5 and 60 minutes ran, 115 are left
    assert told(ticket) == (may(26, 11, 55), "resolution", None)

    verbs.move(ticket=ticket, to="resolved", answer="Het werkt weer", category=leaf(), by=desk, at=may(27, 9, 0))
    found = clocks(ticket)["resolution"]
    assert (found.done_at, found.ran, found.target) == (may(27, 9, 0), 5 + 540 + 30, 180)
    assert (found.late_at, found.late_due, found.due_at) == (may(26, 11, 55),) * 3
    assert found.version.agreement.contract == contract
    assert told(ticket) == (None, "", may(26, 11, 55))

    assert [
        (one.began_at, one.state, one.priority, one.pauses, one.party) for one in Interval.objects.filter(ticket=ticket)
    ] == [
        (may(22, 16, 50), "new", "medium", [], ""),
        (may(22, 16, 55), "waiting_supplier", "medium", ["resolution"], "OCLC"),
        (may(26, 9, 0), "open", "medium", [], ""),
        (may(26, 10, 0), "open", "high", [], ""),
        (may(27, 9, 0), "resolved", "high", [], ""),
    ]
    ends = list(Interval.objects.filter(ticket=ticket).values_list("ended_at", flat=True))
    assert ends == [may(22, 16, 55), may(26, 9, 0), may(26, 10, 0), may(27, 9, 0), None]
