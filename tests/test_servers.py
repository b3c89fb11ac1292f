"""The supervisor for real: starting, stopping, kill -9, worker and beat."""

import contextlib
import os
import pwd
import random
import signal
import tempfile
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import psycopg2
import pytest

from config.running.embedded import Embedded
from tests.running import Running, folder_for_data, wait_for
from tests.servers import WORKER

pytestmark = pytest.mark.servers
WITH_DEMO = pytest.mark.xdist_group("running")  # share the one that runs
ALONE = pytest.mark.xdist_group("alone")
WELL = {"status": "ok", "wrong": [], "soon": []}
NEW = {
    "type": "incident",
    "subject": "Na de klap",
    "body": "x",
    "library": "eemland",
    "category": "6.1",
    "urgency": "low",
}


@WITH_DEMO
def test_it_answers_and_a_command_beside_it_talks_to_the_same_servers(running):
    assert running.call("", "GET", "/readyz") == (200, {"status": "ready"})
    well = (200, {**WELL, "outbox": {"given_up": 0, "overdue": 0}})
    assert wait_for(lambda: running.call("", "GET", "/healthz") == well)
    token = running.command("create_token", "balie@eemland.example", "--organisation", "bisc")
    assert token.startswith("sb_") and len(token.split()) == 1
    status, body = running.call("bisc", "POST", "/api/v1/tickets", token, NEW)
    assert status == 201 and body["number"].startswith("BISC-")
    assert running.call("cubiss", "GET", "/api/v1/me", token)[0] == 401


@WITH_DEMO
def test_the_tests_of_one_group_stay_in_one_process(request):
    """Else each process starts a Samenbeheer of its own; pytest 9.2 with xdist 3.8 lets that happen in silence."""
    assert not WORKER or request.node.nodeid.endswith("@running")


@WITH_DEMO
def test_the_application_is_no_superuser_and_does_not_own_its_tables(running):
    users = running.sql("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'samenbeheer'")
    assert ("samenbeheer_app",) in users
    rows = running.sql(
        "SELECT rolname, rolsuper, rolcreatedb, rolbypassrls FROM pg_roles"
        " WHERE rolname LIKE 'samenbeheer_%' ORDER BY 1"
    )
    assert rows == [("samenbeheer_app", False, False, False), ("samenbeheer_owner", False, True, False)]
    owners = running.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'bisc'")
    assert owners == [("samenbeheer_owner",)]


@WITH_DEMO
def test_worker_mails_what_the_event_says(running):
    desk = running.command("create_token", "desk@bisc.example", "--organisation", "bisc")
    mails = running.data / "mail"
    before = set(mails.glob("*.eml")) if mails.exists() else set()
    (number,) = running.sql("SELECT number FROM bisc.tickets_ticket WHERE state = 'open' LIMIT 1")[0]
    assert running.call("bisc", "POST", f"/api/v1/tickets/{number}/messages", desk, {"body": "Bericht"})[0] == 201
    # Of this ticket alone: a test before may have left a mail that is still to come.
    (path,) = wait_for(lambda: [one for one in set(mails.glob("*.eml")) - before if f"[{number}]" in one.read_text()])
    assert path.stat().st_mode & 0o077 == 0
    waiting = "SELECT count(*) FROM tenants_outboxentry WHERE done_at IS NULL AND due_at < now()"
    assert wait_for(lambda: running.sql(waiting) == [(0,)])


@WITH_DEMO
def test_a_lost_nudge_is_found_by_the_sweep(running):
    running.sql("UPDATE tenants_outboxentry SET done_at = now() WHERE done_at IS NULL")
    (event,) = running.sql("SELECT max(id) FROM bisc.tickets_event WHERE kind = 'created'")[0]
    (organisation,) = running.sql("SELECT id FROM tenants_organisation WHERE slug = 'bisc'")[0]
    running.sql(
        "INSERT INTO tenants_outboxentry (organisation_id, topic, address, dedupe_key, due_at, attempts, created_at,"
        " cause_type, cause_where, cause_message)"
        " VALUES (%s, 'tickets.notices', %s, 'verloren', now(), 0, now(), '', '', '')",
        *(organisation, f"event {event}"),
    )
    done = "SELECT attempts FROM tenants_outboxentry WHERE dedupe_key = 'verloren' AND done_at IS NOT NULL"
    assert wait_for(lambda: running.sql(done)) == [(1,)]


WARN_AND_DIE = """
import os, signal
from datetime import timedelta
from django.utils import timezone
from tenants.context import inside, organisation_by_schema
from tenants.outbox import nudges
from tickets.agreements.book import book
from tickets.models import Rung
from tickets.warnings.moments import back
from tickets.warnings.ringing import give, running

nudges.send = lambda topic, arguments: os.kill(os.getpid(), signal.SIGKILL)
long_ago = timezone.now() - timedelta(days=5)
with inside(organisation_by_schema("bisc")):
    clock = running().filter(kind="resolution", due_at__lt=long_ago).order_by("-due_at").first()
    Rung.objects.create(clock="resolution", at="after", minutes=1, hears=["lead"], since="2020-01-01T00:00Z")
    print(clock.ticket.number, flush=True)
    give(clock.ticket_id, back(timezone.now(), 1, book().calendar(clock.calendar)))
"""


@WITH_DEMO
def test_kill_9_between_a_warning_and_its_mail_leaves_one_mail(running):
    """The row was there and nobody was nudged: the sweep finds it, and the runs that follow give it no more."""
    number = running.command("shell", "-c", WARN_AND_DIE, ends=-signal.SIGKILL).split()[-1]
    given = (
        "SELECT count(*) FROM bisc.tickets_warninggiven g JOIN bisc.tickets_ticket t ON t.id = g.ticket_id"
        " WHERE t.number = %s AND g.outcome = 'rang' AND g.cancelled_at IS NULL"
    )

    def subjects() -> list[str]:
        mails = (message_from_bytes(one.read_bytes(), policy=default) for one in (running.data / "mail").glob("*.eml"))
        return [one["Subject"] for one in mails if one["Subject"].startswith(f"[{number}] Oplossing: ")]

    assert wait_for(subjects)
    running.sql("UPDATE bisc.tickets_rung SET ended_at = now() WHERE at = 'after' AND minutes = 1")
    time.sleep(3)  # a sweep more
    assert (running.sql(given, number), len(subjects())) == ([(1,)], 1)


REOPEN = {"to": "open", "reason": "Toch nog stuk."}


@WITH_DEMO
def test_beat_closes_what_was_resolved_long_ago_and_reports_drift(running):
    desk = running.command("create_token", "desk@bisc.example", "--organisation", "bisc")
    numbers = []
    for _ in range(2):
        number = running.call("bisc", "POST", "/api/v1/tickets", desk, NEW)[1]["number"]
        running.call(
            "bisc", "POST", f"/api/v1/tickets/{number}/transitions", desk, {"to": "resolved", "answer": "Klaar."}
        )
        numbers.append(number)
    long_ago = "UPDATE bisc.tickets_ticket SET resolved_at = now() - interval '30 days' WHERE number = %s"
    state = "SELECT state FROM bisc.tickets_ticket WHERE number = %s"
    running.call("bisc", "POST", f"/api/v1/tickets/{numbers[1]}/transitions", desk, REOPEN)
    running.sql(long_ago, numbers[0])
    assert wait_for(lambda: running.sql(state, numbers[0]) == [("closed",)])
    assert running.sql(state, numbers[1]) == [("open",)]
    events = running.sql(
        "SELECT count(*) FROM bisc.tickets_event e JOIN bisc.tickets_ticket t ON t.id = e.ticket_id"
        " WHERE t.number = %s AND e.system_actor = 'auto_close'",
        numbers[0],
    )
    assert events == [(1,)]
    running.sql("UPDATE agenda_ticketsnapshot SET state = 'new' WHERE number = %s", numbers[0])
    wait_for(lambda: "snapshots of bisc drifted" in running.log.read_text(errors="replace"))
    assert running.command("rebuild_snapshots") == "BiSC: 1 written, 0 removed"
    assert running.command("rebuild_snapshots") == "All snapshots are right; nothing changed."


@ALONE
def test_kill_9_of_each_and_of_all_ten_times_loses_nothing():
    """No process left, no committed ticket lost, no mode changed outside the data directory; restarted within 0.2 s."""
    folder = folder_for_data()
    one = Running(folder / "data", volume="0", SAMENBEHEER_WEB_PROCESSES="1")
    outside = [Path("/tmp"), folder.parent, folder, Path(__file__).parent.parent]
    modes = [(path, path.stat().st_mode, path.stat().st_uid) for path in outside]
    one.start()
    token = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
    goals = {
        "web": ("gunicorn",),
        "worker": ("celery", "worker@%h"),
        "mail": ("celery", "mail@%h"),
        "beat": ("celery", "beat"),
        "postgres": ("bin/postgres",),
        "valkey": ("valkey-server",),
    }
    committed, slowest = [], 0.0
    for target in [*goals, "supervisor", "all", "postgres", "supervisor", "all"]:
        for _ in range(random.Random(target).randrange(1, 4)):
            status, body = one.call("bisc", "POST", "/api/v1/tickets", token, NEW)
            assert status == 201
            committed.append(body["number"])
        old = one.pids()
        if target == "all":
            victims = list(old)
        else:
            victims = [one.process.pid] if target == "supervisor" else [one.pid_of(*goals[target])]
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        before = one.process
        slowest = max(slowest, one.start())
        before.wait(timeout=30)
        left = [line for pid, line in one.pids().items() if pid in old]
        assert left == [], target
        assert one.call("bisc", "GET", "/readyz")[0] == 200
    found = set()
    path = "/api/v1/tickets?q=klap"
    while path:
        _status, body = one.call("bisc", "GET", path, token)
        found |= {row["number"] for row in body["items"]}
        path = body["next"] and "/api" + body["next"].split("/api")[1]
    assert found == set(committed) and len(committed) == len(found)
    assert one.stop(signal.SIGINT) == 0
    assert one.pids() == {}
    assert [(path, path.stat().st_mode, path.stat().st_uid) for path in outside] == modes
    assert not [path for path in Path(tempfile.gettempdir()).glob("samenbeheer-????????") if _is_of(path, one)]
    # A command alone starts what it needs, and stops it again.
    assert one.command("rebuild_snapshots") == "All snapshots are right; nothing changed."
    assert one.pids() == {}


def _is_of(path: Path, one: Running) -> bool:
    return str(path) in one.log.read_text(errors="replace")


@WITH_DEMO
def test_two_side_by_side_one_of_an_ordinary_user_and_a_taken_port_is_said_in_one_line(running):
    folder = folder_for_data()
    other = Running(folder / "data", volume="0", SAMENBEHEER_DEMO="0")
    if os.geteuid() == 0:
        other.run_as("daemon")
    other.start()
    if other.user:
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in other.pids()}
        assert owners == {pwd.getpwnam("daemon").pw_uid} and len(other.pids()) > 6
    assert other.call("", "GET", "/readyz")[0] == running.call("", "GET", "/readyz")[0] == 200
    third = Running(folder / "data3", port=other.port)
    with pytest.raises(RuntimeError, match=rf"Samenbeheer: port {other.port} is taken .*: PORT=8010 make run"):
        third.start()
    assert third.pids() == {}
    # What the next start takes for prepared may have changed beside it: rights are missing here.
    other.sql("REVOKE ALL ON SCHEMA public FROM samenbeheer_app, public")
    other.sql("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM samenbeheer_app")
    assert other.stop() == 0
    assert other.pids() == {}
    assert (other.data / "prepared").read_text()
    other.start()
    assert other.call("", "GET", "/readyz")[0] == 200
    assert other.stop() == 0


LOADED = """
    SELECT (SELECT count(*) FROM tenants_organisation WHERE ready), (SELECT count(*) FROM tenants_domain),
        (SELECT count(*) FROM tenants_library), (SELECT count(*) FROM tenants_location),
        (SELECT count(*) FROM tenants_person), (SELECT count(*) FROM tenants_membership),
        (SELECT count(*) FROM tenants_librarymembership), (SELECT count(*) FROM agenda_seat),
        (SELECT count(*) FROM agenda_workitem), (SELECT count(*) FROM agenda_contribution),
        (SELECT count(*) FROM bisc.tickets_ticket), (SELECT count(*) FROM cubiss.tickets_ticket),
        (SELECT count(*) FROM probiblio.tickets_ticket), (SELECT count(*) FROM rijnbrink.tickets_ticket),
        (SELECT count(*) FROM agenda_ticketsnapshot)
"""
CUT_OFF = {
    "SELECT 1 FROM pg_namespace WHERE nspname = 'cubiss'": signal.SIGINT,
    "SELECT 1 FROM pg_tables WHERE schemaname = 'probiblio' AND tablename = 'tickets_ticket'": signal.SIGKILL,
    "SELECT 1 FROM cubiss.tickets_ticket LIMIT 1": signal.SIGINT,
    "SELECT 1 FROM agenda_workitem OFFSET 2 LIMIT 1": signal.SIGKILL,
}


def _there(one: Running, question: str) -> bool:
    try:
        return bool(one.sql(question))
    except (OSError, psycopg2.Error):  # not there yet
        return False


@ALONE
def test_a_demo_that_was_cut_off_again_and_again_is_loaded_after_all():
    """By Ctrl-C and by kill -9: in the making of a schema, between two organisations, among the results."""
    whole, one = (Running(folder_for_data() / "data", volume="0.02") for _ in range(2))
    for question, number in CUT_OFF.items():
        one.begin()
        wait_for(lambda asked=question: _there(one, asked), 180)
        one.stop(number)
        wait_for(lambda: one.pids() == {})
    for each in (one, whole):
        each.start()
    assert one.sql(LOADED) == whole.sql(LOADED)
    assert one.call("", "GET", "/readyz")[0] == 200
    assert [each.stop() for each in (one, whole)] == [0, 0]


@ALONE
def test_data_that_was_made_anew_is_not_taken_for_prepared():
    data = folder_for_data() / "data"
    servers = Embedded(data)
    assert servers.acquire()
    servers.wanted = {"postgres"}
    data.chmod(0o711)
    servers.prepared_by = "this very code"
    assert servers.prepared_by == "this very code"
    try:
        servers.start(fsync=False)
        assert servers.prepared_by == ""
    finally:
        servers.stop()
        servers.release()
