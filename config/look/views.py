"""Pages that belong to no room: start, language, theme, demo mail, statement on accessibility."""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from config.running.mailbox import mails_to
from tenants.roles import Permission
from tickets.lists.views import portal


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The first page: the desk for staff, the portal for libraries, people for an administrator without a desk."""
    if request.standing.is_staff:
        return redirect("tickets")
    if request.standing.libraries:
        return portal(request)
    if request.standing.may(Permission.TICKETS_GUEST):
        return redirect("tickets")
    return redirect("people")


@require_GET
def start_common(request: HttpRequest) -> HttpResponse:
    """The first page of the common host: the platform for its administrator, the steering overview, else the agenda."""
    if request.standing.may(Permission.PLATFORM_MANAGE):
        return redirect("platform")
    if request.standing.may("steering.read") and not request.standing.may("agenda.edit"):
        return redirect("steering")
    return redirect("agenda")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Choose Dutch or English; kept with the person, and in a cookie for the sign-in page."""
    language = request.POST.get("language", "")
    goal = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(goal, allowed_hosts={request.get_host()}):
        goal = "/"
    response = HttpResponseRedirect(goal)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=31536000,
            domain=settings.LANGUAGE_COOKIE_DOMAIN,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_GET
def theme(request: HttpRequest, colour: str) -> HttpResponse:
    """The organisation's colour as a stylesheet; the address holds the colour, so it may be kept for ever."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour):
        raise Http404
    response = HttpResponse(f":root{{--sb-own:#{colour}}}\n", content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_GET
def demo_mail(request: HttpRequest) -> HttpResponse:
    """In the demo: the mails sent to the person who looks; nobody else's."""
    if not settings.DEMO:
        raise Http404
    mails = [
        {"subject": str(mail["subject"]), "date": _aware(mail["date"].datetime), "body": mail.get_content()}
        for mail in mails_to(request.user.email)
    ]
    return render(request, "demo_mail.html", {"mails": mails})


def _aware(moment: datetime) -> datetime:
    """Return a mail's moment with its zone; a date written as -0000 is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@require_GET
def empty(request: HttpRequest) -> HttpResponse:
    """A signed-in page without content: what the bench measures other pages against."""
    return render(request, "empty.html")
