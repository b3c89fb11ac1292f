"""Which tickets run out when: days are those of the wall clock where the organisation is."""

from datetime import datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.access import TicketQuerySet


class Due(models.TextChoices):
    """Until when a ticket runs, or that it was late."""

    LATE = "late", _("late, or has been")
    TODAY = "today", _("today, or is late now")
    TOMORROW = "tomorrow", _("tomorrow")
    WEEK = "week", _("within a week")


def due_by(tickets: TicketQuerySet, when: str) -> TicketQuerySet:
    """Return of `tickets` those with a clock that is or was late, or that runs out today, tomorrow or in seven days."""
    now = timezone.now()
    if when == Due.LATE:
        return tickets.filter(late(now))
    today = _midnight(0)
    if when == Due.TODAY:
        return tickets.filter(due_at__lt=_midnight(1))
    if when == Due.TOMORROW:
        return tickets.filter(due_at__gte=_midnight(1), due_at__lt=_midnight(2))
    return tickets.filter(due_at__gte=today, due_at__lt=_midnight(7))


def late(now: datetime) -> Q:
    """Return the condition that a promise of the desk was late, or is at `now`: a minute after it was due."""
    return Q(late_at__isnull=False) | Q(due_at__lte=now - timedelta(minutes=1))


def _midnight(days: int) -> datetime:
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))
