from datetime import datetime, timedelta

from django.db.models import Q

from tenants.context import inside
from tenants.signs.actions import BEAT, WORKERS
from tenants.signs.models import SignOfLife

SILENT_AFTER = timedelta(minutes=5)
MAIL_SILENT_AFTER = timedelta(minutes=15)  # with a mail in hand, a slow mail server may take twelve


def silent(at: datetime) -> list[str]:
    """Return who gave no sign of life in the five minutes before `at`; of who mails, in the fifteen.

    Workers are asked by beat to show themselves, so while beat is silent nothing is said of them.
    """
    with inside(None):
        recent = Q(at__gte=at - SILENT_AFTER) | Q(name=WORKERS["mail"], at__gte=at - MAIL_SILENT_AFTER)
        alive = set(SignOfLife.objects.filter(recent).values_list("name", flat=True))
    if BEAT not in alive:
        return [BEAT]
    return [name for name in WORKERS.values() if name not in alive]
