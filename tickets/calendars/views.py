"""Pages on when the organisation works: its calendars, its own days off, and the twelve months that come of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.kept import done
from tenants.web.refused import conflicts_shown, show_in
from tenants.web.uploads import takes_files
from tickets.calendars import actions
from tickets.calendars.forms import CalendarForm, ClosingForm, FileForm, FoundForm, HoursForm
from tickets.calendars.ical import Unreadable, read
from tickets.calendars.models import ClosingDays, ServiceCalendar
from tickets.calendars.preview import preview
from tickets.calendars.queries import as_hours, coming_closings, own_days_off, version_at
from tickets.calendars.words import week_in_words
from tickets.calendars.worktime import Calendar


def _require_reader(request: HttpRequest) -> None:
    if not (request.standing.is_staff or request.standing.may(Permission.SETTINGS_CHANGE)):
        raise NotAllowed


def _require_keeper(request: HttpRequest) -> None:
    if not request.standing.may(Permission.SETTINGS_CHANGE):
        raise NotAllowed


def _overview(request: HttpRequest, **forms) -> HttpResponse:
    today = timezone.localdate()
    found = list(ServiceCalendar.objects.prefetch_related("versions"))
    keeps = request.standing.may(Permission.SETTINGS_CHANGE)
    context = {
        "rows": [(one, *_now_and_next(one, today)) for one in found],
        "closings": [(one, one.yearly or one.until_on > today) for one in coming_closings(today)],
        "keeps": keeps,
        **({"calendar_form": CalendarForm(), "closing_form": ClosingForm(), "file_form": FileForm()} if keeps else {}),
        **forms,
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "tickets/calendars.html", context, status=422 if failed else 200)


def _now_and_next(calendar: ServiceCalendar, today) -> tuple[str, object]:
    """Return the hours of today in words, and the version that comes, of what was fetched with the calendar."""
    versions = list(calendar.versions.all())
    begun = [one for one in versions if one.from_on <= today] or versions[:1]
    return week_in_words(begun[-1].week), next((one for one in versions if one.from_on > today), None)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def calendars(request: HttpRequest) -> HttpResponse:
    """All calendars with their hours, and own days off; an administrator makes a calendar for a level."""
    _require_reader(request)
    if request.method == "GET":
        return _overview(request)
    _require_keeper(request)
    form, by = CalendarForm(request.POST), Actor.of_request(request)
    if not form.is_valid():
        return _overview(request, calendar_form=form)
    try:
        made = actions.make_calendar(**form.cleaned_data, by=by)
    except ValidationError as error:
        show_in(form, error)
        return _overview(request, calendar_form=form)
    messages.success(request, _("Made, with the hours of the organisation. Change them here."))
    return redirect("calendar", made.slug)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """One calendar: its hours, the twelve months that come of them, and other hours from a day on."""
    _require_reader(request)
    found = get_object_or_404(ServiceCalendar, slug=slug)
    today = timezone.localdate()
    now = version_at(found, today)
    form = HoursForm(request.POST or None, version=now)
    if request.method == "POST":
        _require_keeper(request)
        by = Actor.of_request(request)
        if done(form, lambda **_values: actions.change_hours(calendar=found, **form.values(), by=by)):
            messages.success(request, _("Saved."))
            return redirect("calendar", found.slug)
    versions = list(found.versions.all())
    own = own_days_off()
    whole = Calendar(tuple(as_hours(one, own) for one in versions))
    months, off = preview(whole, list(ClosingDays.objects.all()), today)
    context = {
        "calendar": found,
        "words": week_in_words(now.week),
        "now": now,
        "somebodys": any(one.made_by_id for one in versions),
        "versions": [(one, week_in_words(one.week), one.from_on > today) for one in reversed(versions)],
        "months": months,
        "off": off,
        "keeps": request.standing.may(Permission.SETTINGS_CHANGE),
        "form": form,
    }
    return render(request, "tickets/calendar.html", context, status=422 if form.errors else 200)


@require_POST
@conflicts_shown
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back hours that have not begun."""
    _require_keeper(request)
    found = get_object_or_404(ServiceCalendar, slug=slug)
    version = get_object_or_404(found.versions.select_related("calendar"), pk=pk)
    try:
        actions.withdraw_hours(version=version, by=Actor.of_request(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Taken back."))
    return redirect("calendar", found.slug)


@require_POST
@conflicts_shown
def close(request: HttpRequest) -> HttpResponse:
    """Enter own days off."""
    _require_keeper(request)
    form, by = ClosingForm(request.POST), Actor.of_request(request)
    if not done(form, lambda **_values: actions.close_on(closings=[form.closing()], by=by)):
        return _overview(request, closing_form=form)
    messages.success(request, _("Saved."))
    return redirect("calendars")


@require_POST
@conflicts_shown
def open_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back own days off, as far as they have not been."""
    _require_keeper(request)
    if actions.open_again(closing=get_object_or_404(ClosingDays, pk=pk), by=Actor.of_request(request)):
        messages.success(request, _("Open again."))
    else:
        messages.error(request, _("What was counted stays: of this nothing is left to open."))
    return redirect("calendars")


@takes_files
@require_POST
@conflicts_shown
def import_days(request: HttpRequest) -> HttpResponse:
    """Show what is in a calendar file; take it in when it comes back."""
    _require_keeper(request)
    if "days" in request.POST:
        return _take_in(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _overview(request, file_form=form)
    try:
        found = read(form.cleaned_data["file"].read(), timezone.localdate())
    except Unreadable as error:
        form.add_error("file", str(error))
        return _overview(request, file_form=form)
    return render(request, "tickets/calendar_import.html", {"found": found, "form": FoundForm.of(found.closings)})


def _take_in(request: HttpRequest) -> HttpResponse:
    form, by = FoundForm(request.POST), Actor.of_request(request)
    made: list[ClosingDays] = []
    if not done(form, lambda days: made.extend(actions.close_on(closings=days, by=by))):
        wrong = FileForm({}, {})
        wrong.errors["file"] = wrong.error_class([str(one) for errors in form.errors.values() for one in errors])
        return _overview(request, file_form=wrong)
    said = ngettext("%(count)s entry taken in.", "%(count)s entries taken in.", len(made)) % {"count": len(made)}
    messages.success(request, said)
    return redirect("calendars")
