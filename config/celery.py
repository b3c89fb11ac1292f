"""Background work. Every task of an organisation takes the schema name first and enters it itself."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import heartbeat_sent, worker_process_init
from django.conf import settings

from config.running.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("samenbeheer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["tenants", "agenda", "tickets"])
app.conf.beat_schedule = {
    "sweep-outbox": {"task": "tenants.sweep_outbox", "schedule": settings.SWEEP_EVERY},
    "close-resolved": {"task": "tickets.close_resolved_everywhere", "schedule": settings.CLOSE_EVERY},
    "check-drift": {"task": "tickets.check_drift_everywhere", "schedule": settings.DRIFT_EVERY},
    "purge-attachments": {"task": "tickets.purge_attachments_everywhere", "schedule": settings.DRIFT_EVERY},
    "tidy-bytes": {"task": "tickets.tidy_bytes_everywhere", "schedule": settings.DRIFT_EVERY},
    "keep-figures": {"task": "agenda.keep_figures", "schedule": 60},
    "forget-answers": {"task": "tenants.forget_answers", "schedule": 3600},
    "clear-sessions": {"task": "tenants.clear_sessions", "schedule": 86400},
    "tidy": {"task": "tenants.tidy", "schedule": 86400},
}


@worker_process_init.connect
def _follow_parent(**_: object) -> None:
    """A worker's child must not outlive a worker that was killed."""
    die_with_parent()


@heartbeat_sent.connect
def _alive(**_: object) -> None:
    """A worker that reaches its broker touches a file every two seconds, for whoever watches it from outside."""
    if path := os.environ.get("SAMENBEHEER_ALIVE"):
        Path(path).touch()
