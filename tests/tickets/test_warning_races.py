"""Two workers that give the warnings of one minute at once: each is given once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.models import OutboxEntry
from tests.races import Work
from tests.tickets.clocking import to_all
from tests.tickets.test_races import _there, _values, second
from tests.tickets.test_races import committed as committed
from tickets.clocks.actions import reckon_again
from tickets.desk import actions as verbs
from tickets.models import Agreement, AgreementVersion, Rung, ServiceHours, Ticket, WarningGiven
from tickets.rules.stamp import rules_changed
from tickets.warnings.ringing import TOPIC, give, ring


@pytest.fixture
def late(committed):
    """A ticket whose first answer was due a minute ago, and one rung; all day, every day."""
    now = timezone.now()
    hours = ServiceHours.objects.get(calendar__slug="default")
    week, off = hours.week, hours.public_holidays
    ServiceHours.objects.filter(pk=hours.pk).update(week=[[[0, 1440]]] * 7, public_holidays=False)
    agreement = Agreement.objects.create()
    AgreementVersion.objects.create(
        agreement=agreement, from_on="2026-01-01", made_at=now, targets=to_all(first_answer=60)
    )
    rules_changed()
    reckon_again()
    first = list(Rung.objects.in_force().values_list("pk", flat=True))
    Rung.objects.filter(pk__in=first).update(ended_at=now)
    rung = Rung.objects.create(clock="first_answer", at="due", hears=["lead"], since=now - timedelta(days=1))
    yield verbs.create(**_values(committed), at=now - timedelta(minutes=61))
    WarningGiven.objects.all().delete()
    rung.delete()
    Rung.objects.filter(pk__in=first).update(ended_at=None)
    AgreementVersion.objects.filter(agreement=agreement).delete()
    agreement.delete()
    ServiceHours.objects.filter(pk=hours.pk).update(week=week, public_holidays=off)
    rules_changed()
    reckon_again()


def test_two_workers_at_once_give_it_once(committed, late):
    now = timezone.now()
    with second(_there(committed, give, pk=late.pk, now=now)) as there:
        assert give(late.pk, now) == 1
    assert there == [0]
    assert WarningGiven.objects.filter(ticket=late).count() == 1
    assert OutboxEntry.objects.filter(topic=TOPIC).count() == 1


def test_an_answer_that_is_under_way_goes_first(committed, late):
    now = timezone.now()
    with second(_there(committed, ring, now=now)) as there:
        verbs.answer(ticket=Ticket.objects.get(pk=late.pk), body="Wij kijken.", by=committed.actor("desk"))
    assert there == [0]
    assert not WarningGiven.objects.filter(ticket=late).exists()
    assert Work(_there(committed, ring, now=now)).result() == 0
