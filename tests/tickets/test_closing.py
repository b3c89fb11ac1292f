"""Closing by time: not at once, not too late, and only what nobody contested."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tenants.context import inside
from tenants.models import OrganisationSettings
from tickets.closing import actions
from tickets.closing.actions import close_by_time, close_resolved
from tickets.desk import actions as verbs
from tickets.models import Event, Ticket
from tickets.tasks import close_resolved as close_resolved_task

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def _local(day, hour, minute=0, month=11, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


def _resolved(ticket, at):
    Ticket.objects.filter(pk=ticket.pk).update(state="resolved", resolved_at=at, closed_at=None)


def _state(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


# Resolved (local time), working days set -> the first moment at which it closes.
MOMENTS = [
    (_local(2, 10), 5, _local(9, 10)),  # Monday to Monday
    (_local(6, 16, 30), 5, _local(13, 16, 30)),  # Friday to Friday
    (_local(7, 12), 5, _local(13, 12)),  # Saturday: five days from Monday
    (_local(6, 16, 30), 1, _local(9, 16, 30)),
    (_local(2, 10), 10, _local(16, 10)),
    (_local(22, 10, month=12), 5, _local(30, 10, month=12)),  # Christmas falls on Friday
    (_local(22, 10, month=10), 5, _local(29, 10, month=10)),  # over the end of summer time, the same hour
    (_local(25, 10, month=3), 5, _local(1, 10, month=4)),  # over the beginning of it
]


@pytest.mark.parametrize(("resolved", "days", "closes"), MOMENTS, ids=lambda one: str(one))
def test_when_a_resolved_ticket_closes(bisc, ticket, resolved, days, closes):
    OrganisationSettings.objects.update_or_create(organisation=bisc.organisation, defaults={"auto_close_days": days})
    _resolved(ticket, resolved)
    for moment in (resolved, resolved + timedelta(hours=1), closes - timedelta(seconds=1)):
        assert (close_resolved(moment), _state(ticket)) == (0, "resolved")
    assert (close_resolved(closes), _state(ticket)) == (1, "closed")
    assert Ticket.objects.get(pk=ticket.pk).closed_at == closes
    event = ticket.events.get(kind="state_changed")
    assert (event.kind, event.system_actor, event.actor, event.channel) == (
        *("state_changed", "auto_close", None, "system"),
    )
    assert close_resolved(closes + timedelta(days=99)) == 0


@pytest.mark.parametrize("state", ["new", "open", "waiting_reporter", "planned", "closed", "merged"])
def test_only_what_is_resolved_closes(bisc, ticket, state):
    ended = state in ("closed", "merged")
    moment = _local(2, 10)
    Ticket.objects.filter(pk=ticket.pk).update(
        state=state, resolved_at=moment if ended else None, closed_at=moment if ended else None
    )
    events = Event.objects.count()
    assert close_resolved(_local(31, 10, month=12)) == 0
    assert close_by_time(ticket=ticket, resolved_at=moment) is False
    assert (_state(ticket), Event.objects.count()) == (state, events)


def test_a_ticket_that_was_reopened_or_resolved_anew_waits_anew(bisc, ticket):
    first, second = _local(2, 10), _local(6, 10)
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"), at=first)
    verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=bisc.actor("colleague"), at=_local(3, 10))
    assert close_by_time(ticket=ticket, resolved_at=first) is False
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"), at=second)
    assert close_by_time(ticket=ticket, resolved_at=first) is False
    assert close_resolved(_local(9, 10)) == 0
    assert close_resolved(_local(13, 10)) == 1
    assert close_by_time(ticket=ticket, resolved_at=second) is False


def test_a_run_takes_the_oldest_first_and_no_more_than_its_batch(bisc, ticket, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    values = {"type": "question", "subject": "x", "body": "x", "category": ticket.category, "urgency": "low"}
    for day in (4, 3, 5):
        made = verbs.create(**values, library=bisc.library, by=bisc.actor("colleague"))
        _resolved(made, _local(day, 10))
    later = _local(30, 10)
    assert close_resolved(later) == 2
    assert sorted(Ticket.objects.filter(state="closed").values_list("number", flat=True)) == ["BISC-2", "BISC-3"]
    assert (close_resolved(later), close_resolved(later)) == (1, 0)


def test_the_task_closes_in_its_own_organisation_alone(cast, bisc, ticket):
    with inside(cast.cubiss.organisation):
        theirs = Ticket.objects.get()
        _resolved(theirs, _local(2, 10))
    _resolved(ticket, _local(2, 10))
    with inside(None):
        close_resolved_task("bisc")
    assert _state(ticket) == "closed"
    with inside(cast.cubiss.organisation):
        assert _state(theirs) == "resolved"


def test_the_task_of_an_unknown_schema_closes_nothing(bisc, ticket, caplog):
    _resolved(ticket, _local(2, 10))
    with inside(None):
        close_resolved_task("bestaatniet")
    assert _state(ticket) == "resolved" and "no organisation with schema bestaatniet" in caplog.text
