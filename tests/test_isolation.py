"""What one organisation has, no other sees: every route and API operation, taken from the resolver, as each outsider.

Each house of the cast holds a word of its own. A route for which `OBJECTS` has no entry fails the test, so a new page
comes with its line here.
"""

import json
import logging
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tenants.context import inside
from tenants.files import actions as files
from tenants.imports.actions import import_network
from tenants.models import ApiToken, Invitation, LibraryMembership, Membership, OutboxEntry
from tests.cast import COMMAND_LINE, SECRET
from tests.pictures import picture
from tests.tickets.agreed import ROUTES as CONTRACT_ROUTES
from tests.tickets.agreed import planted as contracts_planted
from tests.tickets.agreed import untouched
from tests.tickets.warned import planted as rung_planted
from tickets.desk import actions as verbs
from tickets.models import Agreement, AgreementVersion, Attachment, ClosingDays, Rung, ServiceCalendar, Ticket
from tickets.states import Visibility

WORD = SECRET["bisc"]

# Route -> arguments that point at something of BiSC's; None: takes none.
OBJECTS = {
    "start": None,
    "set_language": None,
    "theme": {"colour": "0b6a6a"},
    "demo_mail": None,
    "parts": None,
    "empty": None,
    "me": None,
    "shortcuts": None,
    "choose_theme": None,
    "rows": None,
    "tokens": None,
    "end_token": "token",
    "people": None,
    "end_role": "membership",
    "end_guest_role": "membership",
    "end_library_role": "library_membership",
    **dict.fromkeys(("withdraw_invitation", "invite_again"), "invitation"),
    "colleagues": None,
    "colleague": "library_membership",
    "settings": None,
    **dict.fromkeys(("outbox", "outbox_send_all"), None),
    "outbox_send": "entry",
    "outbox_drop": "entry",
    **dict.fromkeys(("tickets", "new_ticket", "ticket_pane", "callers", "palette", "ticket_preview"), None),
    **dict.fromkeys(("proposals", "typed_proposals", "promises_report", "promises_csv", "promises_xlsx")),
    **dict.fromkeys(("ticket", "ticket_answer", "ticket_news", "ticket_move", "ticket_pick_up"), "ticket"),
    **{"ticket_edit": "ticket", "ticket_part": "part"},
    **dict.fromkeys(("next_ticket", "previous_ticket", "answer_and_next", "undo_ticket", "ticket_proposals"), "ticket"),
    "ticket_attachment": "attachment",
    **dict.fromkeys(("ticket_picture", "ticket_picture_page"), "picture"),
    "ticket_guests": "ticket",
    "ticket_clocks": "ticket",
    "end_ticket_guest": "guest",
    "libraries": None,
    **dict.fromkeys(("calendars", "close_on", "import_days", "agreements", "which_agreement"), None),
    **{"agreement": "agreement", "end_agreement": "agreement", "withdraw_agreement": "agreed"},
    **{"calendar": "calendar", "open_again": "closing", "withdraw_hours": "hours"},
    **{"warnings": None, "new_warning": None, "warning": "rung", "end_warning": "rung"},
    **CONTRACT_ROUTES,
    "library": "library",
    "organisation_api:description": None,
    "organisation_api:list_tickets": None,
    "organisation_api:create_ticket": None,
    "organisation_api:get_ticket": "ticket",
    "organisation_api:change_ticket": "ticket",
    "organisation_api:post_message": "ticket",
    "organisation_api:post_transition": "ticket",
    "organisation_api:post_attachments": "ticket",
    "organisation_api:get_attachment": "attachment",
    "organisation_api:list_libraries": None,
    "organisation_api:list_categories": None,
    "organisation_api:list_calendars": None,
    "organisation_api:list_agreements": None,
    **{"organisation_api:list_clocks": "ticket", "organisation_api:list_contracts": None},
    **dict.fromkeys(("organisation_api:get_contract", "organisation_api:get_contract_hours"), "contract_id"),
    "organisation_api:get_me": None,
    "common_api:description": None,
    "common_api:list_items": None,
    "common_api:get_figures": None,
    "common_api:list_categories": None,
    "common_api:get_me": None,
    "agenda": None,
    "new_agenda_item": None,
    "agenda_item": {"number": 1},
    "edit_agenda_item": {"number": 1},
    "agenda_progress": {"number": 1},
    "contribution": {"number": 1, "slug": "cubiss"},
    "steering": None,
    "steering_figure": {"name": "resolved"},
    "platform": None,
    "platform_organisations": None,
    "platform_organisation": {"slug": "bisc"},
    "make_organisation": {"slug": "bisc"},
    "organisation_days": {"slug": "bisc"},
    "invite_administrator": {"slug": "bisc"},
    "organisation_hosts": {"slug": "bisc"},
    "first_host": {"slug": "bisc", "pk": 1},
    "remove_host": {"slug": "bisc", "pk": 1},
    "platform_people": None,
    "end_cooperation_role": "seated",
    "withdraw_for_cooperation": "seat_invitation",
    "platform_systems": None,
    "platform_system": {"slug": "midden-zuid"},
    "platform_categories": None,
    "platform_category": {"code": "6.1"},
    "end_category": {"code": "6.1"},
    "platform_frameworks": None,
    "platform_framework": {"pk": 1},
    "framework_goals": {"pk": 1},
    "platform_seats": None,
    "platform_seat": {"pk": 1},
}
# Pages of allauth hold nothing of an organisation; the browser test reaches each.
ACCOUNT = ("account_", "mfa_", "socialaccount_", "openid_connect_")
OUTSIDERS = ["cubiss desk", "cubiss lead", "cubiss colleague", "stranger", "member"]
METHODS = ["GET", "POST", "PATCH"]


def _routes(urlconf: str) -> list[str]:
    found = []

    def walk(patterns, namespace):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern.url_patterns, inner)
            elif isinstance(pattern, URLPattern):
                found.append(f"{namespace}{pattern.name}")

    walk(get_resolver(urlconf).url_patterns, "")
    return sorted(set(found))


def _libraries(word: str) -> bytes:
    """Return a file with a third library of BiSC, of which only BiSC's own desk knows."""
    rows = ["slug,name,organisation,province,platform,isil,platform_code"]
    rows += [f"bisc-drie,Bibliotheek {word},bisc,utrecht,midden-zuid,NL-0899010000,{word}"]
    return "\n".join(rows).encode()


@pytest.fixture
def planted(bisc):
    """BiSC's ticket with an internal note and a file, and an imported library; returns arguments by kind of object."""
    ticket = Ticket.objects.get(number=bisc.ticket)
    upload = SimpleUploadedFile(f"{WORD}.txt", f"inhoud {WORD}".encode())
    shown = SimpleUploadedFile(f"{WORD}.png", picture() + f" {WORD}".encode())
    verbs.answer(ticket=ticket, body=f"Bijlage {WORD}", uploads=[upload, shown], by=bisc.actor("colleague"))
    attachment, seen = Attachment.objects.filter(message__ticket=ticket)
    token = ApiToken.objects.create(
        person=bisc.people["desk"],
        organisation=bisc.organisation,
        name=WORD,
        digest="x",
        expires_at="2040-01-01T00:00Z",
    )
    today, by = timezone.localdate(), {"made_at": timezone.now()}
    calendar = ServiceCalendar.objects.create(slug="eigen", name_nl=WORD, name_en=WORD)
    hours = calendar.versions.create(from_on=today + timedelta(days=9), week=[[[0, 60]]] * 7, **by)
    agreement = Agreement.objects.create(level="large")
    agreed = agreement.versions.create(from_on=today + timedelta(days=9), calendar=calendar, **by)
    closing = ClosingDays.objects.create(name=WORD, from_on=today, until_on=today, **by)
    membership = Membership.objects.get(person=bisc.people["desk"], organisation=bisc.organisation)
    invitation = Invitation.objects.create(
        email="x@bisc.example", name=WORD, organisation=bisc.organisation, library=bisc.library, role="colleague"
    )
    entry = OutboxEntry.objects.create(
        organisation=bisc.organisation,
        topic="tickets.notices",
        address=WORD,
        dedupe_key=WORD,
        due_at="2026-01-01T00:00Z",
    )
    taken = import_network(files={"libraries": _libraries(WORD)}, by=COMMAND_LINE)
    assert [one.outcome for one in taken.taken] == ["made"]
    seated = Membership.objects.get(person=bisc.people["seated"], role="steering_member")
    seat = Invitation.objects.create(
        email="y@bisc.example", name=WORD, organisation=bisc.organisation, role="steering_member"
    )
    colleague = LibraryMembership.objects.get(person=bisc.people["colleague"], library=bisc.library)
    kept, stored = contracts_planted(bisc, ticket, WORD)
    yield {
        **kept,
        "house": bisc.organisation,
        "contract_id": {"id": f"library-{kept['contract']['pk']}"},
        "ticket": {"number": ticket.number},
        "part": {"number": ticket.number, "part": "library"},
        "attachment": {"number": ticket.number, "key": attachment.key},
        "picture": {"number": ticket.number, "key": seen.key},
        "guest": {"number": ticket.number, "pk": 1},
        "token": {"pk": token.pk},
        "membership": {"pk": membership.pk},
        "invitation": {"pk": invitation.pk},
        "entry": {"pk": entry.pk},
        "seated": {"pk": seated.pk},
        "seat_invitation": {"pk": seat.pk},
        "library_membership": {"pk": colleague.pk},
        "library": {"slug": "bisc-drie"},
        "calendar": {"slug": "eigen"},
        "hours": {"slug": "eigen", "pk": hours.pk},
        "closing": {"pk": closing.pk},
        "agreement": {"slug": "large"},
        "agreed": {"slug": "large", "pk": agreed.pk},
        "rung": {"pk": rung_planted(WORD)},
    }
    files.forget(attachment.storage_name)
    files.forget(seen.storage_name)
    files.forget(stored)


def _path(name: str, planted: dict, urlconf: str) -> str:
    kind = OBJECTS[name]
    arguments = planted[kind] if isinstance(kind, str) else kind or {}
    return reverse(name, kwargs=arguments, urlconf=urlconf)


@pytest.mark.parametrize("urlconf", ["config.urls", "config.urls_common"])
def test_every_route_has_an_object(urlconf):
    missing = [name for name in _routes(urlconf) if name not in OBJECTS and not name.startswith(ACCOUNT)]
    assert missing == []


def _answer_text(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace") + str(response.headers) + str(response.cookies)


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("at", ["bisc", "cubiss", ""])
def test_outsiders_find_nothing_of_bisc(who, at, planted, client_of, caplog):
    """As each outsider, on each host, with every method, BiSC's word comes back nowhere: body, header, cookie, log."""
    caplog.set_level(logging.DEBUG)
    urlconf = "config.urls" if at else "config.urls_common"
    with inside(None):
        client = client_of(who, at)
        for name in _routes(urlconf):
            if name.startswith(ACCOUNT) or name.startswith(("organisation_api:", "common_api:")):
                continue
            for method in METHODS:
                response = client.generic(method, _path(name, planted, urlconf) + "?q=" + WORD[:6])
                text = _answer_text(response)
                assert WORD not in text, (who, at, name, method)
                if at == "bisc" and name not in {"set_language", "theme"}:
                    expected = {403} if name == "start" else {404}
                    assert response.status_code in expected, (who, name, method, response.status_code)
    assert WORD not in caplog.text
    assert _nothing_changed(planted)


def _nothing_changed(planted) -> bool:
    with inside(None):
        kept = Membership.objects.current().filter(pk=planted["membership"]["pk"]).exists()
        kept &= LibraryMembership.objects.current().filter(pk=planted["library_membership"]["pk"], sees="own").exists()
        with inside(planted["house"]):
            kept &= ServiceCalendar.objects.filter(slug="eigen", versions__isnull=False).exists()
            kept &= ClosingDays.objects.count() == 1 == Rung.objects.in_force().filter(**planted["rung"]).count()
            kept &= AgreementVersion.objects.filter(agreement__level="large").count() == 1
            kept &= untouched()
        kept &= OutboxEntry.objects.filter(
            pk=planted["entry"]["pk"], due_at="2026-01-01T00:00Z", dropped_at=None
        ).exists()
        return kept and ApiToken.objects.filter(pk=planted["token"]["pk"], revoked_at=None).exists()


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize(
    ("at", "token_at"), [("bisc", "bisc"), ("bisc", "cubiss"), ("cubiss", "cubiss"), ("", "cubiss")]
)
def test_outsiders_find_nothing_of_bisc_by_api(who, at, token_at, planted, api_of, caplog):
    """The same over the API, with a token of BiSC that they should not have, of Cubiss, and on the common host."""
    caplog.set_level(logging.DEBUG)
    urlconf = "config.urls" if at else "config.urls_common"
    call = api_of(who, at, token_at=token_at)
    body = {
        **{"subject": "x", "body": "x", "type": "incident", "library": "bisc-een", "category": "6.1", "urgency": "low"},
        **{"to": "closed", "visibility": "public"},
    }
    for name in _routes(urlconf):
        if not name.startswith(("organisation_api:", "common_api:")):
            continue
        path = _path(name, planted, urlconf).removeprefix("/api/v1")
        for method in METHODS:
            response = call(method, path, body if method in {"POST", "PATCH", "PUT"} else None)
            assert WORD not in _answer_text(response), (who, name, method)
            if at == "bisc" and (name, method) != ("organisation_api:description", "GET"):
                assert response.status_code in {401, 403, 404}, (who, name, method, response.status_code)
            if response.status_code >= 400 and method != "HEAD":
                assert response["Content-Type"] == "application/problem+json"
                assert json.loads(response.content)["status"] == response.status_code
    assert WORD not in caplog.text


@pytest.mark.parametrize("who", ["bisc neighbour", "bisc colleague2"])
def test_colleagues_of_the_library_side_find_nothing_that_is_not_theirs(who, planted, client_of, api_of):
    """Within one organisation: another library, and a colleague who sees only own tickets."""
    with inside(None):
        client = client_of(who)
        for name in _routes("config.urls"):
            if not name.startswith((*ACCOUNT, "organisation_api:", "common_api:")):
                for method in ("GET", "POST"):
                    path = _path(name, planted, "config.urls") + f"?q={WORD[:6]}"
                    assert WORD not in _answer_text(client.generic(method, path)), (name, method)
    found = api_of(who)("GET", f"/tickets?q={WORD}").json()
    assert found["count"] == 0 and found["items"] == []


def test_a_library_never_reads_internal_text(planted, client_of, api_of, bisc):
    internal = f"{WORD}geheim"
    for who in ("bisc colleague", "bisc keyuser"):
        with inside(None):
            client = client_of(who)
            page = _answer_text(client.get(f"/tickets/{bisc.ticket}/"))
            listed = _answer_text(client.get(f"/tickets/?q={internal}"))
        assert WORD in page and internal not in page
        assert bisc.ticket not in listed
        detail = api_of(who)("GET", f"/tickets/{bisc.ticket}").json()
        assert internal not in json.dumps(detail)
        assert {message["visibility"] for message in detail["messages"]} == {"public"}
        assert "noted" not in {event["kind"] for event in detail["events"]}


@pytest.mark.parametrize("visibility", [Visibility.INTERNAL, Visibility.PARTNERS])
def test_a_file_of_an_internal_message_is_404_for_the_library(visibility, bisc, client_of, api_of):
    ticket = Ticket.objects.get(number=bisc.ticket)
    uploads = [SimpleUploadedFile("a.png", picture())]
    verbs.answer(ticket=ticket, body="zie", visibility=visibility, uploads=uploads, by=bisc.actor("desk"))
    key = Attachment.objects.get(message__ticket=ticket).key
    path = f"/tickets/{ticket.number}/attachments/{key}"
    people = ("bisc desk", "bisc keyuser", "bisc colleague", "cubiss desk")
    for address in (f"{path}/", f"{path}/picture/", f"/tickets/{ticket.number}/pictures/{key}/"):
        with inside(None):
            statuses = {who: client_of(who).get(address).status_code for who in people}
        assert statuses == {"bisc desk": 200, "bisc keyuser": 404, "bisc colleague": 404, "cubiss desk": 404}
    assert api_of("bisc colleague")("GET", path).status_code == 404
    assert api_of("bisc desk")("GET", path).status_code == 200
    files.forget(Attachment.objects.get(message__ticket=ticket).storage_name)
