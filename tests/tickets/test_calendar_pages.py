"""Pages and API of an organisation's calendars: who reads, who keeps, what stands beside which field."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from tenants.context import inside
from tests.browsing import form_with, press, send
from tests.tickets.test_calendar_files import calendar_file
from tests.tickets.test_calendars import change, closing_of, today
from tickets.calendars.actions import Closing, close_on
from tickets.calendars.models import ClosingDays, ServiceCalendar, ServiceHours


def test_an_administrator_changes_the_hours_from_a_day_on(bisc, client_of):
    day = today() + timedelta(days=7)
    answer = send(client_of("bisc lead"), "/calendars/default/", "Opslaan", from_on=str(day), day_4="8:30-12:30")
    assert answer.status_code == 302
    assert [one.week[4] for one in ServiceHours.objects.all()] == [[[510, 1020]], [[510, 750]]]
    page = client_of("bisc lead").get("/calendars/").content.decode()
    assert "maandag t/m vrijdag 8:30-17:00" in page and "andere uren vanaf" in page


def test_hours_that_cannot_be_stand_beside_their_day_and_nothing_typed_is_lost(bisc, client_of):
    given = {"from_on": str(today()), "day_2": "van acht tot vijf", "day_3": "9-12"}
    answer = send(client_of("bisc lead"), "/calendars/default/", "Opslaan", **given)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="van acht tot vijf"' in page and 'value="9-12"' in page
    assert '<a href="#id_day_2">' in page


def test_an_administrator_makes_a_calendar_and_takes_hours_back(bisc, client_of):
    client = client_of("bisc lead")
    answer = send(client, "/calendars/", "Maken", name_nl="Groot", level="large")
    assert (answer.status_code, answer["Location"]) == (302, "/calendars/large/")
    day = str(today() + timedelta(days=3))
    assert send(client, "/calendars/large/", "Opslaan", from_on=day, day_6="12:00-17:00").status_code == 302
    assert send(client, "/calendars/large/", "Intrekken").status_code == 302
    assert ServiceCalendar.objects.get(slug="large").versions.count() == 1


def test_an_administrator_closes_on_a_day_and_opens_after_all(bisc, client_of):
    client, day = client_of("bisc lead"), str(today() + timedelta(days=3))
    assert send(client, "/calendars/", "Dan sluiten", name="Teamdag", from_on=day).status_code == 302
    assert [(str(one.from_on), str(one.until_on)) for one in ClosingDays.objects.all()] == [(day, day)]
    assert send(client, "/calendars/", "Toch open").status_code == 302
    assert ClosingDays.objects.count() == 0


def test_a_calendar_file_is_shown_first_and_taken_in_then(bisc, client_of):
    client, day = client_of("bisc lead"), today() + timedelta(days=3)
    upload = SimpleUploadedFile("dagen.ics", calendar_file(f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:Teamdag"))
    shown = send(client, "/calendars/", "Tonen wat erin staat", file=upload)
    assert shown.status_code == 200 and ClosingDays.objects.count() == 0
    form = form_with(shown, "Deze opnemen")
    assert [press(client, form, "Deze opnemen").status_code for _twice in range(2)] == [302, 302]
    assert [(one.name, one.from_on) for one in ClosingDays.objects.all()] == [("Teamdag", day)]


STRANGE = [
    *(
        "x",
        "[1]",
        '[["a", "b", "c", 1]]',
        "[" * 5000,
        '[["a", "2026-13-01", "x", 0]]',
        '[[["a"], "2030-01-01", "2030-01-01", true]]',
    ),
    *(
        '[["a", "2030W487", "2030W487", true]]',
        '[["a", "2030-01-01", "2030-01-01", {"x": 1}]]',
        '[["a", 1e999, 1e999, true]]',
    ),
]


@pytest.mark.parametrize("days", STRANGE)
def test_days_that_no_page_sent_are_refused_in_words(bisc, client_of, days):
    answer = client_of("bisc lead").post("/calendars/import/", {"days": days})
    assert answer.status_code == 422 and "Kies het bestand opnieuw." in answer.content.decode()


def test_a_day_off_of_today_has_no_button_and_says_that_nothing_is_left_to_open(bisc, client_of):
    client, one = client_of("bisc lead"), closing_of(0, 0)
    assert "Toch open" not in client.get("/calendars/").content.decode()
    page = client.post(f"/calendars/closing/{one.pk}/open/", follow=True).content.decode()
    assert "Wat geteld is, blijft: hiervan is niets meer te openen." in page and "Weer open." not in page


@pytest.mark.parametrize("path", ["closing/", "import/"])
def test_a_day_at_the_end_of_time_is_refused(bisc, client_of, path):
    given = {"name": "x", "from_on": "9999-12-31", "days": '[["x", "9999-12-31", "9999-12-31", true]]'}
    assert client_of("bisc lead").post(f"/calendars/{path}", given).status_code == 422


def test_a_thousand_long_names_come_back(bisc, client_of):
    day = today() + timedelta(days=3)
    event = f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\nSUMMARY:" + "é" * 76
    content = calendar_file(*(f"{event}{n:04}" for n in range(999)))
    client = client_of("bisc lead")
    shown = send(client, "/calendars/", "Tonen wat erin staat", file=SimpleUploadedFile("dagen.ics", content))
    assert press(client, form_with(shown, "Deze opnemen"), "Deze opnemen").status_code == 302
    assert ClosingDays.objects.count() == 999


def test_what_is_no_calendar_file_is_said_beside_the_field(bisc, client_of):
    upload = SimpleUploadedFile("dagen.ics", b"geen kalender")
    answer = send(client_of("bisc lead"), "/calendars/", "Tonen wat erin staat", file=upload)
    assert answer.status_code == 422
    assert "Dit is geen kalenderbestand (.ics) dat gelezen kan worden." in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "reads", "keeps"),
    [("bisc lead", 200, True), ("bisc desk", 200, False), ("bisc keyuser", 403, False), ("bisc colleague", 403, False)],
)
def test_who_reads_and_who_keeps_calendars(bisc, client_of, who, reads, keeps):
    client = client_of(who)
    for path in ("/calendars/", "/calendars/default/"):
        answer = client.get(path)
        assert answer.status_code == reads
        assert ('name="from_on"' in answer.content.decode()) is keeps
    version, closing = change(bisc), closing_of(1, 1)
    posts = ["/calendars/", "/calendars/default/", "/calendars/closing/", "/calendars/import/"]
    posts += [f"/calendars/default/{version.pk}/withdraw/", f"/calendars/closing/{closing.pk}/open/"]
    for path in posts:
        assert (client.post(path).status_code == 403) is not keeps, path


def test_the_pages_of_calendars_refuse_other_methods_and_what_is_not_there(bisc, client_of):
    client = client_of("bisc lead")
    assert client.get("/calendars/nergens/").status_code == 404
    assert client.post("/calendars/closing/9999/open/").status_code == 404
    assert client.post("/calendars/default/9999/withdraw/").status_code == 404
    assert client.get("/calendars/closing/").status_code == 405
    assert client.delete("/calendars/").status_code == 405


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_calendars_asks_as_much_for_one_as_for_many(bisc, client_of, django_assert_num_queries, count):
    for n in range(count):
        closing_of(n + 1, n + 1)
        ServiceCalendar.objects.create(slug=f"c{n}", name_nl="x", name_en="x").versions.create(
            from_on=date(2021, 1, 1), week=[[[0, 60]]] * 7, made_at=timezone.now()
        )
    client = client_of("bisc desk")
    client.get("/calendars/")
    with django_assert_num_queries(6), inside(None):
        assert client.get("/calendars/").status_code == 200


def test_the_twelve_months_name_each_day_off(bisc, client_of):
    day = next(one for n in range(1, 9) if (one := today() + timedelta(days=n)).weekday() == 2)
    close_on(closings=[Closing("Teamdag", day, day)], by=bisc.actor("lead"))
    answer = client_of("bisc desk").get("/calendars/default/")
    assert len(answer.context["months"]) == 12
    found = {(one.why, one.own) for one in answer.context["off"]}
    assert ("Teamdag", True) in found and ("Tweede paasdag", False) in found
    assert all(one.kind == "free" for month in answer.context["months"] for one in month.days if _weekend(month, one))


def _weekend(month, day) -> bool:
    return month.first.replace(day=day.number).weekday() >= 5


# ---- the API


def test_the_api_tells_calendars_to_staff_alone(bisc, api_of):
    closing = closing_of(1, 2)
    answer = api_of("bisc desk")("GET", "/calendars")
    assert answer.status_code == 200
    assert answer.json() == {
        "calendars": [
            {
                "slug": "default",
                "name": "Gewone servicetijden",
                "level": None,
                "versions": [
                    {
                        "fromOn": "2021-01-01",
                        "week": [[[510, 1020]]] * 5 + [[], []],
                        "timeZone": "Europe/Amsterdam",
                        "publicHolidays": True,
                        "liberationDay": True,
                        "goodFriday": False,
                    }
                ],
            }
        ],
        "closingDays": [
            {"name": "x", "fromOn": str(closing.from_on), "untilOn": str(closing.until_on), "yearly": False}
        ],
    }
    assert api_of("bisc keyuser")("GET", "/calendars").status_code == 403


def test_each_organisation_has_its_own_calendars(cast, bisc):
    change(bisc)
    close_on(closings=[Closing("Dicht", today(), today())], by=bisc.actor("lead"))
    with inside(cast.cubiss.organisation):
        assert (ServiceHours.objects.count(), ClosingDays.objects.count()) == (1, 0)
    assert connection.schema_name == "bisc"
