"""One form per action on a ticket. They ask and show; what a valid ticket is, the verbs know."""

import secrets
from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIteratorValue
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tenants.access import Standing, people_of, staff_of
from tenants.context import current_organisation
from tenants.libraries.queries import libraries_visible_to
from tenants.models import Library, Location, Organisation, Person
from tenants.web.widgets import DayInput, LongSelect
from tickets.desk.fields import CategoryField, FilesField, GroupField, LocationBoxes
from tickets.desk.kept import as_uploads
from tickets.desk.kinds import CHOICES, KINDS, Kind
from tickets.desk.models import KeptFile, Ticket
from tickets.desk.ready import initial_facts, ready_words
from tickets.since import plain_value, values_at
from tickets.states import FACTS, Impact, State, Type, Urgency, Visibility
from tickets.valid import BODY_MAX, SUBJECT_KEPT, SUBJECT_MAX

# Words for a librarian, who knows no ITIL.
URGENCY_CHOICES_FOR_LIBRARIES = [
    (Urgency.HIGH, _("Urgent: we cannot go on")),
    (Urgency.MEDIUM, _("Medium: it gets in our way")),
    (Urgency.LOW, _("It can wait")),
]


def once() -> str:
    """Return a new mark for a form, by which it counts once however often it is sent."""
    return secrets.token_urlsafe(18)


class TicketForm(forms.Form):
    """File a ticket."""

    type = forms.ChoiceField(
        label=_("What is it?"),
        choices=CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    subject = forms.CharField(
        label=_("In one sentence"),
        max_length=SUBJECT_MAX,
        help_text=_("Such as: self-service says “no connection”."),
        error_messages={"required": _("Write in one sentence what it is about.")},
    )
    body = forms.CharField(
        label=_("What happens, and since when?"),
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Use a patron number, never a name or address of a patron."),
        error_messages={"required": _("Write what you see happening.")},
    )
    library = forms.ModelChoiceField(
        label=_("Library"), queryset=Library.objects.none(), to_field_name="slug", empty_label=_("Choose a library")
    )
    locations = forms.ModelMultipleChoiceField(
        label=_("Where?"),
        queryset=Location.objects.none(),
        to_field_name="slug",
        required=False,
        widget=LocationBoxes,
    )
    everywhere = forms.BooleanField(label=_("All locations of this library"), required=False)
    category = GroupField(label=_("About what?"), required=False)
    urgency = forms.ChoiceField(
        label=_("How urgent is it?"),
        choices=URGENCY_CHOICES_FOR_LIBRARIES,
        initial=Urgency.MEDIUM,
        widget=forms.RadioSelect,
    )
    impact = forms.ChoiceField(
        label=_("Impact"), choices=[("", _("by number of locations")), *Impact.choices], required=False
    )
    reporter = forms.CharField(
        label=_("For whom? (e-mail address)"), required=False, help_text=_("Empty: for yourself."), max_length=254
    )
    attachments = FilesField(label=_("Files"), required=False)
    patron_data = forms.BooleanField(label=_("A file shows patron data; delete it after 90 days"), required=False)
    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=once)
    kind: Kind | None = None  # of a librarian's form, once it is known

    def __init__(self, *args, standing: Standing, **kwargs):
        self.standing = standing
        super().__init__(*args, **kwargs)
        libraries = libraries_visible_to(standing)
        if not standing.is_staff:
            libraries = libraries.filter(pk__in=standing.library_ids)
        self.fields["library"].queryset = libraries
        self.fields["category"].offer_groups()
        if standing.is_staff:
            self.fields["category"] = CategoryField(label=_("About what?"), required=False)
            self.fields["category"].offer(_("still to be sorted"))
            self.fields["locations"].queryset = (
                Location.objects.current().filter(library__organisation=standing.organisation).select_related("library")
            )
            self.fields["type"].choices = Type.choices
            self.fields["urgency"].choices = Urgency.choices
        else:
            del self.fields["reporter"], self.fields["impact"]
            own = list(libraries)
            if len(own) == 1:
                self.fields["library"].initial = own[0].slug
                self.fields["library"].widget = forms.HiddenInput()
            self.fields["locations"].queryset = (
                Location.objects.current().filter(library__in=own).select_related("library")
            )
            self._ask_by_kind()
        self.fields["locations"].choices = lambda: [
            (ModelChoiceIteratorValue(place.slug, place), place.name) for place in self.places
        ]

    def _ask_by_kind(self) -> None:
        """Put the two questions as fits what it is, where that is known: by the portal's choice, or by this form's."""
        self.kind = KINDS.get(self.data.get("type") or self.initial.get("type"))
        if self.kind is None:
            return
        subject, body = self.fields["subject"], self.fields["body"]
        subject.label, subject.help_text, body.label = self.kind.subject, self.kind.example, self.kind.body
        subject.error_messages["required"] = self.kind.no_subject
        body.error_messages["required"] = self.kind.no_body
        if not self.is_bound:
            subject.widget.attrs["autofocus"] = True

    @cached_property
    def places(self) -> list[Location]:
        """The locations that may be chosen; one query, when the page shows them."""
        return list(self.fields["locations"].queryset)

    @property
    def places_chosen(self) -> int:
        """How many locations are chosen on this page."""
        return len(self.places if self["everywhere"].value() else self["locations"].value() or ())

    def clean_reporter(self) -> Person | None:
        address = self.cleaned_data["reporter"].strip().lower()
        if not address:
            return None
        person = people_of(current_organisation()).filter(email=address).first()
        if person is None:
            raise ValidationError(_("Nobody with this address belongs to this library."))
        return person

    def values(self) -> dict[str, object]:
        """Return the values as the verb `create` takes them."""
        chosen = self.cleaned_data
        return {
            **{name: chosen[name] for name in ("type", "subject", "body", "library", "category", "urgency")},
            "impact": chosen.get("impact") or None,
            "locations": self._everywhere() if chosen["everywhere"] else chosen["locations"],
            "reporter": chosen.get("reporter"),
            "uploads": chosen["attachments"],
            "patron_data": chosen["patron_data"],
            "once": chosen["once"],
        }

    def _everywhere(self) -> list[Location]:
        """Return all locations of the library that was chosen, as many as this person may choose."""
        return [place for place in self.places if place.library_id == self.cleaned_data["library"].pk]


class AnswerForm(forms.Form):
    """Say something on a ticket."""

    body = forms.CharField(label=_("Answer"), max_length=BODY_MAX, required=False)
    visibility = forms.ChoiceField(
        label=_("Who reads this?"), choices=Visibility.choices, initial=Visibility.PUBLIC, required=False
    )
    then = forms.ChoiceField(label=_("And then"), required=False)
    planned_until = forms.DateField(label=_("Planned until"), required=False, widget=DayInput)
    supplier = forms.CharField(label=_("Which supplier"), required=False, max_length=120)
    supplier_number = forms.CharField(label=_("Its number there"), required=False, max_length=60)
    partner = forms.ModelChoiceField(
        label=_("Which POI"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Choose a POI"),
    )
    asked = forms.CharField(label=_("What the reporter is asked (empty: your answer)"), required=False, max_length=400)
    words = forms.CharField(
        label=_("What was the solution? The library reads this."),
        required=False,
        max_length=BODY_MAX,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    category = CategoryField(label=_("What it was about"), required=False)
    attachments = FilesField(label=_("Files"), required=False)
    patron_data = forms.BooleanField(label=_("A file shows patron data; delete it after 90 days"), required=False)
    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=once)
    seen = forms.IntegerField(required=False, help_text="How much of the conversation its page showed.")

    def __init__(
        self,
        *args,
        then: tuple[str, ...] = (),
        ticket: Ticket | None = None,
        held: Sequence[KeptFile] = (),
        **kwargs,
    ):
        self.held = held  # files that came with it before, kept until it is sent
        if ticket is not None:
            kwargs["initial"] = initial_facts(ticket)
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Organisation.objects.taking_part().exclude(pk=current_organisation().pk)
        self.fields["words"].widget.attrs["placeholder"] = ready_words()
        if ticket is None or ticket.is_sorted:
            del self.fields["category"]
        else:
            self.fields["category"].offer(_("Choose a category"))
        field = self.fields["then"]
        field.choices = [("", ""), *State.choices]  # what is possible meanwhile, the verb knows
        field.widget = LongSelect()
        field.widget.choices = [("", _("leave the state as it is")), *((to, State(to).label) for to in then)]

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Visibility.PUBLIC

    def clean(self) -> dict[str, object]:
        """Refuse a form that says nothing at all: no text, no next state."""
        chosen = super().clean()
        if not chosen.get("body", "-") and not chosen.get("then", "-"):
            self.add_error("body", _("Write something first."))
        return chosen

    def fact(self) -> dict[str, object]:
        """Return what the chosen state asks, of what was filled in."""
        names = FACTS.get(self.cleaned_data["then"], ())
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}

    @property
    def only_moves(self) -> bool:
        """Is there a next state and nothing said?"""
        return not self.cleaned_data["body"] and not self.cleaned_data["attachments"] and not self.held

    def values(self) -> dict[str, object]:
        """Return the values as the verb `answer` takes them."""
        chosen = self.cleaned_data
        return {
            **{name: chosen[name] for name in ("body", "visibility", "patron_data", "once")},
            "then": chosen["then"] or None,
            "fact": self.fact(),
            "words": chosen["words"],
            "category": chosen.get("category"),
            "uploads": [*as_uploads(self.held), *chosen["attachments"]],
        }


class MoveForm(forms.Form):
    """Take a ticket to another state."""

    to = forms.ChoiceField(label=_("To"), choices=State.choices)
    reason = forms.CharField(
        label=_("Reason"), max_length=BODY_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class EditForm(forms.Form):
    """Change the fields of a ticket; staff only."""

    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_KEPT)
    type = forms.ChoiceField(label=_("Type"), choices=Type.choices)
    category = CategoryField(label=_("Category"))
    library = forms.ModelChoiceField(
        label=_("Library"), queryset=Library.objects.none(), to_field_name="slug", empty_label=_("Choose a library")
    )
    locations = forms.ModelMultipleChoiceField(
        label=_("Locations"),
        queryset=Location.objects.none(),
        to_field_name="slug",
        required=False,
        widget=LocationBoxes,
    )
    reporter = forms.CharField(label=_("Reporter (e-mail address)"), max_length=254)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    impact = forms.ChoiceField(label=_("Impact"), choices=Impact.choices)
    assignee = forms.ModelChoiceField(
        label=_("Assignee"), queryset=Person.objects.none(), required=False, empty_label=_("nobody yet")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, standing: Standing, ticket: Ticket, **kwargs):
        self.ticket = ticket
        kwargs.setdefault("initial", {}).update(
            subject=ticket.subject,
            type=ticket.type,
            category=ticket.category,
            library=ticket.library,
            locations=[place.slug for place in ticket.locations.all()],
            urgency=ticket.urgency,
            impact=ticket.impact,
            reporter=ticket.reporter.email,
            assignee=ticket.assignee_id,
            version=ticket.version,
        )
        super().__init__(*args, **kwargs)
        # What ended meanwhile may stay: a choice that is not offered is one that a browser takes away.
        here = Location.objects.current().filter(library__organisation=standing.organisation)
        own = Location.objects.filter(pk__in=[place.pk for place in ticket.locations.all()])
        self.fields["locations"].queryset = here | own
        self.fields["library"].queryset = libraries_visible_to(standing) | Library.objects.filter(pk=ticket.library_id)
        library_slug = self.data.get("library") or ticket.library.slug
        self.fields["locations"].choices = [
            (place.slug, place.name) for place in self.fields["locations"].queryset.filter(library__slug=library_slug)
        ]
        self.fields["assignee"].queryset = staff_of(standing.organisation) | Person.objects.filter(
            pk=ticket.assignee_id
        )
        self.fields["category"].required = ticket.is_sorted
        self.fields["category"].offer(_("still to be sorted"), now=ticket.category)

    def clean_reporter(self) -> Person:
        address = self.cleaned_data["reporter"].strip().lower()
        person = people_of(current_organisation()).filter(email=address).first()
        if person is None and address != self.ticket.reporter.email:
            raise ValidationError(_("Nobody with this address belongs to this library."))
        return person or self.ticket.reporter

    def changes(self) -> dict[str, object]:
        """Return the values as the verb `edit` takes them, less what was left as the page showed it.

        A page sends all its fields: what a colleague changed meanwhile, and this person did not touch, is theirs.
        """
        shown = values_at(self.ticket, self.cleaned_data["version"])
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "version" and not (name in shown and shown[name] == plain_value(value))
        }

    def shown(self, name: str) -> list[object]:
        """Return what the page of the ticket as it is now would send for a field."""
        value = self.fields[name].prepare_value(self.get_initial_for_field(self.fields[name], name))
        return value if isinstance(value, list) else ["" if value is None else value]
