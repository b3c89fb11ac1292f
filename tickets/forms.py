"""One form per action on a ticket; the same forms check pages and API."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agenda.categories.models import Category
from agenda.categories.queries import grouped_choices, leaves
from tenants import files
from tenants.access import Standing, staff_of
from tenants.models import Library, Location, Person
from tenants.queries import libraries_visible_to
from tickets.models import Ticket, TicketQuerySet
from tickets.queries import search
from tickets.states import Impact, Priority, State, Type, Urgency, Visibility

MESSAGE_MAX = 20000
UNRESOLVED = "unresolved"

SORTS = {
    "priority": (_("most urgent first"), ["priority_rank", "opened_at", "pk"]),
    "newest": (_("newest first"), ["-opened_at", "-pk"]),
    "oldest": (_("oldest first"), ["opened_at", "pk"]),
    "changed": (_("last changed first"), ["-changed_at", "-pk"]),
}

# Words for a librarian, who knows no ITIL.
TYPE_CHOICES_FOR_LIBRARIES = [
    (Type.INCIDENT, _("Something is not working")),
    (Type.SERVICE_REQUEST, _("I want something arranged")),
    (Type.QUESTION, _("I have a question")),
    (Type.CHANGE, _("I want a setting changed")),
    (Type.WISH, _("I have a wish for the future")),
    (Type.COMPLAINT, _("I have a complaint")),
]
URGENCY_CHOICES_FOR_LIBRARIES = [
    (Urgency.HIGH, _("Urgent: we cannot go on")),
    (Urgency.MEDIUM, _("Medium: it gets in our way")),
    (Urgency.LOW, _("It can wait")),
]


class CategoryField(forms.ModelChoiceField):
    """A leaf of the common tree, by its code."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Category.objects.none(), to_field_name="code", **kwargs)

    def offer(self, blank: str) -> None:
        """Fill the choices, in groups and in the language of the moment."""
        self.queryset = leaves()
        self.choices = [("", blank), *grouped_choices()]


class LocationBoxes(forms.CheckboxSelectMultiple):
    """Boxes for locations; each says of which library it is, so that a script can leave out the others."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        place = getattr(value, "instance", None)
        if place is not None:
            option["attrs"]["data-library"] = place.library.slug
        return option


class LongSelect(forms.Select):
    """A select rendered without a template for each option: the filter of the desk has well over a hundred."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = set(self.format_value(value))
        groups = []
        for key, label in self.choices:
            if isinstance(label, (list, tuple)):
                groups.append(format_html('<optgroup label="{}">{}</optgroup>', key, _options(label, chosen)))
            else:
                groups.append(_options([(key, label)], chosen))
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(attrs or {}, {"name": name})), mark_safe("".join(groups))
        )


def _options(choices, chosen: set[str]) -> SafeString:
    rows = ((key, mark_safe(" selected") if str(key) in chosen else "", label) for key, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


class SeveralFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploads, each checked; the error names the file."""

    widget = SeveralFiles

    def clean(self, data, initial=None):
        uploads = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > settings.UPLOAD_MAX_FILES:
            raise ValidationError(
                ngettext(
                    "Send at most %(most)s file at a time.",
                    "Send at most %(most)s files at a time.",
                    settings.UPLOAD_MAX_FILES,
                ),
                params={"most": settings.UPLOAD_MAX_FILES},
            )
        errors = []
        for upload in uploads:
            try:
                files.check(upload)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return uploads


class TicketForm(forms.Form):
    """File a ticket."""

    type = forms.ChoiceField(label=_("What is it?"), choices=TYPE_CHOICES_FOR_LIBRARIES, widget=forms.RadioSelect)
    subject = forms.CharField(
        label=_("In one sentence"), max_length=400, help_text=_("Such as: self-service says “no connection”.")
    )
    body = forms.CharField(
        label=_("What happens, and since when?"),
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Use a patron number, never a name or address of a patron."),
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
    category = CategoryField(label=_("About what?"))
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

    def __init__(self, *args, standing: Standing, **kwargs):
        self.standing = standing
        super().__init__(*args, **kwargs)
        libraries = libraries_visible_to(standing)
        if not standing.is_staff:
            libraries = libraries.filter(pk__in=standing.library_ids)
        self.fields["library"].queryset = libraries
        self.fields["category"].offer(_("Choose a subject"))
        if standing.is_staff:
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

    def clean_reporter(self) -> Person | None:
        address = self.cleaned_data["reporter"].strip().lower()
        if not address:
            return None
        person = Person.objects.filter(email=address, is_active=True).first()
        if person is None:
            raise ValidationError(_("Nobody with this address belongs to this library."))
        return person

    def clean(self):
        cleaned = super().clean()
        library = cleaned.get("library")
        if library:
            if any(place.library_id != library.pk for place in cleaned.get("locations") or ()):
                self.add_error("locations", _("Choose locations of this library only."))
            reporter = cleaned.get("reporter")
            if reporter and not reporter.library_memberships.current().filter(library=library).exists():
                self.add_error("reporter", _("Nobody with this address belongs to this library."))
        return cleaned


class AnswerForm(forms.Form):
    """Say something on a ticket."""

    body = forms.CharField(
        label=_("Answer"),
        max_length=MESSAGE_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write something first.")},
    )
    visibility = forms.ChoiceField(
        label=_("Who reads this?"), choices=Visibility.choices, initial=Visibility.PUBLIC, required=False
    )
    then = forms.ChoiceField(label=_("And then"), required=False)
    attachments = FilesField(label=_("Files"), required=False)
    patron_data = forms.BooleanField(label=_("A file shows patron data; delete it after 90 days"), required=False)

    def __init__(self, *args, then: tuple[str, ...] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["then"].choices = [("", _("leave the state as it is")), *((to, State(to).label) for to in then)]

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Visibility.PUBLIC


class MoveForm(forms.Form):
    """Take a ticket to another state."""

    to = forms.ChoiceField(label=_("To"), choices=State.choices)
    reason = forms.CharField(
        label=_("Reason"), max_length=MESSAGE_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class EditForm(forms.Form):
    """Change the fields of a ticket; staff only."""

    subject = forms.CharField(label=_("Subject"), max_length=400)
    type = forms.ChoiceField(label=_("Type"), choices=Type.choices)
    category = CategoryField(label=_("Category"))
    library = forms.ModelChoiceField(label=_("Library"), queryset=Library.objects.none(), to_field_name="slug")
    locations = forms.ModelMultipleChoiceField(
        label=_("Locations"),
        queryset=Location.objects.none(),
        to_field_name="slug",
        required=False,
        widget=LocationBoxes,
    )
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    impact = forms.ChoiceField(label=_("Impact"), choices=Impact.choices)
    assignee = forms.ModelChoiceField(
        label=_("Assignee"), queryset=Person.objects.none(), required=False, empty_label=_("nobody yet")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, standing: Standing, ticket: Ticket, **kwargs):
        kwargs.setdefault("initial", {}).update(
            subject=ticket.subject,
            type=ticket.type,
            category=ticket.category,
            library=ticket.library,
            locations=[place.slug for place in ticket.locations.all()],
            urgency=ticket.urgency,
            impact=ticket.impact,
            assignee=ticket.assignee_id,
            version=ticket.version,
        )
        super().__init__(*args, **kwargs)
        self.fields["library"].queryset = libraries_visible_to(standing)
        self.fields["locations"].queryset = Location.objects.current().filter(
            library__organisation=standing.organisation
        )
        library_slug = self.data.get("library") or ticket.library.slug
        self.fields["locations"].choices = [
            (place.slug, place.name) for place in self.fields["locations"].queryset.filter(library__slug=library_slug)
        ]
        self.fields["assignee"].queryset = staff_of(standing.organisation) | Person.objects.filter(
            pk=ticket.assignee_id
        )
        self.fields["category"].offer(_("Choose a subject"))
        self.fields["category"].queryset = leaves() | Category.objects.filter(pk=ticket.category_id)

    def clean(self):
        cleaned = super().clean()
        library = cleaned.get("library")
        if library:  # a library's locations go with it
            cleaned["locations"] = [p for p in cleaned.get("locations") or () if p.library_id == library.pk]
        return cleaned

    def changes(self) -> dict[str, object]:
        """Return the values as `workflow.edit` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class FilterForm(forms.Form):
    """Choose and sort tickets: the one filter of pages, API and whatever comes to export them."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("any state")), (UNRESOLVED, _("all open")), *State.choices]
    )
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("any type")), *Type.choices])
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("any priority")), *Priority.choices]
    )
    library = forms.ModelChoiceField(
        label=_("Library"),
        required=False,
        queryset=Library.objects.none(),
        to_field_name="slug",
        empty_label=_("any library"),
    )
    category = CategoryField(label=_("Category"), required=False)
    assignee = forms.CharField(label=_("Assignee"), required=False, max_length=254)
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(key, label) for key, (label, _order) in SORTS.items()]
    )

    def __init__(self, data, *, standing: Standing, **kwargs):
        self.standing = standing
        super().__init__(data, **kwargs)
        self.fields["library"].queryset = libraries_visible_to(standing)
        self.fields["category"].queryset = leaves()

    def offer(self) -> None:
        """Fill the choices that cost a query, for a page that shows them."""
        for name in ("state", "type", "priority", "sort"):
            self.fields[name].widget = LongSelect(choices=self.fields[name].choices)
        self.fields["library"].widget, self.fields["category"].widget = LongSelect(), LongSelect()
        libraries = self.fields["library"].queryset.values_list("slug", "name")
        self.fields["library"].widget.choices = [("", _("any library")), *libraries]
        self.fields["category"].offer(_("any category"))
        people = staff_of(self.standing.organisation).values_list("pk", "name")
        self.fields["assignee"].widget = LongSelect(
            choices=[("", _("anybody")), ("me", _("me")), ("none", _("nobody yet")), *people]
        )

    def clean_assignee(self) -> str:
        value = self.cleaned_data["assignee"].strip()
        if value in ("", "me", "none"):
            return value
        if value.isascii() and value.isdecimal() and len(value) < 10:
            return value
        person = staff_of(self.standing.organisation).filter(email=value.lower()).first()
        if person is None:
            raise ValidationError(_("Give “me”, “none” or the address of a member of staff."))
        return str(person.pk)

    def filter(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """Return `tickets` narrowed and sorted by the cleaned values. Call after `is_valid()`."""
        chosen = self.cleaned_data
        if chosen["state"] == UNRESOLVED:
            tickets = tickets.open()
        elif chosen["state"]:
            tickets = tickets.filter(state=chosen["state"])
        for name in ("type", "priority", "library", "category"):
            if chosen[name]:
                tickets = tickets.filter(**{name: chosen[name]})
        if chosen["assignee"] == "me":
            tickets = tickets.assigned_to(self.standing.person)
        elif chosen["assignee"] == "none":
            tickets = tickets.unassigned()
        elif chosen["assignee"]:
            tickets = tickets.filter(assignee_id=int(chosen["assignee"]))
        if chosen["q"].strip():
            tickets = search(tickets, chosen["q"], self.standing)
        _label, order = SORTS[chosen["sort"] or "newest"]
        return tickets.order_by(*order)

    @property
    def narrows(self) -> bool:
        """Does it choose anything beyond the tab and the order?"""
        return bool(self.cleaned_data.get("q")) or self.refines

    @property
    def refines(self) -> bool:
        """Does it choose a kind of ticket, beyond tab, words and order?"""
        return any(self.cleaned_data.get(name) for name in ("type", "priority", "library", "category"))
