"""The history of a result as its page shows it."""

import re
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from agenda.history.queries import events_of
from agenda.work import actions
from agenda.work.models import PolicyFramework, PolicyGoal, WorkItem
from agenda.work.words import Words
from tests.agenda.pages import words_of


def _history(response) -> str:
    return words_of(response).partition("Wat er veranderde")[2].partition("Samenbeheer")[0]


def test_the_history_says_who_changed_what_from_what_to_what(cast, client_of, item, acts):
    PolicyFramework.objects.update(until_on=None)
    PolicyGoal.objects.update(until_on=None)
    goal = PolicyGoal.objects.get(code="innovatie")
    changes = {"title": "Eén desk", "planned_to": date(2027, 1, 31), "theme": "cost", "goal": goal}
    changes = {**changes, "lead": cast.cubiss.organisation}
    actions.change_item(item=item, changes=changes, contributors=[cast.cubiss.organisation], by=acts("bisc lead"))
    part = item.contributions.select_related("item").get()
    actions.change_contribution(contribution=part, changes={"status": "at_risk"}, by=acts("cubiss desk"))
    actions.report_progress(item=item, text="Halverwege", progress=50, status="on_track", by=acts("cubiss lead"))
    words = re.sub(r"\s+", " ", _history(client_of("member", "").get("/agenda/1/")))
    for said in (
        "Lead Cubiss Cubiss Op schema 50 %",
        "Halverwege Voortgang (%): was 0 % werd 50 %",
        "Desk Cubiss Cubiss",
        "Cubiss: status: was op schema werd risico",
        "Lead BiSC BiSC",
        "Resultaat: was Gezamenlijke servicedesk werd Eén desk",
        "Gepland tot en met: was 31 dec 2026 werd 31 jan 2027",
        "Thema: was integratie werd kosten",
        "Opgave: Innovatie",
        "Trekker: was BiSC werd Cubiss",
        "Organisaties die meedoen: was BiSC, Cubiss werd Cubiss",
        "Kwartiermaker · op de agenda gezet",
    ):
        assert said in words, words
    assert words.index("Halverwege") < words.index("Cubiss: status") < words.index("Resultaat: was")


def test_the_history_in_english(client_of, item, acts, cast):
    actions.change_item(item=item, changes={"title": "One desk", "planned_to": date(2027, 5, 31)}, by=acts("bisc lead"))
    with translation.override("en"):
        (told, made) = Words().told(events_of("W1"))
        assert [(one.label, one.before, one.after) for one in told.lines] == [
            ("result", "Gezamenlijke servicedesk", "One desk"),
            ("planned to", "31 Dec 2026", "31 May 2027"),
        ]
        assert (made.what, made.lines) == ("put on the agenda", [])


def test_a_long_text_that_changed_opens_to_both(client_of, item, acts):
    for text in ("Eerst. " * 30, "Later. " * 30):
        actions.change_item(item=item, changes={"description": text}, by=acts("manager"))
    page = client_of("member", "").get("/agenda/1/").content.decode()
    assert page.count("<details>") == 2 and "Eerst. Eerst." in page and "Later. Later." in page


def test_what_was_typed_is_text_and_nothing_else(client_of, item, acts):
    nasty = "<script>alert(1)</script>"
    actions.change_item(item=item, changes={"title": nasty}, by=acts("manager"))
    actions.report_progress(item=item, text=nasty, progress=1, status="on_track", by=acts("manager"))
    page = client_of("member", "").get("/agenda/1/").content.decode()
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert(1)") >= 3


def test_a_contribution_shows_its_own_history(cast, client_of, item, acts):
    part = item.contributions.select_related("item").get(organisation__slug="cubiss")
    for status in ("at_risk", "off_track"):
        actions.change_contribution(contribution=part, changes={"status": status}, by=acts("cubiss desk"))
    actions.report_progress(item=item, text="Van het geheel", progress=1, status="on_track", by=acts("manager"))
    words = re.sub(r"\s+", " ", _history(client_of("cubiss desk", "").get("/agenda/1/contributions/cubiss/")))
    assert "was op schema werd risico" in words and "was risico werd loopt vast" in words
    assert "Van het geheel" not in words
    assert "werd" not in _history(client_of("bisc desk", "").get("/agenda/1/contributions/bisc/"))


def test_the_history_comes_50_at_a_time_with_as_many_queries(client_of, item, acts):
    member, by, counts = client_of("member", ""), acts("manager"), []
    for until in (2, 51):
        while WorkItem.objects.get().version < until:
            actions.report_progress(item=item, text="Bericht", progress=1, status="on_track", by=by)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = member.get("/agenda/1/").content.decode()
        counts.append(len(queries))
    assert page.count('class="msg"') == 50 and "?page=2" in page
    assert counts[1] == counts[0] + 1  # the count of all, when there is a second page
    assert "op de agenda gezet" in _history(member.get("/agenda/1/?page=2"))


def test_where_there_was_nothing_history_says_what_came_alone(cast, put, acts, client_of):
    item = put("Contract getekend", contributors=[cast.cubiss.organisation])
    part = item.contributions.select_related("item", "organisation").get()
    actions.change_contribution(contribution=part, changes={"description": "Getekend"}, by=acts("manager"))
    page = client_of("member", "").get(f"/agenda/{item.number}/")
    assert "Cubiss: bijdrage: Getekend" in words_of(page)
