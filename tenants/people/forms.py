"""Forms about people and roles."""

from datetime import timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Library, LibraryMembership, Location, Organisation, Person
from tenants.people.queries import AT_LIBRARY, STAFF, in_group, library_roles, staff_roles, with_words
from tenants.roles import LibraryRole, OrganisationRole

NO_SECOND_STEP, LONG_AGO = "no-second-step", "long-ago"


class PeopleForm(forms.Form):
    """Choose people by words, by role, and those one should look at."""

    find = forms.CharField(label=_("Name, address or library"), required=False, max_length=200)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("any role")), *OrganisationRole.choices, *LibraryRole.choices]
    )
    only = forms.ChoiceField(
        label=_("Only"),
        required=False,
        choices=[
            ("", _("all of them")),
            (NO_SECOND_STEP, _("without a second step")),
            (LONG_AGO, _("not signed in for a year")),
        ],
    )

    def filter(self, people: QuerySet[Person], organisation: Organisation) -> QuerySet[Person]:
        """Return those of `people_here` that were chosen. Call after `is_valid()`."""
        role, only = self.cleaned_data["role"], self.cleaned_data["only"]
        if role:
            rows = (staff_roles if role in OrganisationRole.values else library_roles)(organisation).filter(role=role)
            people = people.filter(pk__in=rows.order_by().values("person_id"))
        if only:  # how a guest signs in is for their own organisation to know
            people = people.filter(in_group(organisation, STAFF) | in_group(organisation, AT_LIBRARY))
        if only == NO_SECOND_STEP:
            people = people.filter(has_app=False, has_key=False)
        elif only == LONG_AGO:
            long = timezone.now() - timedelta(days=365)
            people = people.filter(Q(last_login__lt=long) | Q(last_login__isnull=True, created_at__lt=long))
        return with_words(people, self.cleaned_data["find"], organisation)

    @property
    def narrows(self) -> bool:
        """Does it choose anything?"""
        return not self.is_valid() or any(self.cleaned_data.values())


class InviteForm(forms.Form):
    """Invite somebody and give them a first role; once it is known of whom they are, only what fits is asked."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=Person.Language.choices, initial="nl")
    role = forms.ChoiceField(
        label=_("Role"), choices=[*OrganisationRole.choices, *LibraryRole.choices], widget=forms.RadioSelect
    )
    library = forms.ModelChoiceField(
        label=_("Library"),
        queryset=Library.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("no library: staff of this organisation"),
    )

    def __init__(self, *args, organisation: Organisation, who: str = "", person: Person | None = None, **kwargs):
        if person is not None:
            kwargs["initial"] = {"email": person.email, "name": person.name, "language": person.language}
        super().__init__(*args, **kwargs)
        library = self.fields["library"]
        library.queryset = Library.objects.current().filter(organisation=organisation)
        if who == STAFF:
            self.fields["role"].choices = OrganisationRole.choices
            del self.fields["library"]
        elif who == AT_LIBRARY:
            self.fields["role"].choices = LibraryRole.choices
            library.required, library.empty_label = True, _("Choose a library")
            library.error_messages["required"] = _("Choose the library this role is for.")
            self.order_fields(["library"])

    def clean(self):
        cleaned = super().clean()
        at_library = cleaned.get("role") in LibraryRole.values
        if at_library and not cleaned.get("library") and "library" not in self.errors:
            self.add_error("library", _("Choose the library this role is for."))
        if cleaned.get("role") and not at_library and cleaned.get("library"):
            self.add_error("library", _("This role is for staff; leave the library empty."))
        return cleaned


class ColleagueForm(forms.Form):
    """What a colleague at a library sees."""

    sees = forms.ChoiceField(label=_("Sees"), choices=LibraryMembership.Sees.choices, widget=forms.RadioSelect)
    locations = forms.ModelMultipleChoiceField(
        label=_("Locations"), queryset=Location.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, membership: LibraryMembership, **kwargs):
        kwargs.setdefault("initial", {"sees": membership.sees, "locations": list(membership.locations.all())})
        super().__init__(*args, **kwargs)
        self.fields["locations"].queryset = Location.objects.current().filter(library=membership.library)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("sees") == LibraryMembership.Sees.LOCATIONS and not cleaned.get("locations"):
            self.add_error("locations", _("Choose at least one location."))
        return cleaned


class InviteColleagueForm(forms.Form):
    """A key user invites a colleague."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120)
    library = forms.ModelChoiceField(label=_("Library"), queryset=Library.objects.none(), to_field_name="slug")

    def __init__(self, *args, libraries, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["library"].queryset = libraries
        self.fields["library"].initial = libraries.first().slug if libraries.exists() else None
