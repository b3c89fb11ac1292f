from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Person
from tickets.clocks.kinds import ClockKind
from tickets.desk.models import Ticket
from tickets.warnings.moments import When


class RungQuerySet(models.QuerySet):
    """Rungs of the ladder of an organisation."""

    def in_force(self):
        """Return those that have not ended."""
        return self.filter(ended_at__isnull=True)


class Rung(models.Model):
    """One warning that an organisation wants: on which clock, when, to whom, and what happens beside it.

    It never changes: what is asked otherwise ends it and makes another, so that what was done says why. What would
    have rung before `since` does not.
    """

    class At(models.TextChoices):
        """When it rings."""

        USED = "used", _("when a part of the time is used")
        BEFORE = "before", _("so long before the latest moment")
        DUE = "due", _("at the latest moment itself")
        AFTER = "after", _("so long after the latest moment")

    class Hears(models.TextChoices):
        """Who is told; of a ticket that nobody has, the desk lead for its assignee."""

        ASSIGNEE = "assignee", _("the assignee; of what nobody has, the desk lead")
        LEAD = "lead", _("the desk lead")
        COLLEAGUES = "colleagues", _("everybody at the desk")

    class Does(models.TextChoices):
        """What happens beside it."""

        NOTHING = "", _("nothing more")
        RAISE = "raise", _("the priority goes one step up")
        GIVE = "give", _("the ticket goes to somebody")
        RETURN = "return", _("the ticket goes back to be picked up")

    clock = models.CharField(_("clock"), max_length=20, choices=ClockKind)
    at = models.CharField(_("when"), max_length=10, choices=At)
    percent = models.PositiveSmallIntegerField(null=True)
    minutes = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    hears = ArrayField(models.CharField(max_length=10, choices=Hears), default=list)
    does = models.CharField(max_length=10, choices=Does, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = RungQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(at="used", percent__isnull=False, percent__range=(1, 99), minutes=0, days=0)
                | Q(at="due", percent=None, minutes=0, days=0)
                | Q(at__in=["before", "after"], percent=None),
                name="rung_when",
            ),
            models.CheckConstraint(condition=Q(does="give") ^ Q(person__isnull=True), name="rung_gives_to_somebody"),
        ]

    @property
    def when(self) -> When:
        """When it rings, as the arithmetic takes it."""
        sign = -1 if self.at == self.At.BEFORE else 1
        return When(self.percent, sign * self.minutes, sign * self.days)


class WarningGiven(models.Model):
    """That a rung came for one due moment of one clock, so that it rings once. The clock itself may be made again.

    One that came together with a later one, or whose moment was there already, was passed over. `did` is what happened
    to the ticket. Cancelled is what was not mailed any more, as it did not hold.
    """

    class Outcome(models.TextChoices):
        RANG = "rang", _("rang")
        PASSED = "passed", _("passed over")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=ClockKind)
    place = models.PositiveIntegerField()
    rung = models.ForeignKey(Rung, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    did = models.CharField(max_length=10, choices=Rung.Does, blank=True)
    given_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "place", "rung", "due_at"], name="warning_once"),
        ]
