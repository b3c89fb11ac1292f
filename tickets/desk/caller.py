"""A ticket for who calls: the desk picks a person in the form itself, and the library follows; what was typed stays.

Without a script it is a step of the same form: its buttons `find`, `pick`, `enter` and `other` send it all along, and
the page comes back as it was with the person found, chosen or entered. A script only asks for the list while one types.
"""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tenants.actor import Actor
from tenants.libraries.queries import libraries_visible_to
from tenants.models import Library
from tenants.people.callers import LETTERS, Caller, caller, callers, enter_caller
from tenants.people.names import ADDRESS_MAX, NAME_MAX
from tenants.signin.actions import mail_password_reset
from tenants.web.refused import show_in

STEPS = ("find", "pick", "enter", "other")
LONGEST = 200


class NewCallerForm(forms.Form):
    """Somebody who is not known yet."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_MAX,
        error_messages={"required": gettext_lazy("Write the name of who calls.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=ADDRESS_MAX,
        error_messages={
            "required": gettext_lazy("Write the address that mail about this ticket may go to."),
            "invalid": gettext_lazy("Write an address such as name@library.nl."),
        },
    )
    library = forms.ModelChoiceField(
        label=gettext_lazy("Library"),
        queryset=Library.objects.none(),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose a library"),
        error_messages={"required": gettext_lazy("Choose the library of who calls.")},
    )
    invite = forms.BooleanField(label=gettext_lazy("Also mail a link to choose a password"), required=False)

    def __init__(self, *args, libraries, **kwargs):
        super().__init__(*args, prefix="caller", **kwargs)
        self.fields["library"].queryset = libraries


class Call:
    """What the form says about who calls, at this request: what was looked for, who was chosen, what comes next."""

    def __init__(self, request: HttpRequest):
        self.standing = request.standing
        self.actor = Actor.of_request(request)
        self.step = next((one for one in STEPS if one in request.POST), "")
        self.data: QueryDict = request.POST
        self.text = request.POST.get("reporter", "")[:LONGEST]
        self.form: NewCallerForm | None = None
        self.initial: dict[str, str] = {}
        if self.step:
            self.data = request.POST.copy()
            getattr(self, f"_{self.step}")()
        elif request.method == "GET" and request.GET.get("for", "").isdecimal():
            self._begin(request.GET["for"][:9])
        elif request.method == "GET" and request.GET.get("library"):
            self.initial = {"library": request.GET["library"]}  # any other than a known one chooses none

    def _begin(self, pk: str) -> None:
        found = caller(self.standing, pk=int(pk))
        if found:
            self.initial = {"reporter": found.email, "library": found.slug}

    def _find(self) -> None:
        found = caller(self.standing, email=self.text.strip().lower(), slug=self.data.get("library", ""))
        if found:
            self._choose(found)

    def _other(self) -> None:
        self.data["reporter"], self.text = "", ""

    def _pick(self) -> None:
        pk, _space, slug = self.data["pick"].partition(" ")
        self._choose(caller(self.standing, pk=int(pk), slug=slug) if pk.isdecimal() and len(pk) < 10 else None)

    def _enter(self) -> None:
        self.form = NewCallerForm(self.data, libraries=libraries_visible_to(self.standing))
        if not self.form.is_valid():
            return
        values = self.form.cleaned_data
        try:
            person = enter_caller(name=values["name"], email=values["email"], library=values["library"], by=self.actor)
        except ValidationError as error:
            show_in(self.form, error)
            return
        if values["invite"] and not person.has_usable_password():
            mail_password_reset(person)
        self._choose(caller(self.standing, pk=person.pk, slug=values["library"].slug))

    def _choose(self, found: Caller | None) -> None:
        self.data["reporter"] = found.email if found else ""
        if found and found.slug and found.slug != self.data.get("library"):
            self.data["library"] = found.slug
            self.data.setlist("locations", [])

    def refuse_unchosen(self, form: forms.Form) -> None:
        """Say what to do in a form that is sent with letters of a name and nobody chosen."""
        if "reporter" in form.errors and "@" not in self.text:
            del form.errors["reporter"]
            form.add_error("reporter", _("Choose below who calls, or leave this empty."))

    def narrow(self, form: forms.Form) -> None:
        """Show the locations of the caller's library only, and go on to what it is; any library may still be chosen."""
        slug = form["library"].value()
        if self.chosen and self.chosen.slug and self.chosen.slug == slug:
            form.places = list(form.fields["locations"].queryset.filter(library__slug=slug))
        if self.chosen and (self.step or self.initial):
            form.fields["type"].widget.attrs["autofocus"] = True  # what comes next

    @property
    def email(self) -> str:
        """The address that is chosen now, as far as it was typed or picked."""
        return (self.data.get("reporter") or self.initial.get("reporter") or "").strip().lower()

    @cached_property
    def chosen(self) -> Caller | None:
        """Who is chosen; None: the person who files, themselves."""
        if "@" not in self.email:
            return None
        slug = self.data.get("library") or self.initial.get("library") or ""
        return caller(self.standing, email=self.email, slug=slug)

    @cached_property
    def found(self) -> list[Caller]:
        """Who fits what was typed."""
        return callers(self.text, self.standing)

    @property
    def looked(self) -> bool:
        """Was somebody looked for?"""
        return len(self.text.strip()) >= LETTERS or self.step == "find"

    @cached_property
    def new(self) -> NewCallerForm:
        """The form for somebody who is not known yet."""
        return self.form or NewCallerForm(libraries=libraries_visible_to(self.standing))


@require_GET
def offered(request: HttpRequest) -> HttpResponse:
    """The list of who fits what is typed, for a script; for staff."""
    if not request.standing.is_staff:
        raise PermissionDenied
    text = request.GET.get("q", "")[:LONGEST]
    return render(request, "tickets/_callers.html", {"found": callers(text, request.standing)})
