from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Library, Person, Platform
from tickets.agreements.models import AgreementVersion
from tickets.clocks.kinds import ClockKind
from tickets.desk.models import Event, Ticket
from tickets.states import Priority, State, Type


class Interval(models.Model):
    """A time in which nothing changed of what the clocks of a ticket count by; the last one has no end.

    `pauses` names the clocks that stand still in it, by the rules of then: no later change of these changes it.
    `party` is whom it waits for, in the words of then.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="intervals")
    place = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=State)
    party = models.CharField(max_length=120, blank=True)
    pauses = ArrayField(models.CharField(max_length=20), default=list)
    type = models.CharField(max_length=20, choices=Type)
    priority = models.CharField(max_length=10, choices=Priority)
    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="+", db_index=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    levels = ArrayField(models.CharField(max_length=10), default=list)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    system_actor = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["ticket", "place"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "place"], name="interval_place"),
        ]


class Clock(models.Model):
    """A clock on a ticket: since when it runs, when it is due, when it was done; moments in UTC, working minutes.

    What it says follows from the intervals, what was said, the agreements and the calendars: it can be made again.
    `due_at` is empty where nothing was agreed and while it stands still. `late_at` and `late_due` are the moments at
    which it was late first, and at which it was due then.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="clocks")
    kind = models.CharField(_("clock"), max_length=20, choices=ClockKind)
    place = models.PositiveIntegerField(default=0)
    party = models.CharField(max_length=120, blank=True)
    version = models.ForeignKey(AgreementVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    calendar = models.SlugField(blank=True)
    started_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)
    late_due = models.DateTimeField(null=True)
    ran = models.PositiveIntegerField(null=True, help_text="Working minutes, once it is done.")
    target = models.PositiveIntegerField(null=True, help_text="Working minutes that were agreed.")

    class Meta:
        ordering = ["ticket", "started_at", "kind", "place"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "place"], name="clock_place"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="clock_running", condition=Q(done_at__isnull=True)),
            models.Index(fields=["kind", "started_at"], name="clock_started"),
        ]
