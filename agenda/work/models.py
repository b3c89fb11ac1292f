from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.history.models import Recorded
from tenants.access import Standing
from tenants.actor import Actor
from tenants.dated import Dated, DatedQuerySet, in_language
from tenants.roles import OrganisationRole, Permission


class PolicyFramework(Dated):
    """A policy framework that the cooperation serves for some years, such as the Netwerkagenda 2021-2023."""

    name_nl = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    class Meta:
        ordering = ["from_on"]

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self, "name")


class PolicyGoalQuerySet(DatedQuerySet):
    """Goals of policy frameworks."""

    def offered(self, day: date, besides: int | None = None) -> Self:
        """Return what a result may serve from `day` on: goals that run, of a framework that runs; and `besides`."""
        frameworks = PolicyFramework.objects.at(day)
        running = Q(pk__in=self.model.objects.at(day).filter(framework__in=frameworks).order_by().values("pk"))
        return self.filter(running | Q(pk=besides)).select_related("framework")


class PolicyGoal(Dated):
    """A goal of a policy framework; an item of the work agenda serves one."""

    framework = models.ForeignKey(PolicyFramework, on_delete=models.PROTECT, related_name="goals")
    code = models.SlugField(unique=True)
    name_nl = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    position = models.PositiveSmallIntegerField(default=0)

    objects = PolicyGoalQuerySet.as_manager()

    class Meta:
        ordering = ["framework__from_on", "position"]

    def __str__(self) -> str:
        return self.name

    def runs_on(self, day: date) -> bool:
        """Are it and its framework in force on `day`?"""
        return all(one.from_on <= day and not (one.until_on and one.until_on < day) for one in (self, self.framework))

    @property
    def ended_on(self) -> date | None:
        """The last day of it or of its framework, when that lies behind us."""
        ends = [day for day in (self.until_on, self.framework.until_on) if day]
        return min(ends) if ends and min(ends) < timezone.localdate() else None

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self, "name")


class Status(models.TextChoices):
    """How a result stands."""

    ON_TRACK = "on_track", _("on track")
    AT_RISK = "at_risk", _("at risk")
    OFF_TRACK = "off_track", _("off track")


def desks_of(by: Actor, *roles: str) -> frozenset[int]:
    """Return the organisations for whose desk this actor has one of `roles` (on the common host; a system has none)."""
    return by.standing.organisation_ids(*roles) if by.standing else frozenset()


def in_a_part() -> Q:
    """Return the condition that an organisation's part is off track or at risk."""
    parts = Contribution.objects.filter(item=models.OuterRef("pk")).exclude(status=Status.ON_TRACK)
    return Q(models.Exists(parts))


def wanting_attention(today: date) -> Q:
    """Return the condition that a running result wants attention, as `agenda.work.asked.is_trouble` says."""
    return ~Q(status=Status.ON_TRACK) | Q(planned_to__lt=today) | ~Q(asked="") | in_a_part()


class WorkItemQuerySet(models.QuerySet):
    """Items of the work agenda."""

    def visible_to(self, standing: Standing) -> Self:
        """Return all items for whoever reads the agenda, none for others."""
        return self if standing.may(Permission.AGENDA_READ) else self.none()

    def red_first(self) -> Self:
        """Sort off track, at risk, in a part or asking something, the rest; then by planned end."""
        order = models.Case(
            models.When(status=Status.OFF_TRACK, then=0),
            models.When(status=Status.AT_RISK, then=1),
            models.When(in_a_part() | ~Q(asked=""), finished_on=None, then=2),
            default=3,
        )
        return self.order_by(order, "planned_to", "number")

    def running(self) -> Self:
        """Return the items that are not finished."""
        return self.filter(finished_on__isnull=True)


class WorkItem(Recorded):
    """A result on the work agenda that the organisations agreed on, with a lead and contributions."""

    class Theme(models.TextChoices):
        HARMONISATION = "harmonisation", _("harmonisation")
        INTEGRATION = "integration", _("integration")
        SET_UP = "set_up", _("set-up")
        CONTINUITY = "continuity", _("continuity")
        INNOVATION = "innovation", _("innovation")
        COST = "cost", _("cost")

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(_("result"), max_length=160)
    description = models.TextField(
        _("what is there when it is done"), max_length=4000, blank=True, validators=[MaxLengthValidator(4000)]
    )
    theme = models.CharField(_("theme"), max_length=20, choices=Theme)
    goal = models.ForeignKey(PolicyGoal, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("goal"))
    lead = models.ForeignKey(
        "tenants.Organisation", on_delete=models.PROTECT, related_name="led_items", verbose_name=_("lead")
    )
    planned_from = models.DateField(_("planned from"))
    planned_to = models.DateField(_("planned to"))
    progress = models.PositiveSmallIntegerField(_("progress (%)"), default=0, validators=[MaxValueValidator(100)])
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ON_TRACK)
    finished_on = models.DateField(_("finished on"), null=True, blank=True)
    asked = models.CharField(_("asked of the steering group"), max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(planned_to__gte=F("planned_from")), name="work_item_ends_after_begin"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="work_item_progress_to_100"),
            models.CheckConstraint(
                condition=Q(finished_on__isnull=True) | Q(progress=100), name="work_item_finished_is_100"
            ),
        ]

    def __str__(self) -> str:
        return f"W{self.number} {self.title}"

    @property
    def address(self) -> str:
        return f"W{self.number}"

    def clean(self) -> None:
        """Raise ValidationError, by field, for what no result may be, whoever asks."""
        if self.planned_from and self.planned_to and self.planned_to < self.planned_from:
            raise ValidationError({"planned_to": _("The end lies before the beginning.")})

    def editable_by(self, by: Actor) -> bool:
        """May this actor change the whole item? The programme manager, and the desk lead of the lead organisation."""
        return by.may(Permission.AGENDA_EDIT) or self.lead_id in desks_of(by, OrganisationRole.DESK_LEAD)


class Contribution(models.Model):
    """What one organisation does for an item, with its own status."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="contributions")
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    description = models.CharField(_("contribution"), max_length=400, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ON_TRACK)

    class Meta:
        ordering = ["organisation__sort_name"]
        constraints = [models.UniqueConstraint(fields=["item", "organisation"], name="contribution_once")]

    def editable_by(self, by: Actor) -> bool:
        """May this actor change the contribution? Who edits the item, and the contributor's own staff."""
        own = desks_of(by, OrganisationRole.DESK_LEAD, OrganisationRole.FUNCTIONAL_MANAGER)
        return self.item.editable_by(by) or self.organisation_id in own
