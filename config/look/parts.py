"""Every part that pages are made of, in each of its states: one page in the demo, for the eye of who builds on them."""

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

COLOURS = ("", "own", "green", "amber", "red")
KINDS = [("incident", _("incident")), ("question", _("question"))]


class PartsForm(forms.Form):
    """A field of each sort."""

    subject = forms.CharField(label=_("Subject"), max_length=150, help_text=_("In one sentence"))
    kind = forms.ChoiceField(label=_("Type"), choices=KINDS, widget=forms.RadioSelect)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("any state")), ("new", _("new"))], required=False)
    body = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 3}))
    day = forms.DateField(
        label=_("Until and including"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    shortcuts = forms.BooleanField(label=_("Single keys work as shortcuts"), required=False)


@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """Show them: in the demo alone, 404 elsewhere."""
    if not settings.DEMO:
        raise Http404
    wrong = PartsForm({"wrong-kind": "incident", "wrong-day": "gisteren"}, prefix="wrong")
    return render(request, "look.html", {"plain": PartsForm(), "wrong": wrong, "colours": COLOURS})
