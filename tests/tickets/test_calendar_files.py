"""Calendar files: what days off they give, what is left out, and that no file stops the page."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.calendars.actions import Closing
from tickets.calendars.ical import Unreadable, read

TODAY = date(2026, 11, 27)


def calendar_file(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{n}\r\n{one}\r\nEND:VEVENT\r\n" for n, one in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


def test_a_calendar_file_gives_whole_days_ranges_and_yearly_ones():
    found = read(
        calendar_file(
            "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261225\r\nSUMMARY:Kerstmiddag",
            "DTSTART;VALUE=DATE:20261228\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:Tussen  de\\nfeestdagen",
            "DTSTART;VALUE=DATE:20201003\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Leids ontzet",
            "DTSTART;VALUE=DATE:20261120\r\nDURATION:P10D\r\nSUMMARY:Loopt al",
            "DTSTART;VALUE=DATE:20261201",
        ),
        TODAY,
    )
    assert found.closings == [
        Closing("Loopt al", date(2026, 11, 27), date(2026, 11, 29)),
        Closing("gesloten", date(2026, 12, 1), date(2026, 12, 1)),
        Closing("Kerstmiddag", date(2026, 12, 24), date(2026, 12, 24)),
        Closing("Tussen de feestdagen", date(2026, 12, 28), date(2026, 12, 31)),
        Closing("Leids ontzet", date(2027, 10, 3), date(2027, 10, 3), yearly=True),
    ]


def test_a_calendar_file_says_what_it_leaves_out():
    found = read(
        calendar_file(
            "DTSTART:20261224T120000Z\r\nDTEND:20261224T170000Z\r\nSUMMARY:Middag",
            "DTSTART;VALUE=DATE:20251224\r\nSUMMARY:Vorig jaar",
            "DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Elke week",
            "DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;UNTIL=20281224\r\nSUMMARY:Nog even",
            "DTSTART;VALUE=DATE:20261224\r\nSTATUS:CANCELLED\r\nSUMMARY:Toch niet",
            "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20401224\r\nSUMMARY:Te lang",
            "SUMMARY:Zonder dag",
        ),
        TODAY,
    )
    assert (found.closings, found.over, found.no_day, found.repeats, found.cancelled) == ([], 1, 3, 2, 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"geen kalender", b"\x00\xff" * 50, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"x" * 500_001, b"BEGIN:"],
    ids=["empty", "text", "bytes", "cut off", "large", "half"],
)
def test_what_is_no_calendar_file_is_refused_in_words(content):
    with pytest.raises(Unreadable):
        read(content, TODAY)


def test_a_file_with_many_events_is_refused():
    with pytest.raises(Unreadable):
        read(calendar_file(*["DTSTART;VALUE=DATE:20261224"] * 1001), TODAY)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_in_a_calendar_file_are_read_or_refused(noise, place):
    good = calendar_file("DTSTART;VALUE=DATE:20201003\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:x", "DTSTART;VALUE=DATE:20261224")
    with suppress(Unreadable):
        read(good[:place] + noise + good[place:], TODAY)


ZONE = "BEGIN:VTIMEZONE\r\nTZID:{}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"


@pytest.mark.parametrize("zone", ["Europe", "a" * 3000, "../../etc/passwd", "/dev/zero", "a\r\nTZID:b"])
def test_no_time_zone_of_a_file_is_looked_up(zone):
    good = "DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Kerstmiddag"
    timed = f"DTSTART;TZID={zone}:20261224T120000\r\nSUMMARY:Middag"
    content = calendar_file(good, timed).replace(b"BEGIN:VEVENT", ZONE.format(zone).encode() + b"BEGIN:VEVENT", 1)
    found = read(content, TODAY)
    assert [one.name for one in found.closings] == ["Kerstmiddag"] and found.no_day == 1


@pytest.mark.parametrize(
    ("summary", "name"),
    [
        ("SUMMARY:A\r\nSUMMARY:B", "A"),
        ("SUMMARY;VALUE=BINARY;ENCODING=BASE64:AAAA", "AAAA"),
        ('SUMMARY;LANGUAGE=nl;X-A="a:b;c":Dicht', "Dicht"),
        ("SUMMARY:Team\u00addag \u202e\U0001f468\u200d\U0001f469", "Teamdag \U0001f468\U0001f469"),
        ("SUMMARY:Team\r\n dag", "Teamdag"),
        ("SUMMARY:x\r\nBEGIN:VALARM\r\nSUMMARY:y\r\nDTSTART;VALUE=DATE:20270101\r\nEND:VALARM", "x"),
    ],
)
def test_the_name_of_a_day_is_plain_text(summary, name):
    found = read(calendar_file(f"{summary}\r\nDTSTART;VALUE=DATE:20261224"), TODAY)
    assert found.closings == [Closing(name, date(2026, 12, 24), date(2026, 12, 24))]


def test_a_file_of_before_unicode_keeps_its_accents():
    content = calendar_file("SUMMARY:Café\r\nDTSTART;VALUE=DATE:20261224").decode().encode("cp1252")
    assert [one.name for one in read(content, TODAY).closings] == ["Café"]


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:99991231\r\nRRULE:FREQ=YEARLY",
        "DTSTART;VALUE=DATE:20451224",
        "DTSTART;VALUE=DATE:20261224\r\nDURATION:P" + "9" * 900 + "D",
        "DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;INTERVAL=" + "9" * 900,
        "DTSTART;VALUE=DATE:00010101\r\nDURATION:-P2D",
        "DTSTART;VALUE=DATE:20261224\r\nRRULE:" + "BYDAY=" + "MO," * 50_000,
    ],
)
def test_what_is_far_or_odd_gives_no_day_and_stops_nothing(event):
    found = read(calendar_file(event, "DTSTART;VALUE=DATE:20261225"), TODAY)
    assert [one.from_on for one in found.closings] == [date(2026, 12, 25)]
    assert found.over + found.far + found.no_day + found.repeats == 1
