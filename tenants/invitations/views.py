"""Pages on invitations: accepting one, on the common host, and taking one back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.invitations import actions
from tenants.invitations.forms import NewPersonForm
from tenants.invitations.queries import unanswered
from tenants.models import Person
from tenants.organisations.queries import address_of
from tenants.refusals import Conflict
from tenants.roles import DESCRIPTIONS, Permission
from tenants.web.refused import conflicts_shown, show_in

PAGE = "tenants/invitation.html"


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Accept an invitation: signed in with that address, or as somebody new. The link itself is the right to ask."""
    found = actions.invitation_of(key)
    person = Person.objects.filter(email=found.email).first() if found else None
    if found is None or (person and not person.is_active):
        return render(request, PAGE, {"step": "gone"}, status=404)
    context = {"invitation": found, "goal": address_of(found.organisation), "says": DESCRIPTIONS[found.role]}
    own = person is not None and request.user == person
    if person and not own:
        step = "other" if request.user.is_authenticated else "signin"
        return render(request, PAGE, {**context, "step": step}, status=405 if request.method == "POST" else 200)
    form = None if own else NewPersonForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            if form is None:
                actions.accept(key=key, by=Actor.at_the_door(request, request.user))
            else:
                name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
                actions.accept_as_new(key=key, name=name, password=password, by=Actor.at_the_door(request))
            return render(request, PAGE, {**context, "step": "done"})
        except Conflict:
            return render(request, PAGE, {"step": "gone"}, status=409)
        except ValidationError as error:
            if form is None:  # their account was closed meanwhile
                return render(request, PAGE, {"step": "gone"}, status=409)
            show_in(form, error)
    context |= {"step": "accept" if own else "new", "form": form}
    return render(request, PAGE, context, status=422 if form is not None and form.errors else 200)


@require_POST
@conflicts_shown
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    found = get_object_or_404(unanswered(request.standing), pk=pk)
    actions.withdraw(invitation=found, by=Actor.of_request(request))
    messages.success(request, _("The invitation was taken back."))
    return _back(request)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite once more: the link is mailed again, and its days count anew."""
    found = get_object_or_404(unanswered(request.standing), pk=pk)
    try:
        actions.invite(
            email=found.email,
            name=found.name,
            role=found.role,
            organisation=found.organisation,
            library=found.library,
            language=found.language,
            by=Actor.of_request(request),
        )
        messages.success(request, _("%(name)s gets the mail once more.") % {"name": found.name})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    if not request.standing.may(Permission.PEOPLE_MANAGE):
        return redirect("colleagues")
    return redirect(f"{reverse('people')}?of=invited" if unanswered(request.standing).exists() else "people")
