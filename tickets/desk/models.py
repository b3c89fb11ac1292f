"""What the desk of one organisation works with, in its own schema: tickets, what is said on them, what happened."""

import secrets
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.actor import Channel
from tenants.dated import NameWords
from tenants.files.pictures import is_picture
from tickets.access import MessageQuerySet, TicketQuerySet
from tickets.events import Kind
from tickets.search.columns import SearchColumn
from tickets.states import (
    CLOSED_STATES,
    OPEN_STATES,
    PEOPLE,
    Impact,
    Priority,
    Speaker,
    State,
    Type,
    Urgency,
    Visibility,
    is_withdrawn,
)

OPEN_FIRST = Case(When(state__in=OPEN_STATES, then=Value(0)), default=Value(1))


class Counter(models.Model):
    """The last ticket number given out; one row."""

    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="counter_one_row")]


class Ticket(models.Model):
    """A report, request, question or wish of a library to the desk, from first message to closing."""

    number = models.CharField(max_length=30, unique=True)
    type = models.CharField(_("type"), max_length=20, choices=Type)
    subject = models.CharField(_("subject"), max_length=400)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.NEW)
    category = models.ForeignKey(
        "agenda.Category", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("category")
    )  # a leaf; until the desk sorts it a group of the tree, or nothing
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
    planned_until = models.DateField(_("planned until"), null=True)
    supplier = models.CharField(_("supplier"), max_length=120, blank=True, default="", db_default="")
    supplier_number = models.CharField(
        _("number at the supplier"), max_length=60, blank=True, default="", db_default=""
    )
    partner = models.ForeignKey(
        "tenants.Organisation", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("colleague POI")
    )
    asked = models.CharField(_("asked of the reporter"), max_length=400, blank=True, default="", db_default="")
    opened_at = models.DateTimeField(_("opened"))
    first_answer_at = models.DateTimeField(_("first answer"), null=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    changed_at = models.DateTimeField(_("last change"))
    told_at = models.DateTimeField(help_text="Last change that the library may know of.")
    reopened = models.PositiveSmallIntegerField(default=0)
    reopened_at = models.DateTimeField(null=True, help_text="Until staff answered, or took it to another state.")
    due_at = models.DateTimeField(null=True, help_text="When the first of its clocks that run is due.")
    due_clock = models.CharField(max_length=20, blank=True, default="", db_default="")
    due_calendar = models.SlugField(blank=True, default="", db_default="", db_index=False)
    late_at = models.DateTimeField(null=True, help_text="When a clock was late first, as far as was seen.")
    rules = models.UUIDField(null=True, help_text="The stamp of the rules by which its clocks were reckoned last.")
    version = models.PositiveIntegerField(default=1)
    told_version = models.PositiveIntegerField(default=1, help_text="Counts only what the library may know of.")
    search = SearchColumn("subject")

    objects = TicketQuerySet.as_manager()
    began: Any = None  # the change that made this very instance, for who answers at once
    counted: Any = None  # the rows of its clocks, where the change in hand reckoned them again

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
            models.Index(
                F("reopened_at").asc(nulls_last=True),
                "priority_rank",
                "opened_at",
                "id",
                name="ticket_open_reopened",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(
                F("reopened_at").asc(nulls_last=True),
                F("due_at").asc(nulls_last=True),
                "priority_rank",
                "opened_at",
                "id",
                name="ticket_open_due",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(fields=["assignee"], name="ticket_open_assignee", condition=Q(state__in=OPEN_STATES)),
            models.Index(fields=["-opened_at", "-id"], name="ticket_newest"),
            models.Index(OPEN_FIRST, F("opened_at").desc(), F("id").desc(), name="ticket_open_first"),
            models.Index(fields=["-changed_at", "-id"], name="ticket_changed"),
            models.Index(fields=["library", "-told_at"], name="ticket_told"),
            models.Index(fields=["library", "-opened_at"], name="ticket_library"),
            models.Index(fields=["reporter", "-opened_at"], name="ticket_reporter"),
            models.Index(fields=["resolved_at"], name="ticket_to_close", condition=Q(state=State.RESOLVED)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_withdrawn(self) -> bool:
        """Was it closed because it was needed no more, and never resolved?"""
        return is_withdrawn(self.state, self.resolved_at, self.closed_at)

    @property
    def is_sorted(self) -> bool:
        """Does it have a leaf of the tree of categories?"""
        return self.category is not None and self.category.parent_id is not None

    @property
    def is_open(self) -> bool:
        """Does it still ask for work?"""
        return self.state in OPEN_STATES


def message_key() -> str:
    """Return a new name for a message; at random, so that it tells nothing of how many there are."""
    return secrets.token_hex(12)


class Message(models.Model):
    """Something said on a ticket, to the library, to colleagues of this organisation, or to colleague POIs."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    origin_ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(
        max_length=24, unique=True, default=message_key, help_text="Its name outside; tells no count."
    )
    speaker = models.CharField(max_length=10, choices=Speaker)
    author = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    speaker_name = models.CharField(max_length=120, blank=True, help_text="Of a speaker who is no person here.")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    body = models.TextField(max_length=20000)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.PAGE)
    once = models.CharField(max_length=64, blank=True, help_text="Mark of the form that was sent; twice is once.")
    created_at = models.DateTimeField(default=timezone.now)
    search = SearchColumn("body")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["once"], condition=~Q(once=""), name="message_once"),
            models.CheckConstraint(
                condition=Q(speaker__in=PEOPLE, author__isnull=False, speaker_name="")
                | (~Q(speaker__in=PEOPLE) & Q(author__isnull=True) & ~Q(speaker_name="")),
                name="message_person_or_named_speaker",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="message_search")]

    @property
    def by_staff(self) -> bool:
        """Does it speak for the desk?"""
        return self.speaker == Speaker.STAFF

    @property
    def name(self) -> str:
        """The name of who speaks."""
        return self.author.name if self.author else self.speaker_name


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
        indexes = [GinIndex(NameWords("name"), name="attachment_name_words")]

    @property
    def is_picture(self) -> bool:
        """Is it shown where it stands? Never what shows patron data: that is opened on purpose."""
        return not self.contains_patron_data and is_picture(self.content_type, self.size)


class KeptFile(models.Model):
    """A file of a form that could not be sent yet; of one person and one form, read by nobody."""

    person = models.ForeignKey("tenants.Person", on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64, help_text="Mark of the form.")
    key = models.CharField(max_length=48, unique=True)
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=120)
    storage_name = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()


class Event(models.Model):
    """What happened to a ticket, one row a verb. Only ever added to; its kinds are never renamed."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30, choices=Kind)
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
    told_version = models.PositiveIntegerField(
        null=True, help_text="Where the library may know of it: its version then."
    )
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
