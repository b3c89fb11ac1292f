"""A mail server that takes its time, or is away: one copy of each mail, and none is lost; on real servers."""

import asyncio
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.core.mail import EmailMessage, get_connection

from tests.running import Running, folder_for_data, wait_for

NEW = {"type": "incident", "subject": "x", "body": "x", "library": "eemland", "category": "6.1", "urgency": "low"}


class Mailbox:
    """Takes mail, each after `seconds` of thought and never while it is held; a client that hangs up gave none."""

    def __init__(self, seconds: float = 0):
        self.seconds, self.held, self.taken, self.asked = seconds, False, [], []

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:
        self.asked.append(envelope.rcpt_tos[0])
        until = time.monotonic() + self.seconds
        while self.held or time.monotonic() < until:
            await asyncio.sleep(0.05)
        self.taken.append((envelope.rcpt_tos[0], _id_of(envelope.content)))
        return "250 OK"


def _id_of(content: bytes) -> str:
    return next(line for line in content.decode().splitlines() if line.lower().startswith("message-id:"))


@contextmanager
def mail_server(box: Mailbox):
    """Run a mail server of our own; yields its address."""
    controller = Controller(box, hostname="127.0.0.1", port=0)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        controller.port = probe.getsockname()[1]
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def _send(address: str, timeout: float) -> float:
    host, _, port = address.removeprefix("smtp://").partition(":")
    backend = get_connection("config.running.smtp.EmailBackend", host=host, port=int(port), timeout=timeout)
    begin = time.monotonic()
    EmailMessage("x", "x", "a@bisc.example", ["b@bisc.example"], connection=backend).send()
    return time.monotonic() - begin


def test_a_server_may_think_about_a_mail_for_longer_than_about_a_command():
    box = Mailbox(seconds=2)
    with mail_server(box) as address:
        assert _send(address, timeout=0.5) >= 2
    assert len(box.taken) == 1


class _Deaf(threading.Thread):
    """Greets, and says `lines`, one for each that it hears; then nothing."""

    def __init__(self, *lines: str):
        super().__init__(daemon=True)
        self.lines = lines
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"smtp://127.0.0.1:{self.server.getsockname()[1]}"
        self.start()

    def run(self):
        client, _ = self.server.accept()
        heard = client.makefile("rb")
        for line in self.lines:
            client.sendall(f"{line}\r\n".encode())
            if line.startswith("354"):
                while heard.readline() != b".\r\n":
                    pass
            elif not line.startswith("221"):
                heard.readline()
        time.sleep(5)


@pytest.mark.parametrize("lines", [(), ("220 x",), ("220 x", "250 x"), ("220 x", "250 x", "250 x", "250 x")])
def test_a_server_that_says_nothing_is_left_within_seconds(lines):
    begin = time.monotonic()
    with pytest.raises(OSError):  # smtplib's own errors are that, too
        _send(_Deaf(*lines).address, timeout=0.5)
    assert time.monotonic() - begin < 4


def test_a_mail_that_was_taken_stays_sent_whatever_comes_of_the_goodbye():
    taken = ("220 x", "250 x", "250 x", "250 x", "354 x", "250 taken")
    for goodbye in ((), ("500 no",)):
        assert _send(_Deaf(*taken, *goodbye).address, timeout=0.5) < 4


@contextmanager
def _running(address: str):
    # At night contracts are warned of: not here, where mails are counted.
    given = {"SAMENBEHEER_WEB_PROCESSES": "1", "SAMENBEHEER_NIGHT_SECONDS": "0", "EMAIL_URL": address}
    one = Running(folder_for_data() / "data", volume="0", **given)
    one.start()
    try:
        yield one
    finally:
        one.stop()


@pytest.mark.servers
@pytest.mark.xdist_group("alone")
def test_kill_9_of_a_mail_worker_with_a_mail_in_hand_loses_none_and_copies_none():
    box = Mailbox(seconds=3600)
    with mail_server(box) as address, _running(address) as one:
        library = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
        one.call("bisc", "POST", "/api/v1/tickets", library, NEW)
        wait_for(lambda: box.asked)  # the server has all of it, and has not said that it took it
        hands = [pid for pid, line in one.pids().items() if "celery" in line and "mail@" in line]
        assert len(hands) >= 2  # a worker and who does its work
        child = max(hands)
        os.kill(child, signal.SIGKILL)
        box.seconds = 0
        taken = wait_for(lambda: box.taken, seconds=30)
        undone = "SELECT count(*) FROM tenants_outboxentry WHERE done_at IS NULL"
        wait_for(lambda: one.sql(undone) == [(0,)])
        time.sleep(3)  # a sweep, and one more
        assert [to for to, _id in taken] == ["balie@eemland.example"] and len(box.asked) == 2


@pytest.mark.servers
@pytest.mark.xdist_group("alone")
def test_a_new_password_does_not_wait_behind_two_hundred_notices_on_a_slow_server():
    box = Mailbox()
    with mail_server(box) as address, _running(address) as one:
        library = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
        box.held = True
        for _ in range(200):
            assert one.call("bisc", "POST", "/api/v1/tickets", library, NEW)[0] == 201
        one.command("invite", "nieuw@bisc.example", "Nieuwe", "steering_reader")
        assert len(box.asked) == 1  # one in hand, all others wait
        box.held = False
        wait_for(lambda: len(box.taken) >= 201, seconds=120)
        assert box.asked.index("nieuw@bisc.example") <= 2
        time.sleep(3)
        assert len(box.taken) == 201  # one copy of each, however often a nudge came
        assert len({one for _to, one in box.taken}) == 201
