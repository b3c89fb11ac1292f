from datetime import datetime, timedelta

from tenants.context import inside
from tenants.signs.actions import BEAT, WORKERS
from tenants.signs.models import SignOfLife

SILENT_AFTER = timedelta(minutes=5)


def silent(at: datetime) -> list[str]:
    """Return who gave no sign of life in the five minutes before `at`.

    Workers are asked by beat to show themselves, so while beat is silent nothing is said of them.
    """
    with inside(None):
        alive = set(SignOfLife.objects.filter(at__gte=at - SILENT_AFTER).values_list("name", flat=True))
    if BEAT not in alive:
        return [BEAT]
    return [name for name in WORKERS.values() if name not in alive]
