"""Pages of one ticket: who may open and send what, what is said at the answer box, and nothing that a text can run."""

import re
from html import unescape

import pytest
from django.db import transaction
from django.utils import timezone

from tests.tickets.verbs import PLANNED
from tickets.desk import actions as verbs
from tickets.models import Attachment, Message, Ticket, TicketGrant
from tickets.states import Visibility

PEOPLE = ["bisc desk", "bisc seated", "bisc keyuser", "bisc director", "bisc colleague", "bisc colleague2"]
PEOPLE += ["bisc neighbour", "bisc former", "bisc coming", "cubiss guest", "cubiss desk", "stranger", None]
ANSWER, MOVE, EDIT = {"body": "Tekst"}, {"to": "open"}, {"subject": "x", "version": 3}
LATER = {"person": "desk@cubiss.example", "until_on": "2026-01-01"}
# Method, path, what is sent -> a status for each of PEOPLE. Rooms: desk, guests; lists and search have their own file.
LADDER = [
    ("GET", "BISC-1/", {}, [200, 200, 200, 200, 200, 404, 404, 404, 404, 200, 404, 404, 302]),
    ("POST", "BISC-1/", {}, [405, 405, 405, 405, 405, 405, 405, 404, 404, 405, 404, 404, 401]),
    ("POST", "BISC-1/messages/", ANSWER, [302, 302, 302, 302, 302, 404, 404, 404, 404, 403, 404, 404, 401]),
    ("GET", "BISC-1/messages/", {}, [405, 405, 405, 405, 405, 405, 405, 404, 404, 405, 404, 404, 302]),
    (
        "POST",
        "BISC-1/transitions/",
        {"to": "open"},
        [302, 302, 409, 409, 409, 404, 404, 404, 404, 403, 404, 404, 401],
    ),
    ("GET", "BISC-1/transitions/", {}, [405, 405, 405, 405, 405, 405, 405, 404, 404, 405, 404, 404, 302]),
    ("POST", "BISC-1/pick-up/", {}, [302, 302, 403, 403, 403, 404, 404, 404, 404, 403, 404, 404, 401]),
    ("GET", "BISC-1/pick-up/", {}, [405, 405, 405, 405, 405, 405, 405, 404, 404, 405, 404, 404, 302]),
    ("GET", "BISC-1/edit/", {}, [200, 200, 403, 403, 403, 404, 404, 404, 404, 403, 404, 404, 302]),
    ("POST", "BISC-1/edit/", EDIT, [422, 422, 403, 403, 403, 404, 404, 404, 404, 403, 404, 404, 401]),
    ("GET", "BISC-1/guests/", {}, [200, 200, 403, 403, 403, 404, 404, 404, 404, 403, 404, 404, 302]),
    ("POST", "BISC-1/guests/", LATER, [422, 422, 403, 403, 403, 404, 404, 404, 404, 403, 404, 404, 401]),
    ("POST", "BISC-1/guests/1/end/", {}, [302, 302, 403, 403, 403, 404, 404, 404, 404, 403, 404, 404, 401]),
    ("GET", "BISC-1/guests/1/end/", {}, [405, 405, 405, 405, 405, 405, 405, 404, 404, 405, 404, 404, 302]),
    ("GET", "new/", {}, [200, 200, 200, 200, 200, 200, 200, 404, 404, 403, 404, 404, 302]),
    ("POST", "new/", {"subject": ""}, [422, 422, 422, 422, 422, 422, 422, 404, 404, 403, 404, 404, 401]),
    ("GET", "BISC-1/attachments/x/", {}, [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 302]),
    ("GET", "BISC-1/attachments/x/picture/", {}, [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 302]),
    ("GET", "BISC-1/pictures/x/", {}, [404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 302]),
]


@pytest.mark.parametrize(("method", "path", "data", "statuses"), LADDER, ids=lambda one: str(one)[:40])
def test_ladder(bisc, ticket, client_of, method, path, data, statuses):
    path = path.replace("guests/1", f"guests/{TicketGrant.objects.get().pk}")
    origin = {"origin": "http://bisc.samenbeheer.localhost:8000"}
    found = []
    for who in PEOPLE:
        client = client_of(who)
        send, point = client.get if method == "GET" else client.post, transaction.savepoint()
        found.append(send(f"/tickets/{path}", data, headers=origin).status_code)
        transaction.savepoint_rollback(point)
    assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, statuses, strict=True))


def _words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _box(page: str) -> str:
    return page[page.index('<form class="answer"') : page.index("</form>", page.index('<form class="answer"'))]


# Who reads what one writes, in words at the answer box; and the audiences that one may choose.
READERS = [
    (
        "bisc desk",
        ["Bibliotheek een BiSC en Cubiss lezen dit", "Alleen BiSC", "Alleen BiSC en Cubiss"],
        ["public", "internal", "partners"],
    ),
    ("bisc keyuser", ["Zichtbaar voor: BiSC en Bibliotheek een BiSC"], []),
    ("bisc director", ["Zichtbaar voor: BiSC en Bibliotheek een BiSC"], []),
    ("bisc colleague", ["Zichtbaar voor: BiSC en Bibliotheek een BiSC"], []),
    ("cubiss guest", ["Zichtbaar voor: BiSC en de collega-POI’s"], ["partners"]),
]


@pytest.mark.parametrize(("who", "said", "audiences"), READERS)
def test_the_answer_box_says_who_reads(ticket, client_of, who, said, audiences):
    box = _box(client_of(who).get("/tickets/BISC-1/").content.decode())
    words = _words(box)
    for one in said:
        assert one.replace("’", "'") in words.replace("’", "'"), words
    assert re.findall(r'name="visibility" value="([a-z]+)"', box) == audiences
    if who == "bisc desk":
        assert re.findall(r'value="([a-z]+)"(?: checked)', box) == ["public"]


@pytest.mark.parametrize("who", ["bisc keyuser", "cubiss guest"])
def test_what_is_for_the_desk_does_not_stand_on_others_pages(ticket, client_of, who):
    page = client_of(who).get("/tickets/BISC-1/").content.decode()
    for path in ("pick-up", "edit", "guests"):
        assert f"/tickets/BISC-1/{path}/" not in page
    words = _words(page)
    for word in ("Impact", "Prioriteit", "Behandelaar", "Oppakken"):
        assert word not in words, word


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)> **vet** <b onclick=x>b</b> [k](javascript:alert(3))"
FIELDS = "</textarea><script>alert(4)</script>"


def test_nothing_that_anybody_types_runs_on_anybodys_page(bisc, ticket, client_of):
    """Text of messages, subject, names of files and people: as text, on every page that shows them."""
    verbs.answer(ticket=ticket, body=SCRIPT, by=bisc.actor("colleague"))
    verbs.edit(ticket=ticket, changes={"subject": SCRIPT[:60]}, by=bisc.actor("desk"))
    pages = ["/tickets/BISC-1/", "/tickets/BISC-1/edit/", "/tickets/?view=all", "/tickets/pane/?view=all", "/"]
    for who in ("bisc desk", "bisc keyuser", "cubiss guest"):
        for path in pages:
            page = client_of(who).get(path).content.decode()
            assert "<script>alert" not in page and "<img src=x" not in page and "onclick=x>" not in page, (who, path)
            assert 'href="javascript' not in page, (who, path)
    page = client_of("bisc desk").get("/tickets/BISC-1/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<strong>vet</strong>" in page
    sent = client_of("bisc desk").post("/tickets/BISC-1/messages/", {"body": FIELDS, "then": "onzin"})
    assert sent.status_code == 422 and "<script>alert" not in sent.content.decode()


def test_a_form_of_a_state_that_is_wrong_keeps_the_reason(bisc, ticket, client_of):
    for data, status in (({"to": "onzin"}, 422), ({"to": "closed"}, 409), ({"to": "open", "version": 0}, 409)):
        sent = client_of("bisc desk").post("/tickets/BISC-1/transitions/", {**data, "reason": "Mijn lange reden"})
        page = sent.content.decode()
        assert (sent.status_code, "Mijn lange reden" in _box(page)) == (status, True)
        assert 'value="internal" checked' in page  # for those who would have read it
    assert not Message.objects.filter(body="Mijn lange reden").exists()


def test_a_reason_for_the_state_it_has_comes_back(bisc, ticket, client_of):
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, by=bisc.actor("lead"))
    sent = client_of("bisc desk").post("/tickets/BISC-1/transitions/", {"to": "planned", "reason": "Anders"})
    assert (sent.status_code, "Anders" in _box(sent.content.decode())) == (409, True)


def test_an_answer_that_is_refused_comes_back_with_its_audience_and_its_mark(bisc, ticket, client_of):
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", resolved_at=timezone.now(), closed_at=timezone.now())
    data = {"body": "Te laat", "patron_data": "on", "visibility": "public", "once": "merk"}
    sent = client_of("bisc desk").post("/tickets/BISC-1/messages/", data)
    box = _box(sent.content.decode())
    assert sent.status_code == 409 and "Te laat" in box and 'value="public" checked' in box
    assert re.search(r'name="patron_data" checked', box) and 'name="once" value="merk"' in box
    assert not Attachment.objects.exists()


EDITED = {
    **{"subject": "Zelfservice zegt kwartelzang", "type": "incident", "category": "6.1", "library": "bisc-een"},
    **{"urgency": "high", "impact": "low", "assignee": "", "version": 3, "locations": "bisc-een-1"},
    "reporter": "balie@bisc-een.example",
}


def test_a_page_conflicts_on_what_was_touched_alone(bisc, ticket, client_of):
    """A page sends all its fields; those that a colleague changed and this person left alone stay the colleague's."""
    changes = {"impact": "high", "assignee": bisc.people["lead"], "locations": bisc.locations[1:], "type": "wish"}
    verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("lead"))
    sent = client_of("bisc desk").post("/tickets/BISC-1/edit/", {**EDITED, "subject": "Van mij"})
    now = Ticket.objects.get(pk=ticket.pk)
    assert sent.status_code == 302
    assert (now.subject, now.impact, now.assignee, now.type) == ("Van mij", "high", bisc.people["lead"], "wish")
    assert [place.slug for place in now.locations.order_by("slug")] == ["bisc-een-2", "bisc-een-3"]
    assert ticket.events.last().payload == {"changes": {"subject": ["Zelfservice zegt kwartelzang", "Van mij"]}}


def test_both_versions_stand_beside_each_other_and_the_rest_is_as_it_is_now(bisc, ticket, client_of):
    client = client_of("bisc desk")
    changes = {"subject": "Van de ander", "impact": "high", "assignee": bisc.people["lead"], "locations": []}
    verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("lead"))
    sent = client.post("/tickets/BISC-1/edit/", {**EDITED, "subject": "Van mij", "type": "wish"})
    assert sent.status_code == 409
    assert [(row["theirs"], row["mine"]) for row in sent.context["conflict"]] == [("Van de ander", "Van mij")]
    form = sent.context["form"]
    values = {name: form[name].value() for name in form.fields}
    values |= {name: str(values[name]) for name in ("assignee", "version")}
    assert values == {
        **{**EDITED, "subject": "Van mij", "type": "wish", "impact": "high", "locations": []},
        **{"assignee": str(bisc.people["lead"].pk), "version": "4"},
    }
    again = {name: value for name, value in values.items() if name != "locations"}
    assert client.post("/tickets/BISC-1/edit/", again).status_code == 302
    now = Ticket.objects.get(pk=ticket.pk)
    assert (now.subject, now.type, now.impact, now.assignee) == ("Van mij", "wish", "high", bisc.people["lead"])
    assert now.locations.count() == 0


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        (
            "desk",
            [
                ("public", ""),
                ("internal mine", "Alleen BiSC"),
                ("partners mine", "Voor collega-POI's, zodra de melding is gedeeld"),
            ],
        ),
        ("colleague", [("public mine", "")]),
    ],
)
def test_a_message_says_who_reads_it_and_stands_on_its_side(bisc, client_of, who, shown):
    ticket = Ticket.objects.get(number="BISC-1")
    verbs.answer(ticket=ticket, body="Onder ons.", visibility=Visibility.PARTNERS, by=bisc.actor("desk"))
    page = client_of(f"bisc {who}").get("/tickets/BISC-1/").content.decode()
    found = re.findall(r'<article class="msg ([^"]*)".*?<header>(.*?)<b>[^<]*</b>\s*<span', page, re.DOTALL)
    assert [(kind, unescape(re.sub(r"<[^>]+>", "", mark)).strip()) for kind, mark in found] == shown


@pytest.mark.parametrize(("who", "state"), [("colleague", "resolved"), ("colleague", "closed"), ("desk", "closed")])
def test_reopening_without_a_reason_asks_it_where_it_is_asked_and_offers_no_answer(bisc, ticket, client_of, who, state):
    """An answer would be said, and the ticket would stay as it is."""
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    if state == "closed":
        verbs.move(ticket=ticket, to="closed", by=bisc.actor("desk"))
    sent = client_of(f"bisc {who}").post("/tickets/BISC-1/transitions/", {"to": "open", "reason": " "})
    page = sent.content.decode()
    assert sent.status_code == 422 and 'id="answer"' not in page and "<title>Fout:" in page
    field = re.search(r'<textarea name="reason".*?>', page, re.S)[0]
    assert "autofocus" in field and 'aria-describedby="id_reason_error"' in field
    error = re.search(r'<ul class="errorlist" id="id_reason_error">.*?</ul>', page, re.S)[0]
    assert "Schrijf waarom het weer opengaat." in error


def test_a_reopening_that_comes_too_late_keeps_its_text_where_it_was_typed(bisc, ticket, client_of):
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    client = client_of("bisc colleague")
    data = {"to": "open", "reason": "Het piept nog", "version": 0}
    sent = client.post("/tickets/BISC-1/transitions/", data)
    page = sent.content.decode()
    assert (sent.status_code, 'id="answer"' in page) == (409, False)
    assert re.search(r'<textarea name="reason"[^>]*>Het piept nog</textarea>', page)
