"""The same API request twice is answered once: an Idempotency-Key per person, host and path, for 24 hours."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.access import Standing
from tenants.files import actions as files
from tenants.idempotency.models import AnsweredRequest
from tenants.idempotency.seals import Broken, Seal
from tenants.models import Organisation
from tenants.web.documents import refused

KEPT = timedelta(hours=24)
WAIT = "10s"  # for an equal request that is under way; shorter than the time-out of a statement
LOCK_NOT_AVAILABLE = "55P03"
View = Callable[..., HttpResponse]


def idempotent(view: View) -> View:
    """Wrap a POST of the API: with an Idempotency-Key, a repeated request gets the first one's answer.

    The row with the answer is written in the same transaction as the work. Equal requests at the same time wait for
    the first. An answer that is not 2xx is not kept. The same key is refused, and nothing is done, with another body
    (400) and with other rights than the first time (409): another token, or a role, library or location that came or
    went. Whoever lost a right does not get the earlier answer, and the work is not done twice either. What is kept is
    sealed with that key; what does not open any more is refused too (409).
    """
    return _wrapped(view, None)


def idempotent_while(readable: Callable[..., bool]) -> Callable[[View], View]:
    """As `idempotent`, for what hangs on more than standing: an earlier answer is given only while `readable` holds.

    `readable` takes the request, the earlier answer and the arguments of the view.
    """

    def decorate(view: View) -> View:
        return _wrapped(view, readable)

    return decorate


def _wrapped(view: View, readable: Callable[..., bool] | None) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > 200 or not key.isprintable():
            message = _("At most 200 printable characters.")
            return refused(400, errors=[{"field": "Idempotency-Key", "message": message}])
        if len(request.path) > 200 or "\0" in request.path:
            return refused(404)
        seal = Seal(key, request.user.pk, request.organisation.pk, request.path)
        body, rights = _digest(request, seal), digest_of_rights(request.standing, request.token.scope)
        try:
            with files.keeping(), transaction.atomic():
                fresh = _claim(request, seal, body, rights)
                row = AnsweredRequest.objects.get(**_same(request, seal))
                if not fresh:
                    answer = seal.open(bytes(row.sealed or b""))
                    may_read = readable is None or readable(request, json.loads(answer), *args, **kwargs)
                    return _again(request, row, answer, body, rights if may_read else "")
                response = view(request, *args, **kwargs)
                if 200 <= response.status_code < 300:
                    row.status, row.sealed = response.status_code, seal.close(response.content)
                    row.save(update_fields=["status", "sealed"])
                else:
                    transaction.set_rollback(True)
                return response
        except Broken:
            return refused(
                409,
                _(
                    "This was done, but its answer can no longer be read."
                    " Ask for the thing itself, or use a new Idempotency-Key to do it once more."
                ),
            )
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
                raise
            response = refused(409, _("An equal request is still under way. Ask again in a moment."))
            response["Retry-After"] = "10"
            return response

    return wrapped


def _again(request: HttpRequest, row: AnsweredRequest, answer: bytes, body: str, rights: str) -> HttpResponse:
    """Return the earlier `answer`, to whoever has the same rights as the first time."""
    if row.token_id != request.token.pk or row.standing_sha256 != rights:
        return refused(
            409,
            _(
                "This was done, but its answer may no longer be read: the token or the rights have changed since."
                " Ask for the thing itself, or use a new Idempotency-Key to do it once more."
            ),
        )
    if row.body_sha256 != body:
        return refused(400, _("This Idempotency-Key was used for another request."))
    response = HttpResponse(answer, status=row.status, content_type="application/json")
    response["Idempotent-Replay"] = "true"
    return response


def digest_of_rights(standing: Standing, scope: str) -> str:
    """Return a digest of everything that decides what may be read: roles, libraries, locations, the token's scope."""
    libraries = [(at.library_id, sorted(at.roles), at.sees_all, sorted(at.location_ids)) for at in standing.libraries]
    common = sorted((role, sorted(pks)) for role, pks in standing.role_organisations.items())
    rights = [standing.organisation.pk, sorted(standing.roles), libraries, common, scope]
    return hashlib.sha256(json.dumps(rights).encode()).hexdigest()


def _digest(request: HttpRequest, seal: Seal) -> str:
    """Return what makes two requests the same: the body, or for uploads the fields and the files' bytes."""
    found = seal.digest()
    if request.content_type != "multipart/form-data":
        found.update(request.body)
        return found.hexdigest()
    for name, values in sorted(request.POST.lists()):
        found.update(json.dumps([name, values]).encode())
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            found.update(json.dumps([name, upload.name, upload.size]).encode())
            for chunk in upload.chunks():
                found.update(chunk)
    return found.hexdigest()


def _same(request: HttpRequest, seal: Seal) -> dict[str, object]:
    return {"person": request.user, "organisation": request.organisation, "path": request.path, "key": seal.name}


def _claim(request: HttpRequest, seal: Seal, body: str, rights: str) -> bool:
    """Insert the row for this request; False when it is there already. Waits for an equal one under way."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
        AnsweredRequest.objects.filter(**_same(request, seal), created_at__lt=now - KEPT).delete()
        cursor.execute(
            f"INSERT INTO {AnsweredRequest._meta.db_table} (person_id, token_id, organisation_id, path, key,"
            " body_sha256, standing_sha256, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING RETURNING id",
            [request.user.pk, request.token.pk, request.organisation.pk, request.path, seal.name, body, rights, now],
        )
        fresh = cursor.fetchone() is not None
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return fresh


def forget_answers_since(*, organisation: Organisation, since: datetime | None) -> int:
    """Delete the answers that were given at `organisation` after `since` (None: all): what they tell of is gone."""
    found = AnsweredRequest.objects.filter(organisation=organisation)
    return (found.filter(created_at__gt=since) if since else found).delete()[0]


def forget_answers(at: datetime) -> int:
    """Delete the answers that were given more than 24 hours before `at`; return how many."""
    return AnsweredRequest.objects.filter(created_at__lt=at - KEPT).delete()[0]
