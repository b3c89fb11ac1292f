"""Background work. Every task of an organisation takes the schema name first and enters it itself."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import heartbeat_sent, task_postrun, worker_process_init, worker_ready
from django.conf import settings
from django.db import connection

from config.running.processes import die_with_parent, show_alive
from tenants.signs.actions import WORKERS, Pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("samenbeheer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["tenants", "agenda", "tickets"])


def _at_night(hour: int, minute: int) -> crontab | int:
    """Return a time of day in Europe/Amsterdam; never between two and three, which comes twice a year or not at all."""
    return settings.NIGHT_EVERY or crontab(hour=hour, minute=minute)


MINUTELY = {"expires": 55}  # the next one does the same: none piles up while nobody takes them
app.conf.beat_schedule = {
    "sweep-outbox": {"task": "tenants.sweep_outbox", "schedule": settings.SWEEP_EVERY, "options": MINUTELY},
    "worker-shows-itself": {"task": "tenants.show_yourself", "schedule": 60, "options": MINUTELY},
    "mail-shows-itself": {"task": "tenants.show_yourself", "schedule": 60, "options": {**MINUTELY, "queue": "mail"}},
    "watch-outbox": {"task": "tenants.watch_outbox", "schedule": 300, "options": MINUTELY},
    "close-resolved": {"task": "tickets.close_resolved_everywhere", "schedule": settings.CLOSE_EVERY},
    "reckon-clocks": {"task": "tickets.reckon_everywhere", "schedule": 60, "options": MINUTELY},
    "warn-of-clocks": {"task": "tickets.warn_everywhere", "schedule": 60, "options": MINUTELY},
    "begin-day": {"task": "tickets.begin_day_everywhere", "schedule": _at_night(0, 5)},
    "prepare-steering": {"task": "agenda.prepare_steering", "schedule": 60, "options": MINUTELY},
    "forget-answers": {"task": "tenants.forget_answers", "schedule": crontab(minute=25)},
    "count-sorted": {"task": "tickets.count_sorted_everywhere", "schedule": crontab(minute="*/15")},
    "check-drift": {"task": "tickets.check_drift_everywhere", "schedule": _at_night(3, 10)},
    "purge-attachments": {"task": "tickets.purge_attachments_everywhere", "schedule": _at_night(3, 30)},
    "tidy-bytes": {"task": "tickets.tidy_bytes_everywhere", "schedule": _at_night(3, 50)},
    "warn-of-contracts": {"task": "tickets.warn_of_contracts_everywhere", "schedule": _at_night(4, 30)},
    "clear-sessions": {"task": "tenants.clear_sessions", "schedule": _at_night(4, 10)},
    "tidy": {"task": "tenants.tidy", "schedule": _at_night(4, 20)},
}


@worker_process_init.connect
def _follow_parent(**_: object) -> None:
    """A worker's child must not outlive a worker that was killed."""
    die_with_parent()


@heartbeat_sent.connect
def _alive(**_: object) -> None:
    """A worker that reaches its broker shows so every two seconds."""
    show_alive()


_pulses = {queue: Pulse(name) for queue, name in WORKERS.items()}


@task_postrun.connect
def _worked(task=None, **_: object) -> None:
    """Whatever a worker did is a sign of life for the queue it took that from."""
    pulse = _pulses.get((task.request.delivery_info or {}).get("routing_key", ""))
    if pulse is not None:
        pulse.beat()


@worker_ready.connect
def _began(sender=None, **_: object) -> None:
    """A worker that begins shows itself at once, and not a minute later when beat asks."""
    for queue in sender.app.amqp.queues.consume_from:
        if queue in WORKERS:
            Pulse(WORKERS[queue]).beat()
    connection.close()
