"""The page on people of the cooperation, for the platform administrator on the common host."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.invitations import actions as invitations
from tenants.invitations.queries import waiting_in_cooperation
from tenants.models import Invitation, Membership, Organisation, Person
from tenants.organisations.queries import common_row
from tenants.people import actions
from tenants.roles import CooperationRole
from tenants.web.kept import Act, Kept, done, listing, require_platform
from tenants.web.paging import Both, Page
from tenants.web.refused import conflicts_shown


class CooperationForm(forms.Form):
    """Invite somebody for a role of the cooperation."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Person.Language.choices, initial="nl")
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=CooperationRole.choices, widget=forms.RadioSelect)
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("For which organisation"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("the cooperation itself"),
        help_text=gettext_lazy("A member of the steering group sits there for an organisation."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.taking_part()


def _memberships():
    return Membership.objects.current().filter(role__in=CooperationRole.values, person__is_active=True)


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who has which role in the cooperation, and who is invited; invite somebody."""
    require_platform(request)
    form = CooperationForm(request.POST or None)
    if request.method == "POST" and done(form, lambda **values: _invite(request, **values)):
        messages.success(request, _("Done. They get a mail, and the role begins when they accept."))
        return redirect("platform_people")
    page = Page(
        Both(
            _memberships().select_related("person", "organisation").order_by("person__name", "pk"),
            waiting_in_cooperation().order_by("name", "pk"),
        ),
        request.GET.get("page"),
    )
    return listing(
        request,
        title=_("People of the cooperation"),
        lead=_("Who steers, keeps the work agenda or the platform. People of an organisation are invited there."),
        rows=[_taking_part(one) if isinstance(one, Membership) else _invited(one) for one in page],
        page=page,
        form=form,
        add=_("Invite somebody"),
        empty=_("Nobody yet."),
    )


def _taking_part(one: Membership) -> Kept:
    return Kept(
        name=one.person.name,
        text=_about(one.person.email, one.organisation),
        tag=one.get_role_display(),
        colour="own",
        acts=(Act(_("End the role"), reverse("end_cooperation_role", kwargs={"pk": one.pk})),),
    )


def _invited(one: Invitation) -> Kept:
    return Kept(
        name=one.name,
        text=_about(one.email, one.organisation),
        tag=_("invited: %(role)s") % {"role": one.get_role_display()},
        acts=(Act(_("Take the invitation back"), reverse("withdraw_for_cooperation", kwargs={"pk": one.pk})),),
    )


def _about(email: str, organisation: Organisation) -> str:
    return email if organisation.is_common else f"{email} · {organisation.name}"


def _invite(request: HttpRequest, *, organisation: Organisation | None, **values) -> None:
    invitations.invite(**values, organisation=organisation or common_row(), by=Actor.of_request(request))


@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role in the cooperation as of today."""
    require_platform(request)
    membership = get_object_or_404(_memberships(), pk=pk)
    try:
        actions.end_role(membership=membership, by=Actor.of_request(request))
        messages.success(request, _("The role has ended."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("platform_people")


@require_POST
@conflicts_shown
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an invitation for a role in the cooperation."""
    require_platform(request)
    found = get_object_or_404(waiting_in_cooperation(), pk=pk)
    invitations.withdraw(invitation=found, by=Actor.of_request(request))
    messages.success(request, _("The invitation was taken back."))
    return redirect("platform_people")
