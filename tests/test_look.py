"""How moments and lengths of time are shown, and how the demo keeps its mail."""

import os
import stat
from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage, get_connection
from django.utils import translation

from config.look.tags import duration, moment


def test_a_moment_is_shown_in_local_time():
    with translation.override("nl"):
        assert moment(datetime(2025, 7, 1, 22, 30, tzinfo=UTC), True) == (
            '<time datetime="2025-07-02T00:30+02:00" title="woensdag 2 juli 2025 00:30">2 jul 2025, 00:30</time>'
        )


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (None, "–"),
        (59, "59 min"),
        (60, "1 h 00"),
        (24 * 60 + 5, "24 h 05"),
        (48 * 60 - 1, "47 h 59"),
        (48 * 60, "2 days"),
    ],
)
def test_a_length_of_time_is_days_from_two_days(minutes, text):
    with translation.override("en"):
        assert duration(minutes) == text


def test_the_demos_mail_is_for_its_own_account_alone(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    before = os.umask(0o022)
    try:
        mailbox = get_connection("config.running.mailbox.EmailBackend")
        assert mailbox.send_messages([EmailMessage("Onderwerp", "Tekst", to=["balie@bisc.example"])]) == 1
    finally:
        os.umask(before)
    (kept,) = (tmp_path / "mail").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
