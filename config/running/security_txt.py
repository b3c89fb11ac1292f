"""`/.well-known/security.txt` (RFC 9116): where somebody who found a weakness tells us. On every host, open to all."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

PATH = "/.well-known/security.txt"
AT_MOST = timedelta(days=364)  # the RFC recommends less than a year
WARNED_BEFORE = timedelta(days=30)


def expires(at: datetime) -> datetime:
    """Return until when the text holds, asked at `at`: the day of the settings, and always less than a year away."""
    until = datetime.combine(settings.SECURITY_EXPIRES, time(), UTC)
    return min(until, datetime.combine(at.astimezone(UTC).date() + AT_MOST, time(), UTC))


def text(at: datetime) -> str:
    """Return what is served at `at`; nothing where the settings name nobody."""
    if not settings.SECURITY_CONTACTS:
        return ""
    lines = [f"Contact: {one}" for one in settings.SECURITY_CONTACTS]
    lines.append(f"Expires: {expires(at):%Y-%m-%dT%H:%M:%SZ}")
    lines.append("Preferred-Languages: nl, en")
    scheme = "https" if settings.HTTPS else "http"
    port = "" if settings.PUBLIC_PORT in (80, 443) else f":{settings.PUBLIC_PORT}"
    lines.append(f"Canonical: {scheme}://{settings.DOMAIN}{port}{PATH}")
    if settings.SECURITY_POLICY:
        lines.append(f"Policy: {settings.SECURITY_POLICY}")
    return "".join(f"{line}\n" for line in lines)


def warning(day: date) -> str:
    """Return what has to be done about it by `day`, in words for the administrator; nothing when all is well."""
    if not settings.SECURITY_CONTACTS:
        return "SAMENBEHEER_SECURITY_CONTACT is not set: /.well-known/security.txt is not there"
    if settings.SECURITY_EXPIRES - day > WARNED_BEFORE:
        return ""
    verb = "expires" if day < settings.SECURITY_EXPIRES else "expired"
    return f"/.well-known/security.txt {verb} on {settings.SECURITY_EXPIRES}: set SAMENBEHEER_SECURITY_EXPIRES anew"


def answer(request: HttpRequest) -> HttpResponse | None:
    """Return the text, or None where there is none: then the address is like any other that is not there."""
    found = text(timezone.now())
    if not found:
        return None
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    response = HttpResponse(found, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@register
def check(app_configs=None, **kwargs: object) -> list[CheckMessage]:
    """Warn at `manage.py check`, and so at every command that runs the checks."""
    found = warning(timezone.localdate())
    return [Warning(found, id="samenbeheer.W001")] if found else []
