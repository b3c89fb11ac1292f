"""Beat, with its file and a real Valkey: nothing that fell due is forgotten."""

import shelve
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from celery import Celery
from celery.schedules import crontab
from django.conf import settings

from config.celery import app as ours
from config.running import beat
from config.running.beat import Scheduler
from tenants.models import SignOfLife
from tests.outside import Outside


@pytest.fixture(scope="module")
def valkey():
    with Outside("valkey") as outside:
        yield outside


@pytest.fixture
def nightly(valkey, tmp_path, db):
    """Return a maker of schedulers, all on one file, of an app with one task at ten past three; and what was sent."""
    url = valkey.environment["REDIS_URL"]
    path = url.removeprefix("unix://").removesuffix("?db=0")
    app = Celery("nights", broker=f"redis+socket://{path}", set_as_current=False)
    app.conf.update(
        timezone="Europe/Amsterdam",
        task_publish_retry=False,
        task_default_queue="nights",
        broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        beat_schedule={"night": {"task": "night", "schedule": crontab(hour=3, minute=10)}},
    )
    file = tmp_path / "er nog niet" / "beat-schedule"
    link = redis.Redis(unix_socket_path=path)

    def make() -> Scheduler:
        return Scheduler(app=app, schedule_filename=str(file))

    yield make, lambda: link.llen("nights")
    app.close()


def _ago(scheduler: Scheduler, **length: float) -> None:
    """Let the night's work have been done so long ago, and end this beat."""
    scheduler.schedule["night"].last_run_at = datetime.now(UTC) - timedelta(**length)
    scheduler.sync()
    scheduler.close()


def test_a_night_that_was_missed_is_caught_up_once_after_a_start(nightly):
    make, sent = nightly
    _ago(make(), days=2)
    scheduler = make()
    assert sent() == 0
    scheduler.tick()
    assert sent() == 1
    for _ in range(3):
        assert scheduler.tick() > 0
    scheduler.close()
    assert sent() == 1
    again = make()
    assert again.tick() > 0 and sent() == 1
    again.close()


def test_a_first_start_does_no_night_that_was_before_it(nightly):
    make, sent = nightly
    before = sent()
    scheduler = make()
    assert scheduler.tick() > 0 and sent() == before
    scheduler.close()


def test_what_could_not_be_sent_is_sent_when_the_broker_is_back(nightly, valkey, monkeypatch, caplog):
    monkeypatch.setattr(beat, "AGAIN_AFTER", 0.2)
    make, sent = nightly
    _ago(make(), days=2)
    before = sent()
    valkey.kill("valkey")
    scheduler = make()
    for _ in range(3):
        assert scheduler.tick() >= 0
        scheduler._again_at = 0.0
    assert [record.getMessage().split(" (")[0] for record in caplog.records if record.name == "samenbeheer.beat"] == [
        "broker away"
    ]
    scheduler._again_at = beat.time.monotonic() + 60
    assert 59 < scheduler.tick() <= 60  # a pause, no storm
    scheduler._again_at = 0.0
    valkey.start_again("valkey")
    scheduler.tick()
    assert sent() == before + 1
    scheduler.close()


def test_a_kill_loses_nothing_of_what_was_done(nightly):
    make, sent = nightly
    _ago(make(), days=2)
    scheduler = make()
    scheduler.tick()
    done = sent()
    del scheduler  # no sync, no close
    file = shelve.open(make().schedule_filename)  # noqa: SIM115
    assert datetime.now(UTC) - file["entries"]["night"].last_run_at < timedelta(minutes=1)
    file.close()
    assert sent() == done


def test_it_shows_itself(nightly):
    SignOfLife.objects.all().delete()
    scheduler = nightly[0]()
    scheduler.tick()
    scheduler.close()
    assert list(SignOfLife.objects.values_list("name", flat=True)) == ["beat"]


def test_its_file_lies_in_the_data_directory():
    assert ours.conf.beat_schedule_filename == str(Path(settings.DATA) / "beat-schedule")
    assert ours.conf.beat_scheduler == "config.running.beat:Scheduler"
    assert (ours.conf.beat_sync_every, ours.conf.beat_max_loop_interval) == (1, 20)
