"""The same API request twice: done once, and answered again to whoever still has the same rights."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import encode_multipart
from django.utils import timezone

from tenants.access import AtLibrary, standing
from tenants.context import inside
from tenants.idempotency import actions
from tenants.idempotency.seals import Seal
from tenants.models import AnsweredRequest, ApiToken, LibraryMembership, Membership
from tenants.tasks import forget_answers
from tenants.tokens.actions import create_token
from tests import conftest
from tests.cast import COMMAND_LINE
from tests.conftest import Api
from tests.races import Work, held, until_one_waits
from tests.tickets.test_api import NEW
from tickets.desk import actions as verbs
from tickets.desk.models import Attachment, Message, Ticket
from tickets.guests import actions as guests

KEY = {"Idempotency-Key": "k"}
NOTE = {"body": "geheime notitie", "visibility": "internal"}
REFUSED = (
    "Dit is gedaan, maar het antwoord mag niet meer worden gelezen: het token of de rechten zijn sindsdien veranderd."
    " Vraag naar de zaak zelf, of gebruik een nieuwe Idempotency-Key om het nog eens te doen."
)


def _refused(answer) -> bool:
    return (answer.status_code, answer.json().get("detail"), "Idempotent-Replay" in answer) == (409, REFUSED, False)


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/tickets", NEW, 201),
        ("/tickets/BISC-1/messages", NOTE, 201),
        ("/tickets/BISC-1/transitions", {"to": "resolved", "answer": "Klaar."}, 200),
    ],
)
def test_every_post_is_done_once_and_answered_again(bisc, ticket, api_of, path, data, status):
    call = api_of("bisc desk")
    first = call("POST", path, data, **KEY)
    made = (Ticket.objects.count(), Message.objects.count(), ticket.events.count())
    second = call("POST", path, data, **KEY)
    assert (first.status_code, second.status_code, second.json()) == (status, status, first.json())
    assert second["Idempotent-Replay"] == "true" and "Idempotent-Replay" not in first
    assert (Ticket.objects.count(), Message.objects.count(), ticket.events.count()) == made
    row = AnsweredRequest.objects.get()
    assert (row.person, row.organisation, row.path, row.status) == (
        bisc.people["desk"],
        bisc.organisation,
        f"/api/v1{path}",
        status,
    )


def _sent(api_of_desk, files, **fields):
    return api_of_desk(
        "POST",
        "/tickets/BISC-1/attachments",
        encode_multipart("x", {"files": [SimpleUploadedFile(name, content) for name, content in files], **fields}),
        content_type="multipart/form-data; boundary=x",
        **KEY,
    )


def test_files_sent_again_are_there_once_and_whole(bisc, ticket, api_of):
    call = api_of("bisc desk")
    files = [("een.txt", b"Eerste bestand."), ("twee.txt", b"Tweede bestand.")]
    first, second = _sent(call, files), _sent(call, files)
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert second["Idempotent-Replay"] == "true"
    rows = Attachment.objects.filter(message__ticket=ticket).order_by("pk")
    assert [(one.name, one.size) for one in rows] == [("een.txt", 15), ("twee.txt", 15)]
    assert [default_storage.open(one.storage_name).read() for one in rows] == [b"Eerste bestand.", b"Tweede bestand."]


@pytest.mark.parametrize(
    ("files", "fields"),
    [
        ([("een.txt", b"eerste bestand.")], {}),  # as many bytes, other ones
        ([("twee.txt", b"Eerste bestand.")], {}),
        ([("een.txt", b"Eerste bestand."), ("een.txt", b"Eerste bestand.")], {}),
        ([("een.txt", b"Eerste bestand.")], {"visibility": "internal"}),
    ],
    ids=["bytes", "name", "number", "field"],
)
def test_other_files_with_the_same_key_are_another_request(bisc, ticket, api_of, files, fields):
    call = api_of("bisc desk")
    assert _sent(call, [("een.txt", b"Eerste bestand.")]).status_code == 201
    answer = _sent(call, files, **fields)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Deze Idempotency-Key is voor een ander verzoek gebruikt."
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("key", ["k" * 201, "k\x7f", "k\u200b"], ids=["long", "control", "invisible"])
def test_an_odd_key_is_refused(bisc, api_of, key):
    call = api_of("bisc desk")
    answer = call("POST", "/tickets", NEW, **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "Idempotency-Key", "message": "Hoogstens 200 leesbare tekens."}]
    assert Ticket.objects.count() == 1
    assert call("POST", "/tickets", NEW, **{"Idempotency-Key": "k" * 200}).status_code == 201


def _columns_of_public() -> list[tuple[str, str]]:
    """Return table and column of everything in `public` that can hold words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
            " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            " AND data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY')"
        )
        return cursor.fetchall()


def _where_in_public(word: str) -> list[str]:
    """Return the columns of `public` in which `word` stands, as text or as bytes."""
    found = []
    with connection.cursor() as cursor:
        for table, column in _columns_of_public():
            cursor.execute(
                f'SELECT 1 FROM public."{table}" AS t WHERE position(%s in t."{column}"::text) > 0'
                f""" OR position(encode(%s, 'hex') in t."{column}"::text) > 0 LIMIT 1""",
                [word, word.encode()],
            )
            found += [f"{table}.{column}"] * len(cursor.fetchall())
    return found


def test_no_word_of_a_ticket_lies_in_public_nor_the_key_it_was_sent_with(bisc, api_of):
    said = {**NEW, "subject": "Kruidnagel is op", "body": "Wie heeft de kruidnagel gezien?"}
    call = api_of("bisc desk")
    for _ in range(2):
        answer = call("POST", "/tickets", said, **{"Idempotency-Key": "zilveruitje"})
        assert (answer.status_code, answer.json()["subject"]) == (201, "Kruidnagel is op")
    assert Ticket.objects.filter(subject__contains="Kruidnagel").count() == 1
    assert (_where_in_public("ruidnagel"), _where_in_public("zilveruitje")) == ([], [])
    assert "tenants_person.email" in _where_in_public("desk@bisc.example")


def test_a_former_member_of_staff_does_not_get_internal_notes_back(bisc, ticket, api_of):
    call = api_of("bisc desk")
    assert call("POST", "/tickets/BISC-1/messages", NOTE, **KEY).status_code == 201
    Membership.objects.filter(person=bisc.people["desk"]).update(until_on=timezone.localdate() - timedelta(days=1))
    LibraryMembership.objects.create(
        person=bisc.people["desk"], library=bisc.library, role="key_user", from_on=timezone.localdate()
    )
    again = call("POST", "/tickets/BISC-1/messages", NOTE, **KEY)
    assert _refused(again) and "geheim" not in again.content.decode()
    assert Message.objects.filter(body="geheime notitie").count() == 1


def test_an_answer_of_before_the_locations_changed_is_not_read(bisc, ticket, api_of):
    membership = LibraryMembership.objects.get(person=bisc.people["colleague"])
    LibraryMembership.objects.filter(pk=membership.pk).update(sees="locations")
    membership.locations.set(bisc.locations[:1])
    call = api_of("bisc colleague")
    assert call("POST", "/tickets/BISC-1/messages", {"body": "x"}, **KEY).status_code == 201
    assert call("POST", "/tickets/BISC-1/messages", {"body": "x"}, **KEY).status_code == 201
    membership.locations.set(bisc.locations[1:2])
    assert _refused(call("POST", "/tickets/BISC-1/messages", {"body": "x"}, **KEY))


def test_an_answer_that_cannot_be_read_any_more_is_refused_and_not_done_again(bisc, ticket, api_of, settings):
    call = api_of("bisc desk")
    assert call("POST", "/tickets/BISC-1/messages", NOTE, **KEY).status_code == 201
    settings.SECRET_KEY = "another-secret-of-the-installation-after-the-old-one-leaked"
    again = call("POST", "/tickets/BISC-1/messages", NOTE, **KEY)
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")
    assert again.json()["detail"] == (
        "Dit is gedaan, maar het antwoord kan niet meer worden gelezen. Vraag naar de zaak zelf, of gebruik een nieuwe"
        " Idempotency-Key om het nog eens te doen."
    )
    assert Message.objects.filter(body="geheime notitie").count() == 1


def test_another_token_of_the_same_person_neither_reads_nor_does_it_again(bisc, api_of):
    before = Ticket.objects.count()
    assert api_of("bisc desk")("POST", "/tickets", NEW, **KEY).status_code == 201
    assert _refused(api_of("bisc desk")("POST", "/tickets", NEW, **KEY))
    assert Ticket.objects.count() == before + 1


def test_a_revoked_token_reads_nothing(bisc, api_of):
    call = api_of("bisc desk")
    assert call("POST", "/tickets", NEW, **KEY).status_code == 201
    ApiToken.objects.update(revoked_at=timezone.now())
    assert call("POST", "/tickets", NEW, **KEY).status_code == 401


def test_an_answer_about_a_ticket_that_is_no_longer_open_to_a_guest_is_not_read(bisc, ticket, cast, api_of):
    guest, desk = cast.cubiss.people["desk"], bisc.actor("desk")
    until_on = timezone.localdate() + timedelta(days=5)
    assert api_of("bisc desk")("POST", "/tickets", NEW).status_code == 201
    other = Ticket.objects.get(number="BISC-2")
    for one in (ticket, other):
        guests.open_to(ticket=one, person=guest, until_on=until_on, by=desk)
    call = api_of("cubiss desk", at="bisc")
    note = {"body": "tussen ons", "visibility": "partners"}
    for _ in range(2):
        assert call("POST", "/tickets/BISC-1/messages", note, **KEY).status_code == 201
    guests.close_to(ticket=ticket, person=guest, by=desk)
    assert _refused(call("POST", "/tickets/BISC-1/messages", note, **KEY))


def test_an_answer_about_a_ticket_that_is_somebody_elses_now_is_not_read(bisc, ticket, api_of):
    lead, call, again = bisc.actor("lead"), api_of("bisc colleague"), {"to": "open", "reason": "Het piept nog"}
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=lead)
    for _ in range(2):
        assert call("POST", "/tickets/BISC-1/transitions", again, **KEY).status_code == 200
    changes = {"library": bisc.other_library, "reporter": bisc.people["neighbour"]}
    verbs.edit(ticket=ticket, changes=changes, by=lead)
    assert call("GET", "/tickets/BISC-1").status_code == 404
    assert _refused(call("POST", "/tickets/BISC-1/transitions", again, **KEY))


def test_a_key_belongs_to_a_host(cast, api_of):
    Membership.objects.create(
        person=cast.bisc.people["desk"], organisation=cast.cubiss.organisation, role="functional_manager"
    )
    here = api_of("bisc desk")("POST", "/tickets", NEW, **KEY)
    there = api_of("bisc desk", at="cubiss")("POST", "/tickets", {**NEW, "library": "cubiss-een"}, **KEY)
    assert (here.json()["number"], there.json()["number"]) == ("BISC-2", "CUBISS-2")


def test_everything_that_decides_what_may_be_read_is_in_the_digest(cast):
    at = AtLibrary(library_id=1, roles=frozenset({"colleague"}), sees_all=False, location_ids=frozenset({1}))
    base = replace(
        standing(cast.bisc.people["desk"], cast.bisc.organisation),
        libraries=(at,),
        role_organisations={"steering_member": frozenset({1})},
    )
    others = [
        base,
        replace(base, roles=frozenset({"desk_lead"})),
        replace(base, libraries=()),
        replace(base, libraries=(replace(at, library_id=2),)),
        replace(base, libraries=(replace(at, roles=frozenset({"key_user"})),)),
        replace(base, libraries=(replace(at, sees_all=True),)),
        replace(base, libraries=(replace(at, location_ids=frozenset({1, 2})),)),
        replace(base, role_organisations={"steering_member": frozenset({2})}),
        replace(base, organisation=cast.cubiss.organisation),
    ]
    digests = [actions.digest_of_rights(one, "write") for one in others] + [actions.digest_of_rights(base, "read")]
    assert len(set(digests)) == 10
    assert actions.digest_of_rights(replace(base), "write") == digests[0]


def test_answers_are_kept_for_24_hours(bisc, api_of):
    api_of("bisc desk")("POST", "/tickets", NEW, **KEY)
    now = timezone.now()
    AnsweredRequest.objects.update(created_at=now - timedelta(hours=23, minutes=59))
    with inside(None):
        forget_answers()
        assert AnsweredRequest.objects.count() == 1
        AnsweredRequest.objects.update(created_at=now - timedelta(hours=24, minutes=1))
        forget_answers()
        assert AnsweredRequest.objects.count() == 0


def test_forget_answers_says_how_many(bisc, api_of):
    call, now = api_of("bisc desk"), timezone.now()
    for key in "abc":
        call("POST", "/tickets/BISC-1/messages", NOTE, **{"Idempotency-Key": key})
    kept = AnsweredRequest.objects.order_by("-pk")[:1].get()
    AnsweredRequest.objects.exclude(pk=kept.pk).update(created_at=now - timedelta(hours=25))
    assert [actions.forget_answers(now), actions.forget_answers(now)] == [2, 0]
    assert AnsweredRequest.objects.get() == kept


def test_a_path_that_is_too_long_for_an_answer_leads_nowhere(bisc, ticket, api_of):
    answer = api_of("bisc desk")("POST", f"/tickets/{'x' * 176}/messages", NOTE, **KEY)
    assert answer.status_code == 404 and not AnsweredRequest.objects.exists()


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The cast without a transaction around the test."""
    with django_db_blocker.unblock():
        yield conftest.django_db_setup.cast
        with inside(None):
            AnsweredRequest.objects.all().delete()
            ApiToken.objects.all().delete()
        connection.close()


def _message(body):
    return {
        "id": "m",
        "author": {"name": "Desk BiSC", "email": "desk@bisc.example"},
        "speaker": "person",
        "visibility": "internal",
        "body": body,
        "createdAt": "2026-11-24T12:00:00Z",
        "attachments": [],
    }


def _equal_request(house, token):
    """Make the row of an equal request, as one that is under way has it."""
    seal = Seal("k", house.people["desk"].pk, house.organisation.pk, "/api/v1/tickets/BISC-1/messages")
    body = seal.digest()
    body.update(json.dumps(NOTE).encode())
    with inside(None):
        AnsweredRequest.objects.create(
            person=house.people["desk"],
            token=ApiToken.objects.get(),
            organisation=house.organisation,
            path="/api/v1/tickets/BISC-1/messages",
            key=hashlib.sha256(b"k").hexdigest(),
            body_sha256=body.hexdigest(),
            standing_sha256=actions.digest_of_rights(house.standing("desk"), "write"),
            status=201,
            sealed=seal.close(json.dumps(_message("van de ander")).encode()),
        )


def test_an_equal_request_waits_for_the_first_and_gets_its_answer(committed):
    house = committed.bisc
    token = create_token(person=house.people["desk"], organisation=house.organisation, name="t", by=COMMAND_LINE)
    with held(lambda: _equal_request(house, token)):
        second = Work(lambda: Api("bisc", token)("POST", "/tickets/BISC-1/messages", NOTE, **KEY))
        until_one_waits()
    answer = second.result()
    assert (answer.status_code, answer.json(), answer["Idempotent-Replay"]) == (201, _message("van de ander"), "true")
    with inside(house.organisation):
        assert Message.objects.filter(body="geheime notitie").count() == 0


def test_an_equal_request_does_not_wait_for_ever(committed, monkeypatch):
    monkeypatch.setattr(actions, "WAIT", "100ms")
    house = committed.bisc
    token = create_token(person=house.people["desk"], organisation=house.organisation, name="t", by=COMMAND_LINE)
    with held(lambda: _equal_request(house, token), rollback=True):
        answer = Work(lambda: Api("bisc", token)("POST", "/tickets/BISC-1/messages", NOTE, **KEY)).result()
    assert (answer.status_code, answer["Retry-After"]) == (409, "10")
    assert answer.json()["detail"] == "Een gelijk verzoek is nog bezig. Vraag het over een ogenblik opnieuw."
