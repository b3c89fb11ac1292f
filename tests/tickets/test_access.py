"""What may be known of a ticket, and by whom: by page, list, search, API and file, role by role."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission as ModelPermission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agenda.categories.models import Category
from tenants.access import standing
from tenants.actor import Actor
from tenants.models import LibraryMembership, Membership
from tickets.access import Told, as_told_to, role_on
from tickets.desk import actions as verbs
from tickets.models import Attachment, Event, Message, Ticket, TicketGrant
from tickets.search.queries import search

T0 = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def _file(word):
    return [SimpleUploadedFile(f"{word}.txt", word.encode())]


@pytest.fixture
def talk(bisc, ticket):
    """Three tickets of BiSC: 1 of the colleague with everything on it, 2 of the key user, 3 of the other library."""
    desk, lead = bisc.actor("desk"), bisc.actor("lead")
    for minute, (body, visibility) in enumerate(
        (("Openbaar antwoord", "public"), ("Nota contractboete", "internal"), ("Overleg poirood", "partners")), 1
    ):
        verbs.answer(
            ticket=ticket,
            body=body,
            visibility=visibility,
            uploads=_file(visibility),
            by=desk,
            at=timezone.now() + timedelta(seconds=minute),
        )
    verbs.edit(ticket=ticket, changes={"impact": "high", "assignee": bisc.people["desk"]}, by=lead)
    verbs.edit(ticket=ticket, changes={"subject": "Balie zegt kwartelzang", "impact": "medium"}, by=lead)
    values = {"type": "question", "body": "Tekst", "category": Category.objects.get(code="6.1"), "urgency": "low"}
    for who, library, places in (
        ("keyuser", bisc.library, bisc.locations[1:2]),
        ("neighbour", bisc.other_library, bisc.other_locations),
    ):
        verbs.create(**values, subject=f"Vraag van {who}", library=library, locations=places, by=bisc.actor(who))
    yield ticket
    for name in Attachment.objects.values_list("storage_name", flat=True):
        default_storage.delete(name)


# Reader -> the tickets of BiSC they know of.
STAFF = {"BISC-1", "BISC-2", "BISC-3"}
KNOWS = {
    "bisc desk": STAFF,
    "bisc lead": STAFF,
    "bisc seated": STAFF,
    "bisc keyuser": {"BISC-1", "BISC-2"},
    "bisc director": {"BISC-1", "BISC-2"},
    "bisc colleague": {"BISC-1"},
    "bisc colleague2": set(),
    "bisc neighbour": {"BISC-3"},
    "cubiss guest": {"BISC-1"},
}
# Without standing at BiSC: the host opens nothing but its front page.
OUTSIDE = ["bisc former", "bisc coming", "cubiss desk", "cubiss keyuser", "cubiss seated", "member", "reader"]
OUTSIDE += ["manager", "platform", "stranger"]


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"/tickets/(BISC-\d+)/", text))


@pytest.mark.parametrize("who", KNOWS)
def test_which_tickets_somebody_knows_of(talk, client_of, api_of, who):
    client, call, knows = client_of(who), api_of(who), KNOWS[who]
    assert _numbers(client.get("/tickets/?view=all").content.decode()) == knows
    assert _numbers(client.get("/tickets/?view=all&q=e").content.decode()) <= knows
    listed = call("GET", "/tickets").json()
    assert ({one["number"] for one in listed["items"]}, listed["count"]) == (knows, len(knows))
    for number in STAFF:
        status = 200 if number in knows else 404
        assert client.get(f"/tickets/{number}/").status_code == status, number
        assert call("GET", f"/tickets/{number}").status_code == status, number
        found = call("GET", f"/tickets?q={number}").json()
        assert found["count"] == (1 if number in knows else 0), number
        assert _numbers(client.get(f"/tickets/?refine=1&q={number}").content.decode()) == knows & {number}
        opened = client.get(f"/tickets/?view=all&q={number}")
        assert opened.status_code == (302 if number in knows else 200), number
        assert not _numbers(opened.content.decode())
        for verb, data in (("messages", {"body": ""}), ("transitions", {"to": "x"}), ("pick-up", {}), ("edit", {})):
            refused = client.post(f"/tickets/{number}/{verb}/", data).status_code == 404
            assert refused is (number not in knows), (number, verb)
    hits = call("GET", "/tickets?q=kwartelzang").json()["count"]
    assert hits == (1 if "BISC-1" in knows else 0)


@pytest.mark.parametrize("who", OUTSIDE)
def test_who_has_no_role_today_knows_of_none(talk, client_of, api_of, who):
    client, call = client_of(who), api_of(who)
    assert client.get("/").status_code == 403
    for number in STAFF:
        assert client.get(f"/tickets/{number}/").status_code == 404
        assert call("GET", f"/tickets/{number}").status_code in {401, 403, 404}
    assert client.get("/tickets/").status_code == 404
    assert call("GET", "/tickets").status_code in {401, 403, 404}
    assert b"Balie zegt" not in client.get("/tickets/?q=kwartelzang").content


def test_an_administrator_without_the_desk_knows_of_none(talk, client_of, api_of, bisc):
    Membership.objects.filter(person=bisc.people["lead"], role="desk_lead").delete()
    assert client_of("bisc lead").get("/tickets/").status_code == 403
    assert client_of("bisc lead").get("/tickets/BISC-1/").status_code == 404
    assert api_of("bisc lead")("GET", "/tickets").status_code == 403


@pytest.mark.parametrize(
    ("sees", "places", "knows"),
    [
        ("own", [], set()),
        ("library", [], {"BISC-1", "BISC-2"}),
        ("locations", [], set()),
        ("locations", [0], {"BISC-1"}),
        ("locations", [1], {"BISC-2"}),
        ("locations", [0, 1, 2], {"BISC-1", "BISC-2"}),
    ],
)
def test_what_a_key_user_lets_a_colleague_see(talk, bisc, sees, places, knows):
    row = LibraryMembership.objects.get(person=bisc.people["colleague2"])
    row.sees = sees
    row.save()
    row.locations.set([bisc.locations[index] for index in places])
    found = Ticket.objects.visible_to(bisc.standing("colleague2")).values_list("number", flat=True)
    assert set(found) == knows and len(found) == len(knows)


def test_a_ticket_that_moved_to_another_library_goes_out_of_sight(talk, bisc):
    changes = {"library": bisc.other_library, "reporter": bisc.people["neighbour"]}
    verbs.edit(ticket=talk, changes=changes, by=bisc.actor("desk"))
    seen = {who: Ticket.objects.visible_to(bisc.standing(who)).filter(pk=talk.pk).count() for who in bisc.people}
    assert {who for who, count in seen.items() if count} == {"desk", "lead", "seated", "neighbour"}


def test_own_tickets_of_a_library_one_left_are_not_theirs_anymore(talk, bisc):
    LibraryMembership.objects.filter(person=bisc.people["colleague"]).update(library=bisc.other_library)
    assert not Ticket.objects.visible_to(bisc.standing("colleague")).exists()


@pytest.mark.parametrize(("days", "opens"), [(-1, False), (0, True), (1, True), (None, True)])
def test_a_grant_counts_up_to_and_with_its_last_day(talk, cast, days, opens):
    until = None if days is None else timezone.localdate() + timedelta(days=days)
    TicketGrant.objects.update(until_on=until)
    guest = standing(cast.cubiss.people["guest"], cast.bisc.organisation)
    found = Ticket.objects.visible_to(guest).values_list("number", flat=True)
    assert list(found) == (["BISC-1"] if opens else [])


# Reader -> what they read of ticket 1: words of messages, and files by the audience they went to.
ALL_WORDS = ["luidt kwartelzang", "kwartelzanggeheim", "Openbaar antwoord", "contractboete", "poirood"]
READS = {
    "bisc desk": (ALL_WORDS, ["public", "internal", "partners"]),
    "bisc seated": (ALL_WORDS, ["public", "internal", "partners"]),
    "bisc keyuser": (["luidt kwartelzang", "Openbaar antwoord"], ["public"]),
    "bisc director": (["luidt kwartelzang", "Openbaar antwoord"], ["public"]),
    "bisc colleague": (["luidt kwartelzang", "Openbaar antwoord"], ["public"]),
    "cubiss guest": (["luidt kwartelzang", "Openbaar antwoord", "poirood"], ["public", "partners"]),
    "bisc colleague2": ([], []),
    "bisc neighbour": ([], []),
    "bisc former": ([], []),
    "cubiss desk": ([], []),
}


@pytest.mark.parametrize("who", READS)
def test_which_messages_and_files_somebody_reads(talk, client_of, api_of, who):
    words, audiences = READS[who]
    client, call = client_of(who), api_of(who)
    page = client.get("/tickets/BISC-1/").content.decode()
    assert [word for word in ALL_WORDS if word in page] == words
    detail = call("GET", "/tickets/BISC-1").content.decode()
    assert [word for word in ALL_WORDS if word in detail] == words
    keys = dict(Attachment.objects.values_list("message__visibility", "key"))
    assert set(keys) == {"public", "internal", "partners"}
    for audience, key in keys.items():
        reads = audience in audiences
        assert (f"{audience}.txt" in page, f"{audience}.txt" in detail) == (reads, reads)
        assert (client.get(f"/tickets/BISC-1/attachments/{key}/").status_code == 200) is reads
        assert (call("GET", f"/tickets/BISC-1/attachments/{key}").status_code == 200) is reads
        # Not by way of another ticket that they do know of.
        assert client.get(f"/tickets/BISC-3/attachments/{key}/").status_code == 404
    if words:
        for word in ("contractboete", "poirood"):
            assert call("GET", f"/tickets?q={word}").json()["count"] == (1 if word in words else 0)


# Reader -> events of ticket 1 as (kind, version, changes).
NEW_OPEN = {"state": ["new", "open"]}
SUBJECT = {"subject": ["Zelfservice zegt kwartelzang", "Balie zegt kwartelzang"]}
FOR_LIBRARY = [("created", 1, {}), ("answered", 2, NEW_OPEN), ("edited", 3, SUBJECT)]
FOR_STAFF = [
    ("created", 1, {}),
    ("noted", 2, {}),
    ("granted", 3, {}),
    ("answered", 4, {**NEW_OPEN, "assignee": [None, "Desk BiSC"]}),
    ("noted", 5, {}),
    ("noted", 6, {}),
    ("edited", 7, {"impact": ["low", "high"], "priority": ["medium", "critical"]}),
    ("edited", 8, {**SUBJECT, "impact": ["high", "medium"], "priority": ["critical", "high"]}),
]


@pytest.mark.parametrize(
    ("who", "events"),
    [
        ("bisc desk", FOR_STAFF),
        ("bisc colleague", FOR_LIBRARY),
        ("bisc keyuser", FOR_LIBRARY),
        ("bisc director", FOR_LIBRARY),
        ("cubiss guest", FOR_LIBRARY),
    ],
)
def test_which_events_somebody_reads(talk, api_of, who, events):
    found = api_of(who)("GET", "/tickets/BISC-1").json()["events"]
    by_version = sorted(found, key=lambda one: one["version"])
    assert [(one["kind"], one["version"], one["changes"]) for one in by_version] == events


FACTS = {"plannedUntil", "supplier", "supplierNumber", "partner", "asked"}
ROW = {
    **{"number": "BISC-1", "type": "incident", "subject": "Balie zegt kwartelzang", "state": "open"},
    **{"urgency": "high", "library": {"slug": "bisc-een", "name": "Bibliotheek een BiSC"}},
    **{"resolvedAt": None, "closedAt": None},
}


@pytest.mark.parametrize(
    ("who", "own"),
    [
        ("bisc lead", {"impact": "medium", "priority": "high", "assignee": {"name": "Desk BiSC"}, "version": 8}),
        ("bisc colleague", {"impact": None, "priority": None, "assignee": None, "version": 3}),
        ("bisc keyuser", {"impact": None, "priority": None, "assignee": None, "version": 3}),
        ("bisc director", {"impact": None, "priority": None, "assignee": None, "version": 3}),
        ("cubiss guest", {"impact": None, "priority": None, "assignee": None, "version": 3}),
    ],
)
def test_which_fields_somebody_reads(talk, api_of, who, own):
    call = api_of(who)
    moments = {"openedAt", "changedAt", "firstAnswerAt"}
    names = {*ROW, *own, *moments, "category"}
    (listed,) = [one for one in call("GET", "/tickets").json()["items"] if one["number"] == "BISC-1"]
    detail = call("GET", "/tickets/BISC-1").json()
    assert set(listed) == names | {"clock"} and listed["clock"] is None  # nothing was agreed
    assert set(detail) == names | FACTS | {"reporter", "platform", "locations", "messages", "events"}
    for found in (listed, detail):
        assert {name: found[name] for name in (*ROW, *own)} == {**ROW, **own}
        assert found["changedAt"] == listed["changedAt"]
    assert (detail["reporter"], detail["platform"]) == ({"name": "Balie BiSC"}, "Midden-Zuid")
    assert detail["locations"] == ["bisc-een-1"]


# What a library may read of the object itself; whatever a ticket has more, raises.
READABLE = {
    **{"number": "BISC-1", "type": "incident", "subject": "Balie zegt kwartelzang", "state": "open"},
    **{"urgency": "high", "impact": None, "priority": None, "assignee": None, "assignee_id": None, "version": 3},
}


def test_a_ticket_as_told(talk, bisc):
    verbs.answer(ticket=talk, body="Later", visibility="internal", by=bisc.actor("desk"))
    ticket = Ticket.objects.get(pk=talk.pk)
    told = as_told_to(ticket, bisc.standing("keyuser"))
    assert type(told) is Told
    assert {name: getattr(told, name) for name in READABLE} == READABLE
    assert told.changed_at == ticket.told_at != ticket.changed_at
    for name in ("priority_rank", "reopened", "search", "events", "messages", "get_priority_display", "save", "delete"):
        with pytest.raises(AttributeError):
            getattr(told, name)
    assert as_told_to(ticket, bisc.standing("desk")) is ticket


def test_names_outside_are_at_random(talk, api_of, client_of):
    """A message is called by nothing that counts."""
    messages = api_of("bisc colleague")("GET", "/tickets/BISC-1").json()["messages"]
    assert [set(one) for one in messages] == [
        {"id", "author", "speaker", "visibility", "body", "createdAt", "attachments"}
    ] * 2
    assert all(re.fullmatch(r"[0-9a-f]{24}", one["id"]) for one in messages)
    page = client_of("bisc colleague").get("/tickets/BISC-1/").content.decode()
    assert set(re.findall(r'id="m([0-9a-f]*)"', page)) == {one["id"] for one in messages}
    for kind in (Message, Event):
        numbers = {str(pk) for pk in kind.objects.filter(ticket=talk).values_list("pk", flat=True)}
        assert not numbers & {one["id"] for one in messages}


def test_a_standing_elsewhere_finds_nothing_here(talk, cast):
    for who in ("desk", "lead", "guest", "keyuser"):
        theirs = cast.cubiss.standing(who)
        assert list(Ticket.objects.visible_to(theirs)) == []
        assert search(Ticket.objects.visible_to(theirs), "kwartelzang", theirs).keys == []


def test_a_library_sees_that_its_ticket_was_taken_in_hand(bisc, ticket, api_of):
    verbs.pick_up(ticket=ticket, by=bisc.actor("desk"))
    events = api_of("bisc colleague")("GET", "/tickets/BISC-1").json()["events"]
    assert [(one["kind"], one["changes"]) for one in events] == [
        ("created", {}),
        ("picked_up", {"state": ["new", "open"]}),
    ]


def test_a_grant_opens_nothing_after_the_role_of_guest_ended(talk, cast):
    guest, yesterday = cast.cubiss.people["guest"], timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(person=guest, role="guest").update(from_on="2024-01-01", until_on=yesterday)
    assert TicketGrant.objects.filter(user=guest, until_on__gt=yesterday).count() == 1
    theirs = standing(guest, cast.bisc.organisation)
    assert list(Ticket.objects.visible_to(theirs)) == []


def test_a_grant_of_another_kind_opens_nothing(talk, cast):
    view = ModelPermission.objects.get(codename="view_ticket")
    other = ModelPermission.objects.create(codename="count_ticket", name="x", content_type=view.content_type)
    theirs = standing(cast.cubiss.people["guest"], cast.bisc.organisation)
    assert [one.number for one in Ticket.objects.visible_to(theirs)] == ["BISC-1"]
    TicketGrant.objects.update(permission=other)
    assert list(Ticket.objects.visible_to(theirs)) == []


def test_which_part_somebody_has_in_the_states_of_a_ticket(cast, bisc, ticket):
    actors = {who: bisc.actor(who) for who in bisc.people}
    actors["guest"] = Actor.of(standing(cast.cubiss.people["guest"], bisc.organisation))
    actors["desk elsewhere"] = cast.cubiss.actor("desk")
    actors["time"], actors["nobody"] = Actor.of_system("auto_close"), Actor()
    assert {who: part for who in actors if (part := role_on(actors[who], ticket))} == {
        **{"desk": "staff", "lead": "staff", "seated": "staff", "desk elsewhere": "staff", "time": "time"},
        **{"colleague": "reporter", "keyuser": "reporter", "colleague2": "reader", "director": "reader"},
    }


@pytest.mark.parametrize("who", ["guest", "neighbour"])
def test_who_reported_for_a_library_and_belongs_to_it_no_more_has_no_part(cast, bisc, ticket, who):
    person = cast.cubiss.people["guest"] if who == "guest" else bisc.people[who]
    Ticket.objects.filter(pk=ticket.pk).update(reporter=person)
    actor = Actor.of(standing(person, bisc.organisation))
    assert role_on(actor, Ticket.objects.get(pk=ticket.pk)) == ""
