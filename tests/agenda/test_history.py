"""The common work changes in one way: every verb on the agenda, what it leaves behind and whom it refuses."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from agenda.history.events import Kind, Payload, plain
from agenda.history.models import Event
from agenda.history.queries import changed_since, events_of
from agenda.work import actions
from agenda.work.models import Contribution, WorkItem
from tenants.access import standing
from tenants.actor import Actor
from tenants.models import AuditEntry
from tenants.refusals import NotAllowed
from tenants.roles import Permission

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _part(item, slug):
    return Contribution.objects.select_related("item", "organisation").get(item=item, organisation__slug=slug)


def _create(cast, by):
    return actions.create_item(
        title="Eén leenregelset",
        description="Voor jeugd.",
        theme="harmonisation",
        lead=cast.bisc.organisation,
        planned_from=date(2026, 1, 1),
        planned_to=date(2026, 6, 30),
        contributors=[cast.cubiss.organisation],
        by=by,
        at=AT,
    )


def _change(cast, by):
    item = WorkItem.objects.get(number=1)
    changes = {"title": "Eén servicedesk", "planned_to": date(2027, 1, 31), "theme": "integration"}
    return actions.change_item(item=item, changes=changes, base_version=1, by=by, at=AT)


def _change_contribution(cast, by):
    part, changes = _part(WorkItem.objects.get(number=1), "cubiss"), {"description": "Telefonie", "status": "at_risk"}
    return actions.change_contribution(contribution=part, changes=changes, base_version=1, by=by, at=AT).item


def _report(cast, by):
    item = WorkItem.objects.get(number=1)
    return actions.report_progress(item=item, text="Halverwege", progress=50, status="on_track", by=by, at=AT)


# Everybody who reads the agenda or might think of it; in the tables below those who are not named are refused.
PEOPLE = [
    *("manager", "member", "reader", "platform", "stranger"),
    *("bisc lead", "bisc desk", "bisc seated", "bisc former", "bisc coming"),
    *("bisc keyuser", "bisc colleague", "bisc director"),
    *("cubiss lead", "cubiss desk", "cubiss seated", "cubiss former", "cubiss guest", "cubiss director"),
]
BISC_STAFF = {"bisc lead": "bisc"}
CUBISS_STAFF = dict.fromkeys(("cubiss lead", "cubiss desk", "cubiss seated", "cubiss guest"), "cubiss")

# Verb: its call, its kind, the version after it, what was before, what is after, what was said,
# the action in the trail with the fields that changed, and who may with the organisation they do it for.
VERBS = {
    "create_item": (
        _create,
        "work.item_created",
        1,
        {
            **{"title": None, "description": None, "theme": None, "goal": None, "lead": None},
            **{
                "planned_from": None,
                "planned_to": None,
                "progress": None,
                "status": None,
                "finished_on": None,
                "asked": None,
            },
            "contributors": None,
        },
        {
            **{"title": "Eén leenregelset", "description": "Voor jeugd.", "theme": "harmonisation", "goal": None},
            **{"lead": "bisc", "planned_from": "2026-01-01", "planned_to": "2026-06-30"},
            **{"progress": 0, "status": "on_track", "finished_on": None, "asked": "", "contributors": ["cubiss"]},
        },
        "",
        "agenda.item_created",
        [
            *("title", "description", "theme", "lead", "planned_from", "planned_to"),
            *("progress", "status", "asked", "contributors"),
        ],
        {"manager": None, **BISC_STAFF},
    ),
    "change_item": (
        _change,
        "work.item_changed",
        2,
        {"title": "Gezamenlijke servicedesk", "planned_to": "2026-12-31"},
        {"title": "Eén servicedesk", "planned_to": "2027-01-31"},
        "",
        "agenda.item_changed",
        ["title", "planned_to"],
        {"manager": None, **BISC_STAFF},
    ),
    "change_contribution": (
        _change_contribution,
        "work.contribution_changed",
        2,
        {"cubiss/description": "", "cubiss/status": "on_track"},
        {"cubiss/description": "Telefonie", "cubiss/status": "at_risk"},
        "",
        "agenda.contribution_changed",
        ["cubiss/description", "cubiss/status"],
        {"manager": None, **BISC_STAFF, **CUBISS_STAFF},
    ),
    "report_progress": (
        _report,
        "work.reported",
        2,
        {"progress": 0, "status": "on_track", "finished_on": None, "asked": ""},
        {"progress": 50, "status": "on_track", "finished_on": None, "asked": ""},
        "Halverwege",
        "agenda.reported",
        ["progress"],
        {"manager": None, **BISC_STAFF},
    ),
}
ADDRESS = {"create_item": "W2"}


def test_every_verb_and_every_kind_is_in_the_table():
    public = {
        name
        for name, one in vars(actions).items()
        if callable(one) and getattr(one, "__module__", "") == actions.__name__ and not name.startswith("_")
    }
    assert public == set(VERBS)
    assert {row[1] for row in VERBS.values()} == set(Kind.values)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_leaves_one_event_one_line_and_the_next_version(cast, acts, verb):
    call, kind, version, before, after, text, action, fields, _allowed = VERBS[verb]
    events, lines = Event.objects.count(), AuditEntry.objects.count()
    item = call(cast, acts("bisc lead", "api", "192.0.2.7"))
    address = ADDRESS.get(verb, "W1")
    assert (Event.objects.count(), AuditEntry.objects.count()) == (events + 1, lines + 1)
    event = Event.objects.order_by("pk").last()
    assert (event.kind, event.object, event.version, event.schema, event.channel, event.at) == (
        *(kind, address, version, 1, "api", AT),
    )
    assert event.data == {"before": before, "after": after, "text": text}
    assert (event.actor, event.system_actor) == (cast.bisc.people["lead"], "")
    assert event.on_behalf_of == cast.bisc.organisation
    line = AuditEntry.objects.order_by("pk").last()
    assert (line.action, line.actor, line.object, line.origin) == (
        *(action, cast.bisc.people["lead"], address, "192.0.2.7"),
    )
    assert (line.organisation, line.result) == (cast.bisc.organisation, "done")
    assert line.details == {"version": version, "fields": fields}
    assert WorkItem.objects.get(pk=item.pk).version == version


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", PEOPLE)
def test_who_may(cast, acts, verb, who):
    call, *_rest, allowed = VERBS[verb]
    before = (Event.objects.count(), AuditEntry.objects.count(), list(WorkItem.objects.values()))
    parts = list(Contribution.objects.order_by("pk").values())
    if who in allowed:
        call(cast, acts(who))
        event = Event.objects.order_by("pk").last()
        assert event.actor == cast.everybody[who]
        assert (event.on_behalf_of.slug if event.on_behalf_of else None) == allowed[who]
        return
    with pytest.raises(NotAllowed):
        call(cast, acts(who))
    assert (Event.objects.count(), AuditEntry.objects.count(), list(WorkItem.objects.values())) == before
    assert list(Contribution.objects.order_by("pk").values()) == parts


@pytest.mark.parametrize("verb", VERBS)
def test_a_standing_on_the_host_of_an_organisation_gives_nothing_here(cast, verb):
    with pytest.raises(NotAllowed):
        VERBS[verb][0](cast, Actor.of(standing(cast.bisc.people["lead"], cast.bisc.organisation)))


@pytest.mark.parametrize("verb", VERBS)
def test_a_system_actor_may_what_it_was_given_and_signs_with_its_name(cast, verb):
    others = set(Permission) - {Permission.AGENDA_EDIT}
    with pytest.raises(NotAllowed):
        VERBS[verb][0](cast, Actor.of_system("planner", *others))
    VERBS[verb][0](cast, Actor.of_system("planner", Permission.AGENDA_EDIT))
    event = Event.objects.order_by("pk").last()
    assert (event.actor, event.system_actor, event.channel, event.who) == (None, "planner", "system", "planner")
    line = AuditEntry.objects.order_by("pk").last()
    assert (line.actor, line.system_actor, line.origin) == (None, "planner", "")


def test_what_changes_nothing_leaves_nothing(cast, item, acts):
    by, before = acts("manager"), (Event.objects.count(), AuditEntry.objects.count())
    actions.change_item(item=item, changes={"title": item.title, "lead": item.lead}, by=by, base_version=1)
    part = _part(item, "cubiss")
    actions.change_contribution(contribution=part, changes={"status": "on_track"}, by=by, base_version=1)
    item.refresh_from_db()
    assert ((Event.objects.count(), AuditEntry.objects.count()), item.version) == (before, 1)


def test_a_report_without_a_change_is_a_report(item, acts):
    actions.report_progress(item=item, text="Geen nieuws", progress=0, status="on_track", by=acts("manager"))
    event = events_of("W1").first()
    assert (event.version, event.payload.text, event.payload.changed) == (2, "Geen nieuws", [])


@pytest.mark.parametrize(
    "sql",
    ["UPDATE agenda_event SET version = 9", "DELETE FROM agenda_event", "TRUNCATE agenda_event CASCADE"],
)
def test_history_is_only_ever_added_to(cast, sql):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Event.objects.filter(object="W1", version=1).count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"object": "W1", "version": 1, "system_actor": "x"},  # two changes of one version
        {"object": "W9", "version": 1},  # by nobody
        {"object": "W9", "version": 1, "system_actor": "x", "actor": "both"},
    ],
)
def test_the_database_refuses_an_event_that_cannot_be(cast, values):
    if "actor" in values:
        values = {**values, "actor": cast.people["manager"]}
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(kind=Kind.REPORTED, data={}, channel="page", **values)


def test_what_changed_since_a_version(item, acts):
    by = acts("manager")
    actions.change_item(item=item, changes={"title": "Twee"}, by=by)
    actions.report_progress(item=item, text="x", progress=10, status="on_track", by=by)
    actions.change_item(item=item, changes={"title": "Drie", "theme": "cost"}, by=acts("bisc lead"))

    def since(version):
        return {name: (seen, event.version) for name, (seen, event) in changed_since("W1", version).items()}

    assert since(4) == {}
    assert since(3) == {"title": ("Twee", 4), "theme": ("integration", 4)}
    assert since(2) == {"progress": (0, 3), "title": ("Twee", 4), "theme": ("integration", 4)}
    assert since(1) == {"title": ("Gezamenlijke servicedesk", 4), "progress": (0, 3), "theme": ("integration", 4)}
    assert since(0)["title"] == (None, 4) and since(0)["lead"] == (None, 1)
    assert changed_since("W2", 0) == {}
    assert [event.version for event in events_of("W1")] == [4, 3, 2, 1]


def test_values_as_an_event_keeps_them(cast):
    assert [plain(one) for one in (None, "x", 3, True, date(2026, 11, 24), cast.bisc.organisation)] == [
        *(None, "x", 3, True, "2026-11-24", "bisc"),
    ]
    assert plain([cast.cubiss.organisation, cast.bisc.organisation]) == ["bisc", "cubiss"]
    with pytest.raises(TypeError):
        plain(object())
    assert Payload({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}).changed == ["b"]
