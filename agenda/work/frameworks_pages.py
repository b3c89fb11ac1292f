"""Pages on policy frameworks and their goals, for the platform administrator."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from agenda.work.frameworks import enter_framework, enter_goal
from agenda.work.models import PolicyFramework
from tenants.actor import Actor
from tenants.web.kept import Kept, done, listing, require_platform, until
from tenants.web.moments import day
from tenants.web.refused import conflicts_shown
from tenants.web.widgets import DayInput


def _day(label, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput)


class FrameworkForm(forms.Form):
    """A policy framework."""

    name_nl = forms.CharField(label=gettext_lazy("Name in Dutch"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    from_on = _day(gettext_lazy("From"))
    until_on = _day(gettext_lazy("Until and including"), required=False)


class GoalForm(forms.Form):
    """A goal of a framework; the code of one that is there changes that one."""

    code = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=50,
        help_text=gettext_lazy("Small letters, digits and dashes. That of a goal that is there changes that goal."),
    )
    name_nl = forms.CharField(label=gettext_lazy("Name in Dutch"), max_length=160)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=160)
    until_on = _day(gettext_lazy("Until and including"), required=False)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def frameworks(request: HttpRequest) -> HttpResponse:
    """The policy frameworks, also of years past; add one."""
    require_platform(request)
    form, by = FrameworkForm(request.POST or None), Actor.of_request(request)
    if request.method == "POST" and done(form, lambda **values: enter_framework(**values, by=by)):
        messages.success(request, _("Saved."))
        return redirect("platform_frameworks")
    rows = [
        Kept(
            name=one.name,
            text=_("from %(day)s") % {"day": day(one.from_on)},
            tag=until(one),
            href=reverse("platform_framework", kwargs={"pk": one.pk}),
        )
        for one in PolicyFramework.objects.all()
    ]
    return listing(
        request,
        title=_("Policy frameworks"),
        lead=_("What the cooperation serves for some years, with its goals; a result of the work agenda serves one."),
        rows=rows,
        form=form,
        add=_("Add a policy framework"),
        empty=_("No policy framework yet."),
    )


def _show(request: HttpRequest, found: PolicyFramework, **given) -> HttpResponse:
    initial = {name: getattr(found, name) for name in FrameworkForm.base_fields}
    context = {
        "one": found,
        "goals": found.goals.all(),
        "form": FrameworkForm(initial=initial),
        "goal_form": GoalForm(),
        **given,
    }
    failed = any(form.errors for form in given.values())
    return render(request, "agenda/framework.html", context, status=422 if failed else 200)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def framework(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a framework, and see its goals."""
    require_platform(request)
    found = get_object_or_404(PolicyFramework, pk=pk)
    if request.method == "GET":
        return _show(request, found)
    form, by = FrameworkForm(request.POST), Actor.of_request(request)
    if not done(form, lambda **values: enter_framework(framework=found, **values, by=by)):
        return _show(request, found, form=form)
    messages.success(request, _("Saved."))
    return redirect("platform_frameworks")


@require_POST
@conflicts_shown
def goals(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a goal to a framework, or change one."""
    require_platform(request)
    found = get_object_or_404(PolicyFramework, pk=pk)
    form, by = GoalForm(request.POST), Actor.of_request(request)
    if not done(form, lambda **values: enter_goal(framework=found, **values, by=by)):
        return _show(request, found, goal_form=form)
    messages.success(request, _("Saved."))
    return redirect("platform_framework", pk=pk)
