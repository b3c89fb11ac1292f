"""Pages of the desk and the portal: the ladder, and what is kept when something is wrong."""

import pytest
from django.conf import settings as project_settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from tenants.context import inside
from tenants.models import Membership
from tests.browsing import send
from tickets.desk import actions as verbs
from tickets.models import Ticket

FORM = {
    "type": "incident",
    "subject": "Zelfservice",
    "body": "Doet het niet.",
    "library": "bisc-een",
    "category": "6.1",
    "urgency": "high",
    "impact": "",
}
# path, method -> status for desk, colleague (reporter), neighbour (another library), Cubiss's desk, administrator only
LADDER = [
    ("GET", "/tickets/", (200, 200, 200, 404, 200)),
    ("GET", "/tickets/new/", (200, 200, 200, 404, 200)),
    ("GET", "/tickets/pane/", (200, 404, 404, 404, 200)),
    ("GET", "/tickets/BISC-1/", (200, 200, 404, 404, 200)),
    ("GET", "/tickets/bisc-1/", (200, 200, 404, 404, 200)),
    ("GET", "/tickets/BISC-1/edit/", (200, 403, 404, 404, 200)),
    ("POST", "/tickets/BISC-1/pick-up/", (302, 403, 404, 404, 409)),
    ("POST", "/tickets/BISC-1/messages/", (422, 422, 404, 404, 422)),
    ("POST", "/tickets/BISC-1/transitions/", (422, 422, 404, 404, 422)),
    ("GET", "/tickets/BISC-1/messages/", (405, 405, 405, 404, 405)),
    ("POST", "/tickets/", (405, 405, 405, 404, 405)),
    ("GET", "/libraries/", (200, 403, 403, 404, 200)),
    ("GET", "/people/", (403, 403, 403, 404, 200)),
    ("GET", "/settings/", (403, 403, 403, 404, 200)),
    ("GET", "/colleagues/", (403, 403, 403, 404, 403)),
    ("GET", "/me/", (200, 200, 200, 404, 200)),
    ("GET", "/me/tokens/", (200, 200, 200, 404, 200)),
    ("GET", "/empty/", (200, 200, 200, 404, 200)),
    ("GET", "/nergens/", (404, 404, 404, 404, 404)),
]


@pytest.mark.parametrize(("method", "path", "statuses"), LADDER, ids=[f"{m} {p}" for m, p, _ in LADDER])
def test_ladder(cast, client_of, method, path, statuses):
    people = ["bisc desk", "bisc colleague", "bisc neighbour", "cubiss desk", "bisc lead"]
    assert tuple(client_of(who).generic(method, path).status_code for who in people) == statuses


@pytest.mark.parametrize("path", ["/", "/tickets/", "/tickets/BISC-1/", "/people/", "/me/", "/nergens/"])
def test_somebody_who_is_not_signed_in_goes_to_sign_in(client_of, path):
    response = client_of(None).get(path)
    if path == "/nergens/":
        assert response.status_code == 404
    else:
        assert (response.status_code, response["Location"].split("?")[0]) == (302, "/account/login/")


def test_a_stranger_gets_a_list_of_their_own_hosts(client_of):
    response = client_of("cubiss desk", "bisc").get("/")
    assert response.status_code == 403
    page = response.content.decode()
    assert "http://cubiss.samenbeheer.localhost" in page and "http://samenbeheer.localhost" in page
    assert "U hebt geen rol bij BiSC" in page


def test_file_a_ticket(client_of, bisc):
    response = client_of("bisc colleague").post("/tickets/new/", FORM)
    ticket = Ticket.objects.order_by("-pk")[0]
    assert response["Location"] == f"/tickets/{ticket.number}/"
    assert (ticket.reporter, ticket.messages.get().body) == (bisc.people["colleague"], "Doet het niet.")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subject": ""}, "Schrijf in één zin wat er niet werkt."),
        ({"subject": "x" * 151}, "Maak “Wat werkt er niet, in één zin?” korter: hooguit 150 tekens, nu 151."),
        ({"category": "99"}, "Kies iets uit de lijst bij “Waar gaat het over?”."),
        ({"library": "cubiss-een"}, "Kies iets uit de lijst bij “Bibliotheek”."),
        ({"urgency": "nu"}, "Kies iets uit de lijst bij “Hoe dringend is het?”."),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_typed_is_lost(client_of, changes, message):
    data = {**FORM, "body": "Lang verhaal <b>over</b> zelfservice", **changes}
    response = client_of("bisc colleague").post("/tickets/new/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page and 'class="problems"' in page
    if "body" not in changes:
        assert "Lang verhaal &lt;b&gt;over&lt;/b&gt; zelfservice" in page


def test_a_subject_of_150_characters_fits(client_of, bisc):
    subject = "lang " * 29 + "woord"
    assert len(subject) == 150
    assert client_of("bisc colleague").post("/tickets/new/", {**FORM, "subject": subject}).status_code == 302
    assert subject in client_of("bisc desk").get("/tickets/?view=all").content.decode()


def test_a_longer_subject_of_before_stays_whole_and_does_not_stand_in_the_way(client_of, ticket, bisc):
    subject = "lang " * 79 + "woord"
    Ticket.objects.filter(pk=ticket.pk).update(subject=subject)
    desk = client_of("bisc desk")
    assert send(desk, "/tickets/BISC-1/edit/", "Opslaan", urgency="low").status_code == 302
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.urgency) == (subject, "low")
    assert subject in desk.get("/tickets/BISC-1/").content.decode()
    long = send(desk, "/tickets/BISC-1/edit/", "Opslaan", subject="x" * 151)
    assert long.status_code == 422 and "Zeg het korter, in hoogstens 150 tekens" in long.content.decode()


def test_an_empty_answer_is_said_beside_the_field(client_of):
    response = client_of("bisc colleague").post("/tickets/BISC-1/messages/", {"body": ""})
    assert (response.status_code, "Schrijf eerst iets." in response.content.decode()) == (422, True)


def test_the_second_of_two_sees_both_versions_with_own_text_in_the_form(client_of, ticket, bisc):
    data = {
        **{"subject": "Mijn onderwerp", "type": "incident", "category": "6.1", "library": "bisc-een"},
        **{"urgency": "high", "impact": "low", "assignee": "", "version": ticket.version, "locations": "bisc-een-1"},
        "reporter": "balie@bisc-een.example",
    }
    verbs.edit(ticket=ticket, changes={"subject": "Onderwerp van de ander"}, by=bisc.actor("lead"))
    desk = client_of("bisc desk")
    response = desk.post("/tickets/BISC-1/edit/", data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Onderwerp van de ander" in page and 'value="Mijn onderwerp"' in page and "Lead BiSC" in page
    assert Ticket.objects.get(pk=ticket.pk).subject == "Onderwerp van de ander"
    again = {**data, "version": response.context["ticket"].version}
    assert desk.post("/tickets/BISC-1/edit/", again).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).subject == "Mijn onderwerp"


def test_the_state_changed_meanwhile_and_the_text_is_kept(client_of, ticket, bisc):
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    seen = Ticket.objects.get(pk=ticket.pk).version
    verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=bisc.actor("desk"))
    data = {"to": "open", "reason": "Het is er nog steeds", "version": seen}
    response = client_of("bisc colleague").post("/tickets/BISC-1/transitions/", data)
    assert (response.status_code, "Het is er nog steeds" in response.content.decode()) == (409, True)
    # What only colleagues would have read does not wait in the box for the library.
    response = client_of("bisc desk").post("/tickets/BISC-1/transitions/", data)
    page = response.content.decode()
    assert response.status_code == 409 and "Het is er nog steeds" in page
    assert 'value="internal" checked' in page and 'value="public" checked' not in page


def test_a_session_that_expired_loses_nothing(client_of):
    data = {"body": "Een lang antwoord dat niet verloren mag gaan, want ik heb er een kwartier aan gewerkt."}
    response = client_of(None).post(
        "/tickets/BISC-1/messages/", data, headers={"origin": "http://bisc.samenbeheer.localhost:8000"}
    )
    page = response.content.decode()
    assert response.status_code == 401
    assert data["body"] in page and 'action="/tickets/BISC-1/messages/"' in page


def test_a_foreign_pages_post_is_not_shown_with_a_button(client_of):
    for origin in ("http://evil.example", "null", "http://cubiss.samenbeheer.localhost:8000"):
        response = client_of(None).post("/tickets/BISC-1/messages/", {"body": "lokaas"}, headers={"origin": origin})
        assert "lokaas" not in response.content.decode()


def test_an_old_csrf_token_loses_nothing(cast):
    client = Client(enforce_csrf_checks=True, headers={"host": "bisc.samenbeheer.localhost:8000"})
    client.force_login(cast.bisc.people["desk"])
    response = client.post(
        "/tickets/BISC-1/messages/",
        {"body": "Bewaar mij"},
        headers={"origin": "http://bisc.samenbeheer.localhost:8000"},
    )
    assert (response.status_code, "Bewaar mij" in response.content.decode()) == (403, True)


def test_a_body_that_is_too_large_is_refused_by_its_length(client_of):
    client = client_of("bisc desk")
    response = client.generic(
        "POST",
        "/tickets/new/",
        b"x",
        content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(project_settings.BODY_MAX_BYTES + 1),
    )
    assert response.status_code == 413
    assert "te groot" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/tickets/?page=abc",
        "/tickets/?page=-1",
        "/tickets/?page=99999999999",
        "/tickets/?view=x&state=onzin&type=1",
        "/tickets/?view=all&assignee=%C2%B2",
    ],
)
def test_odd_addresses_are_no_errors_of_ours(client_of, path):
    for who in ("bisc desk", "bisc colleague"):
        assert client_of(who).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/tickets/?q=%00", "/tickets/?library=%00&view=all"])
def test_nul_in_an_address_is_400_in_our_words(client_of, path):
    for who in ("bisc desk", "bisc colleague"):
        answer = client_of(who).get(path)
        assert (answer.status_code, "Dat konden we niet lezen" in answer.content.decode()) == (400, True)


def test_nul_in_a_form_goes_and_the_rest_stays(client_of):
    client_of("bisc colleague").post("/tickets/new/", {**FORM, "body": "voor\0na"})
    assert Ticket.objects.order_by("-pk")[0].messages.get().body == "voorna"


def test_preview_is_sanitised(client_of):
    text = "**vet** <script>alert(1)</script> [x](javascript:alert(1)) ![p](http://x/y.png)"
    html = client_of("bisc desk").post("/tickets/preview/", {"body": text}).content.decode()
    assert "<strong>vet</strong>" in html
    assert "<script" not in html and 'href="javascript' not in html and "<img" not in html


def test_single_keys_can_be_switched_off(client_of, cast):
    """WCAG 2.1.4: a shortcut of one key without a modifier must have a switch."""
    desk = client_of("bisc desk", "bisc")
    assert "data-shortcuts" in desk.get("/me/").content.decode()
    assert desk.post("/me/shortcuts/", {}).status_code == 302
    assert "data-shortcuts" not in desk.get("/tickets/").content.decode()
    desk.post("/me/shortcuts/", {"shortcuts": "on"})
    assert "data-shortcuts" in desk.get("/tickets/").content.decode()


def test_the_filter_stands_there_when_asked_for_or_wrong(client_of, bisc):
    desk = client_of("bisc desk", "bisc")
    for query in ("view=all", "view=all&type=incident", "view=mine&sort=oldest"):
        assert 'name="priority"' not in desk.get(f"/tickets/?{query}").content.decode(), query
    for query in ("view=all&refine=1", "view=all&type=incident&refine=1", "view=all&priority=nonsense"):
        assert 'name="priority"' in desk.get(f"/tickets/?{query}").content.decode(), query
    assert "errorlist" in desk.get("/tickets/?view=all&priority=nonsense").content.decode()


def test_what_allauth_says_is_in_our_form_of_address(client_of):
    with translation.override("nl"), pytest.raises(ValidationError, match="Het moet minstens 12 tekens hebben"):
        validate_password("kort")
    page = (
        client_of(None, "bisc").post("/account/login/", {"login": "x@bisc.example", "password": "y"}).content.decode()
    )
    assert "horen niet bij elkaar" in page and "jou" not in page


def test_language_is_kept_with_the_person(client_of, cast):
    client = client_of("bisc desk")
    client.post("/language/", {"language": "en", "next": "/tickets/"})
    assert "Unassigned" in client.get("/tickets/").content.decode()
    assert "Unassigned" in client_of("bisc desk").get("/tickets/").content.decode()
    with inside(None):
        cast.bisc.people["desk"].refresh_from_db()


@pytest.mark.parametrize("goal", ["//evil.example/", "http://evil.example/", "/\\evil.example"])
def test_language_goes_nowhere_else(client_of, goal):
    assert client_of("bisc desk").post("/language/", {"language": "en", "next": goal})["Location"] == "/"


def test_security_headers(client_of):
    response = client_of("bisc desk").get("/tickets/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "style-src 'self'" in policy and "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY" and response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert (
        b"<style" not in response.content and b" style=" not in response.content and b"onclick" not in response.content
    )


def test_a_body_that_is_too_large_is_refused_for_somebody_who_is_not_signed_in_too(client_of):
    """Before anything reads it: the sign-in page takes 2 MiB at most, also as multipart."""
    response = client_of(None).generic(
        "POST", "/account/login/", b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH="5000000"
    )
    assert response.status_code == 413


def test_a_number_with_nul_is_404(client_of):
    assert client_of("bisc desk").get("/tickets/a%00/").status_code == 404


def test_a_departed_assignee_stays_when_another_field_changes(client_of, ticket, bisc, api_of):
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["lead"]}, by=bisc.actor("desk"))
    Membership.objects.filter(person=bisc.people["lead"]).update(until_on="2025-01-01")
    page = client_of("bisc desk").get("/tickets/BISC-1/edit/").content.decode()
    assert f'value="{bisc.people["lead"].pk}" selected' in page
    assert api_of("bisc desk")("PATCH", "/tickets/BISC-1", {"subject": "Nieuw"}).status_code == 200


def test_a_library_does_not_decide_the_impact(client_of, api_of, bisc):
    client_of("bisc colleague").post("/tickets/new/", {**FORM, "impact": "high"})
    assert Ticket.objects.order_by("-pk")[0].impact == "low"
    data = {name: value for name, value in FORM.items() if value} | {"impact": "high"}
    refused = api_of("bisc colleague")("POST", "/tickets", data)
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (400, ["impact"])
    assert api_of("bisc desk")("POST", "/tickets", data).json()["impact"] == "high"


@pytest.mark.parametrize(
    ("kind", "title", "question", "missing"),
    [
        ("incident", "Iets melden", "Wat werkt er niet, in één zin?", "Schrijf in één zin wat er niet werkt."),
        ("service_request", "Iets aanvragen", "Wat hebt u nodig, in één zin?", "Schrijf in één zin wat u nodig hebt."),
        ("question", "Iets vragen", "Wat is uw vraag, in één zin?", "Schrijf uw vraag in één zin."),
    ],
)
def test_a_form_asks_as_fits_what_it_is(client_of, kind, title, question, missing):
    client = client_of("bisc colleague")
    page = client.get(f"/tickets/new/?type={kind}").content.decode()
    assert question in page and title in page.partition("<h1>")[2].partition("</h1>")[0]
    assert missing in client.post("/tickets/new/", {**FORM, "type": kind, "subject": ""}).content.decode()


def test_no_kind_is_chosen_beforehand_unless_the_portal_did(client_of):
    client = client_of("bisc colleague")
    chosen = 'name="type" value="incident" required id="id_type_0" checked'
    assert chosen not in client.get("/tickets/new/").content.decode()
    assert chosen in client.get("/tickets/new/?type=incident").content.decode()
    assert "Kies wat het is." in client.post("/tickets/new/", {**FORM, "type": ""}).content.decode()
