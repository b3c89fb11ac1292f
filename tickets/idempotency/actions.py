"""The same API request twice is answered once: an Idempotency-Key per person and path, for 24 hours."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from tenants.files import actions as files
from tenants.web.documents import refused
from tickets.idempotency.models import AnsweredRequest

KEPT = timedelta(hours=24)


def idempotent(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a Django view of the API: with an Idempotency-Key, a repeated request gets the first one's answer.

    The row with the answer is written in the same transaction as the work. Equal requests at the same time wait for
    the first. The same key with another body is 400. An answer that is not 2xx is not kept.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > 200 or not key.isprintable():
            return refused(400, errors=[{"field": "Idempotency-Key", "message": "At most 200 printable characters."}])
        if len(request.path) > 200 or "\0" in request.path:
            return refused(404)
        digest = _digest(request)
        with files.keeping(), transaction.atomic():
            fresh = _claim(request, key, digest)
            row = AnsweredRequest.objects.get(person=request.user, path=request.path, key=key)
            if not fresh:
                if row.body_sha256 != digest:
                    return refused(400, "This Idempotency-Key was used for another request.")
                response = JsonResponse(row.answer, status=row.status, safe=False)
                response["Idempotent-Replay"] = "true"
                return response
            response = view(request, *args, **kwargs)
            if 200 <= response.status_code < 300:
                row.status, row.answer = response.status_code, json.loads(response.content)
                row.save(update_fields=["status", "answer"])
            else:
                transaction.set_rollback(True)
        return response

    return wrapped


def _digest(request: HttpRequest) -> str:
    """Return what makes two requests the same: the body, or for uploads the fields and the files' bytes."""
    found = hashlib.sha256()
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
            upload.seek(0)
    return found.hexdigest()


def _claim(request: HttpRequest, key: str, digest: str) -> bool:
    """Insert the row for this request; False when it is there already. Waits for an equal one under way."""
    now = timezone.now()
    same = {"person": request.user, "path": request.path, "key": key}
    AnsweredRequest.objects.filter(**same, created_at__lt=now - KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {AnsweredRequest._meta.db_table} (person_id, path, key, body_sha256, created_at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [request.user.pk, request.path, key, digest, now],
        )
        return cursor.fetchone() is not None
