"""Mail has a queue and a worker of its own: a mail server that hangs holds nothing else up."""

import socket

import pytest
from celery.schedules import crontab
from django.conf import settings

from config.celery import app
from config.running import smtp
from tests.running import Running, folder_for_data, wait_for

MAILED = {
    "tenants.mail_invitation",
    "tenants.mail_outbox_trouble",
    "tenants.mail_password_reset",
    "tickets.contract_notices",
    "tickets.notices",
    "tickets.warnings",
}
NEW = {"type": "incident", "subject": "x", "body": "x", "library": "eemland", "category": "6.1", "urgency": "low"}


def test_what_mails_has_a_queue_of_its_own():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.startswith(("tenants.", "tickets.", "agenda."))}
    assert ours >= MAILED and len(ours) > 10
    queues = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert {name for name, queue in queues.items() if queue == "mail"} == MAILED
    assert {queue for name, queue in queues.items() if name not in MAILED} == {"samenbeheer"}


def test_a_worker_that_is_told_no_queue_takes_both():
    assert set(app.amqp.queues) == {"samenbeheer", "mail"}


def test_a_mail_server_has_ten_seconds_and_ten_minutes_to_answer_a_mail():
    assert (settings.EMAIL_TIMEOUT, smtp.ANSWER_TO_A_MAIL) == (10, 600)


def test_all_that_the_outbox_does_has_words_for_who_sees_to_it():
    assert set(settings.OUTBOX_TOPICS) == MAILED | {"tenants.make_organisation"}


def test_who_waits_for_a_link_goes_before_all_notices():
    assert {name: app.amqp.router.route({}, name)["priority"] for name in MAILED} == {
        "tenants.mail_invitation": 0,
        "tenants.mail_outbox_trouble": 0,
        "tenants.mail_password_reset": 0,
        "tickets.contract_notices": 6,
        "tickets.notices": 6,
        "tickets.warnings": 6,
    }


# What nobody asks for happens all the same: the task, and when (seconds between, or hour and minute in Amsterdam).
BEAT = {
    "sweep-outbox": ("tenants.sweep_outbox", 60),
    "worker-shows-itself": ("tenants.show_yourself", 60),
    "mail-shows-itself": ("tenants.show_yourself", 60),
    "warn-of-contracts": ("tickets.warn_of_contracts_everywhere", "30 4 * * *"),
    "close-resolved": ("tickets.close_resolved_everywhere", 600),
    "reckon-clocks": ("tickets.reckon_everywhere", 60),
    "warn-of-clocks": ("tickets.warn_everywhere", 60),
    "begin-day": ("tickets.begin_day_everywhere", "5 0 * * *"),
    "prepare-steering": ("agenda.prepare_steering", 60),
    "forget-answers": ("tenants.forget_answers", "25 * * * *"),
    "count-sorted": ("tickets.count_sorted_everywhere", "*/15 * * * *"),
    "check-drift": ("tickets.check_drift_everywhere", "10 3 * * *"),
    "purge-attachments": ("tickets.purge_attachments_everywhere", "30 3 * * *"),
    "tidy-bytes": ("tickets.tidy_bytes_everywhere", "50 3 * * *"),
    "clear-sessions": ("tenants.clear_sessions", "10 4 * * *"),
    "tidy": ("tenants.tidy", "20 4 * * *"),
    "watch-outbox": ("tenants.watch_outbox", 300),
}


def _when(schedule) -> int | str:
    return " ".join(str(schedule).split()[1:6]) if isinstance(schedule, crontab) else schedule


def test_what_starts_by_itself_and_when():
    app.loader.import_default_modules()
    found = {name: (line["task"], _when(line["schedule"])) for name, line in app.conf.beat_schedule.items()}
    assert found == BEAT
    assert set(app.tasks) >= {task for task, _when in BEAT.values()}
    assert str(app.timezone) == "Europe/Amsterdam"


def test_a_task_is_done_before_it_is_taken_from_the_queue():
    names = ("task_acks_late", "task_reject_on_worker_lost", "worker_prefetch_multiplier", "task_time_limit")
    assert [app.conf[name] for name in names] == [True, True, 1, 120]
    app.loader.import_default_modules()
    limits = {name: (task.soft_time_limit, task.time_limit) for name, task in app.tasks.items() if name in MAILED}
    assert limits == dict.fromkeys(MAILED, (700, 720))  # above ten minutes for an answer, and a minute before it
    assert app.conf.broker_transport_options["visibility_timeout"] == 750  # above all limits: never done by two


@pytest.mark.servers
@pytest.mark.xdist_group("alone")
def test_a_mail_server_that_hangs_holds_nothing_else_up():
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes a connection, and never says a word
        address = f"smtp://127.0.0.1:{deaf.getsockname()[1]}"
        one = Running(folder_for_data() / "data", volume="0", SAMENBEHEER_WEB_PROCESSES="1", EMAIL_URL=address)
        one.start()
        try:
            library = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
            desk = one.command("create_token", "desk@bisc.example", "--organisation", "bisc")
            numbers = [one.call("bisc", "POST", "/api/v1/tickets", library, NEW)[1]["number"] for _ in range(6)]
            one.call(
                "bisc",
                "POST",
                f"/api/v1/tickets/{numbers[0]}/transitions",
                desk,
                {"to": "resolved", "answer": "Klaar."},
            )
            one.sql(
                "UPDATE bisc.tickets_ticket SET resolved_at = now() - interval '30 days' WHERE number = %s", numbers[0]
            )
            state = "SELECT state FROM bisc.tickets_ticket WHERE number = %s"
            assert wait_for(lambda: one.sql(state, numbers[0]) == [("closed",)], seconds=8)
            failed = "SELECT DISTINCT cause_type FROM tenants_outboxentry WHERE failed_at IS NOT NULL"
            assert wait_for(lambda: one.sql(failed) == [("smtplib.SMTPServerDisconnected",)])
        finally:
            assert one.stop() == 0
