"""How moments and lengths of time are shown, and how the demo keeps its mail."""

import os
import re
import stat
from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage, get_connection
from django.utils import translation
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from config.look import zero
from config.look.tags import duration, moment
from tests.browsing import send
from tests.running import ROOT


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


@pytest.mark.parametrize(
    ("who", "at", "path"),
    [
        ("bisc desk", "bisc", "/tickets/?view=all&sort=oldest"),
        ("bisc keyuser", "bisc", "/tickets/BISC-1/"),
        ("member", "", "/agenda/?as=time&status=on_track"),
        (None, "bisc", "/account/login/?next=/tickets/%3Fview%3Dall"),
    ],
)
def test_choosing_a_language_keeps_the_page(client_of, who, at, path):
    client = client_of(who, at)
    for button, language in (("English", "en"), ("Nederlands", "nl")):
        assert send(client, path, button)["Location"] == path
        page = client.get(path)
        assert (page["Content-Language"], f'<html lang="{language}"' in page.content.decode()) == (language, True)


@pytest.mark.parametrize(
    "goal",
    [
        *("http://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example", "javascript:alert(1)", ""),
        *("http://cubiss.samenbeheer.localhost:8000/", "http://bisc.samenbeheer.localhost:8000@evil.example/"),
    ],
)
@pytest.mark.parametrize("who", ["bisc desk", None])
def test_choosing_a_language_leads_to_no_other_host(client_of, who, goal):
    answer = client_of(who).post("/language/", {"language": "en", "next": goal})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_language_that_is_none_changes_nothing(cast, client_of):
    client = client_of("bisc desk")
    answer = client.post("/language/", {"language": "de", "next": "/tickets/"})
    assert (answer["Location"], dict(answer.cookies)) == ("/tickets/", {})
    assert client.get("/tickets/")["Content-Language"] == "nl"


def test_the_parts_of_pages_are_shown_in_the_demo_alone(settings, client_of):
    client = client_of("bisc desk")
    found = []
    for demo in (True, False):
        settings.DEMO = demo
        found.append(client.get("/look/").status_code)
    assert found == [200, 404]


@pytest.mark.parametrize(
    ("who", "at", "path", "menu", "here"),
    [
        ("bisc colleague", "bisc", "/tickets/", ["/", "/tickets/"], ["/tickets/"]),
        ("bisc colleague", "bisc", "/", ["/", "/tickets/"], ["/"]),
        ("platform", "", "/platform/", ["/platform/", "/agenda/"], ["/platform/"]),
        ("manager", "", "/agenda/", ["/agenda/", "/steering/"], ["/agenda/"]),
    ],
)
def test_the_menu_leads_to_what_one_may_open_once_and_says_where_one_is(client_of, who, at, path, menu, here):
    places = client_of(who, at).get(path).context["places"]
    assert [one.href for one in places] == menu
    assert [one.href for one in places if one.current] == here


def test_who_has_one_host_has_no_way_to_another(cast, client_of):
    assert client_of("bisc colleague").get("/").context["ways"] == ()
    assert [way.name for way in client_of("bisc seated").get("/tickets/").context["ways"] if way.current] == ["BiSC"]


@pytest.mark.parametrize("weight", [400, 700])
def test_the_zero_has_no_slash_and_stands_as_wide_as_its_own(tmp_path, weight):
    zero.make(weight, tmp_path / "zero.woff2")
    made = TTFont(tmp_path / "zero.woff2")
    assert made.getBestCmap() == {0x30: "zero"}
    assert made["glyf"]["zero"].numberOfContours == 2  # outside and hole; the slash makes four of the typeface's own
    own = instantiateVariableFont(TTFont(zero.SOURCE), {"wght": weight})
    assert own["glyf"]["zero"].numberOfContours > 2
    assert made["hmtx"]["zero"][0] == own["hmtx"]["zero"][0]
    assert {one.toUnicode() for one in made["name"].names if one.nameID == 1} == {"Samenbeheer Zero"}


def test_a_colour_is_a_token_or_white_on_the_bar():
    """Written out elsewhere it would be the same in the dark."""
    rules = (ROOT / "config/look/static/samenbeheer/samenbeheer.css").read_text().split(":root[data-theme", 1)[1]
    rules = rules.split("@page ", 1)[0]  # paper is white
    written = [line for line in rules.splitlines() if re.search(r"#[0-9a-f]{3,8}\b|, white\b|, black\b", line)]
    dark_too = ("light-dark(", "rgb(255 255 255")
    assert [
        line
        for line in written
        if not line.startswith((".where", ".me summary")) and not any(x in line for x in dark_too)
    ] == []
