"""The desk of one organisation, in its own schema. The names of what it may point at lie in the public schema."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tenants.access import Standing
from tenants.context import current_organisation
from tickets.states import CLOSED_STATES, OPEN_STATES, Impact, Priority, State, Type, Urgency, Visibility


class SearchColumn(models.GeneratedField):
    """The words of a text column as PostgreSQL finds them: Dutch stems, no accents."""

    def __init__(self, source: str, **kwargs):
        self.source = source
        kwargs["expression"] = Func(
            F(source), template="to_tsvector('extensions.nl', %(expressions)s)", output_field=SearchVectorField()
        )
        kwargs["output_field"] = SearchVectorField()
        kwargs["db_persist"] = True
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("expression", "output_field", "db_persist"):
            kwargs.pop(key, None)
        kwargs["source"] = self.source
        return name, path, args, kwargs


class Counter(models.Model):
    """The last ticket number given out; one row."""

    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="counter_one_row")]


class TicketQuerySet(models.QuerySet):
    """Tickets of the organisation entered."""

    def visible_to(self, standing: Standing) -> Self:
        """Return what a person may know of: staff all, a library's people by their role there, and grants."""
        if standing.organisation.schema_name != current_organisation().schema_name:
            return self.none()
        if standing.is_staff:
            return self
        if standing.person is None or not standing:
            return self.none()
        libraries = standing.libraries
        whole = [at.library_id for at in libraries if at.sees_all]
        locations = [pk for at in libraries for pk in at.location_ids]
        sees = Q(reporter=standing.person, library__in=[at.library_id for at in libraries]) | Q(library__in=whole)
        if locations:
            here = Ticket.locations.through.objects.filter(location__in=locations).values("ticket_id")
            sees |= Q(pk__in=here, library__in=[at.library_id for at in libraries])
        granted = TicketGrant.objects.filter(user=standing.person, permission__codename="view_ticket")
        return self.filter(sees | Q(pk__in=granted.values("content_object_id")))

    def open(self) -> Self:
        """Return the tickets that still ask for work."""
        return self.filter(state__in=OPEN_STATES)

    def unassigned(self) -> Self:
        """Return the tickets nobody has picked up."""
        return self.filter(assignee__isnull=True)

    def assigned_to(self, person) -> Self:
        """Return the tickets of one member of staff."""
        return self.filter(assignee=person)


class Ticket(models.Model):
    """A report, request, question or wish of a library to the desk, from first message to closing."""

    number = models.CharField(max_length=30, unique=True)
    type = models.CharField(_("type"), max_length=20, choices=Type)
    subject = models.CharField(_("subject"), max_length=400)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.NEW)
    category = models.ForeignKey(
        "agenda.Category", on_delete=models.PROTECT, related_name="+", verbose_name=_("category")
    )
    library = models.ForeignKey(
        "tenants.Library", on_delete=models.PROTECT, related_name="+", verbose_name=_("library")
    )
    locations = models.ManyToManyField("tenants.Location", related_name="+", blank=True, verbose_name=_("locations"))
    platform = models.ForeignKey(
        "tenants.Platform", on_delete=models.PROTECT, related_name="+", verbose_name=_("platform")
    )
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.MEDIUM)
    impact = models.CharField(_("impact"), max_length=10, choices=Impact, default=Impact.LOW)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority)
    priority_rank = models.GeneratedField(
        expression=models.Case(
            *[models.When(priority=value, then=Value(rank)) for rank, value in enumerate(Priority.values)],
            default=Value(9),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    reporter = models.ForeignKey(
        "tenants.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by")
    )
    assignee = models.ForeignKey(
        "tenants.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assignee")
    )
    opened_at = models.DateTimeField(_("opened"))
    first_answer_at = models.DateTimeField(_("first answer"), null=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    changed_at = models.DateTimeField(_("last change"))
    told_at = models.DateTimeField(help_text="Last change that the library may know of.")
    reopened = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    told_version = models.PositiveIntegerField(default=1, db_default=1, help_text="The version at `told_at`.")
    search = SearchColumn("subject")

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        default_permissions = ()
        permissions = [("view_ticket", "May see this ticket")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[State.RESOLVED, *CLOSED_STATES], resolved_at__isnull=False)
                | Q(state__in=OPEN_STATES, resolved_at__isnull=True),
                name="ticket_resolved_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at__isnull=True)),
                name="ticket_closed_has_moment",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="ticket_search"),
            models.Index(
                fields=["priority_rank", "opened_at", "id"],
                name="ticket_open_by_priority",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(fields=["assignee"], name="ticket_open_assignee", condition=Q(state__in=OPEN_STATES)),
            models.Index(fields=["-opened_at", "-id"], name="ticket_newest"),
            models.Index(fields=["-changed_at", "-id"], name="ticket_changed"),
            models.Index(fields=["library", "-told_at"], name="ticket_told"),
            models.Index(fields=["library", "-opened_at"], name="ticket_library"),
            models.Index(fields=["reporter", "-opened_at"], name="ticket_reporter"),
            models.Index(fields=["resolved_at"], name="ticket_to_close", condition=Q(state=State.RESOLVED)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Does it still ask for work?"""
        return self.state in OPEN_STATES


class MessageQuerySet(models.QuerySet):
    """Messages of tickets that were fetched through `visible_to`."""

    def visible_to(self, standing: Standing) -> Self:
        """Return what may be read: staff all, others what is public."""
        return self if standing.is_staff else self.filter(visibility=Visibility.PUBLIC)


class Message(models.Model):
    """Something said on a ticket, to the library, to colleagues of this organisation, or to named other POIs."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    origin_ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, related_name="+")
    by_staff = models.BooleanField(help_text="Did the author speak for the desk?")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    body = models.TextField(max_length=20000)
    channel = models.CharField(max_length=10, default="page")
    created_at = models.DateTimeField(default=timezone.now)
    search = SearchColumn("body")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        default_permissions = ()
        indexes = [GinIndex(fields=["search"], name="message_search")]


class Attachment(models.Model):
    """A file with a message; who may read the message may fetch the file."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    key = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    storage_name = models.CharField(max_length=200, unique=True)
    purpose = models.CharField(max_length=20, default="message")
    contains_patron_data = models.BooleanField(default=False)
    purge_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()


class Event(models.Model):
    """What happened to a ticket, one row a verb. Only ever added to; its types are never renamed."""

    class Channel(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")
        MAIL = "mail", _("mail")
        RULE = "rule", _("rule")
        SYSTEM = "system", _("system")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    type = models.CharField(max_length=30)
    schema = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField(default=dict)
    actor = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    system_actor = models.CharField(max_length=30, blank=True)
    on_behalf_of = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)
    cause = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    ticket_version = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False, system_actor="") | (Q(actor__isnull=True) & ~Q(system_actor="")),
                name="event_person_or_system",
            )
        ]
        indexes = [models.Index(fields=["ticket", "ticket_version"], name="event_since")]


class TicketGrant(UserObjectPermissionBase):
    """An exception to the roles: this person may see this ticket. Lies in the organisation's schema."""

    content_object = models.ForeignKey(Ticket, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()


class TicketGroupGrant(GroupObjectPermissionBase):
    """As TicketGrant for a group; guardian wants one beside it. Not used: roles are memberships."""

    content_object = models.ForeignKey(Ticket, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()


from tickets.idempotency.models import AnsweredRequest  # noqa: E402, F401
from tickets.notices.models import Notice  # noqa: E402, F401
