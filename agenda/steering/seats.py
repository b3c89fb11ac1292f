"""The page on the seats of the steering group, for the platform administrator."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from agenda.steering.actions import end_seat, give_seat
from agenda.steering.models import Seat
from tenants.actor import Actor
from tenants.models import Organisation
from tenants.web.kept import Kept, done, editing, listing, require_platform, until
from tenants.web.moments import day
from tenants.web.widgets import DayInput


class SeatForm(forms.Form):
    """Give an organisation a seat."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), to_field_name="slug"
    )
    from_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.taking_part()
        self.fields["from_on"].initial = timezone.localdate()


class EndSeatForm(forms.Form):
    """The last day of a seat."""

    until_on = forms.DateField(label=gettext_lazy("Until and including"), widget=DayInput())


@require_http_methods(["GET", "POST"])
def seats(request: HttpRequest) -> HttpResponse:
    """Which organisations have a seat, and had one; give one."""
    require_platform(request)
    form, by = SeatForm(request.POST or None), Actor.of_request(request)
    if request.method == "POST" and done(form, lambda **values: give_seat(**values, by=by)):
        messages.success(request, _("Saved."))
        return redirect("platform_seats")
    rows = [
        Kept(
            name=one.organisation.name,
            text=_("from %(day)s") % {"day": day(one.from_on)},
            tag=until(one),
            href=reverse("platform_seat", kwargs={"pk": one.pk}),
        )
        for one in Seat.objects.select_related("organisation")
    ]
    return listing(
        request,
        title=_("Seats of the steering group"),
        lead=_("An organisation with a seat steers along. Who sits there is invited on the page of people."),
        rows=rows,
        form=form,
        add=_("Give a seat"),
        empty=_("No organisation has a seat yet."),
    )


@require_http_methods(["GET", "POST"])
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a seat its last day."""
    require_platform(request)
    found = get_object_or_404(Seat.objects.select_related("organisation"), pk=pk)
    form = EndSeatForm(request.POST or None, initial={"until_on": found.until_on or timezone.localdate()})
    by = Actor.of_request(request)
    if request.method == "POST" and done(form, lambda **values: end_seat(seat=found, **values, by=by)):
        messages.success(request, _("Saved."))
        return redirect("platform_seats")
    title = _("The seat of %(name)s") % {"name": found.organisation.name}
    return editing(request, title=title, form=form, back=reverse("platform_seats"), save=_("End the seat"))
