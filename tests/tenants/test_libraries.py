"""Libraries, their systems and locations: what may be entered, what is refused, and what becomes of a merger."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.entered import entered
from tenants.libraries import actions, identify
from tenants.models import Library, Location, Organisation, Platform, Province
from tenants.organisations.entering import change_organisation, enter_province
from tenants.refusals import Conflict, NotAllowed
from tenants.roles import Permission
from tests.cast import COMMAND_LINE

SINCE = date(2024, 1, 1)


def _new(bisc, **changes):
    wanted = {
        "name": "Bibliotheek drie",
        "organisation": bisc.organisation,
        "province": Province.objects.get(slug="utrecht"),
        "platform": bisc.library.platform,
        "from_on": SINCE,
    }
    return {**wanted, **changes}


def _trail():
    line = AuditEntry.objects.first()
    return line.action, line.object, line.organisation and line.organisation.slug, line.details


VERBS = {
    "enter_platform": lambda bisc, by: actions.enter_platform(slug="midden-zuid", changes={"name": "X"}, by=by),
    "enter_library": lambda bisc, by: actions.enter_library(slug="bisc-een", changes={"name": "X"}, by=by),
    "enter_location": lambda bisc, by: actions.enter_location(slug="bisc-een-1", changes={"name": "X"}, by=by),
    "merge_library": lambda bisc, by: actions.merge_library(
        library=bisc.library, into=bisc.other_library, until_on=date(2025, 1, 1), by=by
    ),
    "give_isil": lambda bisc, by: identify.give_isil(value="NL-0800010000", to=bisc.library, by=by),
    "give_platform_code": lambda bisc, by: identify.give_platform_code(code="1", to=bisc.library, by=by),
    "change_organisation": lambda bisc, by: change_organisation(
        organisation=bisc.organisation, changes={"name": "X"}, by=by
    ),
    "enter_province": lambda bisc, by: enter_province(slug="utrecht", changes={"name": "X"}, by=by),
}


@pytest.mark.parametrize("verb", VERBS)
def test_only_the_platform_enters_the_network(verb, cast):
    manager, lines = Actor.of(standing(cast.people["manager"], cast.common)), AuditEntry.objects.count()
    for by in (cast.bisc.actor("lead"), cast.bisc.actor("keyuser"), manager, Actor()):
        with pytest.raises(NotAllowed):
            VERBS[verb](cast.bisc, by)
    assert AuditEntry.objects.count() == lines
    VERBS[verb](cast.bisc, Actor.of(standing(cast.people["platform"], cast.common)))
    assert AuditEntry.objects.first().actor == cast.people["platform"]


def test_enter_library_makes_one(cast):
    done = actions.enter_library(slug="bisc-drie", changes=_new(cast.bisc, kvk="00000042"), by=COMMAND_LINE)
    found = Library.objects.get(slug="bisc-drie")
    assert (done.made, done.changes, done.row) == (True, {}, found)
    assert (found.name, found.kvk, found.from_on, found.until_on) == ("Bibliotheek drie", "00000042", SINCE, None)
    assert _trail() == ("library.made", "bisc-drie", "bisc", {})


def test_enter_library_changes_what_is_named_and_nothing_else(cast):
    done = actions.enter_library(slug="bisc-een", changes={"name": "Anders", "kvk": ""}, by=COMMAND_LINE)
    assert (done.made, done.changes) == (False, {"name": ("Bibliotheek een BiSC", "Anders")})
    found = Library.objects.get(slug="bisc-een")
    assert (found.name, found.from_on, found.province.slug) == ("Anders", SINCE, "utrecht")
    assert _trail() == (
        "library.changed",
        "bisc-een",
        "bisc",
        {"changes": {"name": ["Bibliotheek een BiSC", "Anders"]}},
    )


def test_enter_library_twice_is_once(cast):
    actions.enter_library(slug="bisc-drie", changes=_new(cast.bisc), by=COMMAND_LINE)
    lines = AuditEntry.objects.count()
    done = actions.enter_library(slug="bisc-drie", changes=_new(cast.bisc), by=COMMAND_LINE)
    assert (done.made, done.changes, AuditEntry.objects.count()) == (False, {}, lines)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": None, "province": None}, {"name", "province"}),
        ({"kvk": "1234567"}, {"kvk"}),
        ({"kvk": "1234567x"}, {"kvk"}),
        ({"kvk": "123456789"}, {"kvk"}),
        ({"kvk": "12345678\n"}, {"kvk"}),
        ({"kvk": "١٢٣٤٥٦٧٨"}, {"kvk"}),
        ({"name": "x" * 121, "kvk": "1"}, {"name", "kvk"}),
        ({"name": "twee\nregels"}, {"name"}),
        ({"until_on": date(2023, 12, 31)}, {"until_on"}),
    ],
)
def test_enter_library_refuses_by_field_all_at_once(changes, fields, cast):
    with pytest.raises(ValidationError) as refused:
        actions.enter_library(slug="bisc-drie", changes=_new(cast.bisc, **changes), by=COMMAND_LINE)
    assert refused.value.message_dict.keys() == fields
    assert not Library.objects.filter(slug="bisc-drie").exists()


@pytest.mark.parametrize("slug", ["", "Eén", "Hoofd", "a_b", "-a", "a-", "x" * 51, "a b", "a\n"])
def test_a_short_name_is_of_one_form(slug, cast):
    for verb in (actions.enter_library, actions.enter_location, actions.enter_platform, enter_province):
        with pytest.raises(ValidationError) as refused:
            verb(slug=slug, changes={}, by=COMMAND_LINE)
        assert refused.value.message_dict.keys() == {"slug"}


def test_enter_library_keeps_it_with_its_organisation(cast):
    with pytest.raises(ValidationError) as refused:
        actions.enter_library(slug="bisc-een", changes={"organisation": cast.cubiss.organisation}, by=COMMAND_LINE)
    assert refused.value.message_dict.keys() == {"organisation"}


def test_enter_library_refuses_a_system_that_does_not_serve_its_organisation(cast):
    other = Platform.objects.create(slug="elders", name="Elders", product="Wise", supplier="OCLC")
    for slug, changes in (("bisc-drie", _new(cast.bisc, platform=other)), ("bisc-een", {"platform": other})):
        with pytest.raises(ValidationError) as refused:
            actions.enter_library(slug=slug, changes=changes, by=COMMAND_LINE)
        assert refused.value.message_dict.keys() == {"platform"}


def test_enter_library_made_by_another_meanwhile_is_a_conflict(cast):
    with pytest.raises(Conflict):
        entered(Library(slug="bisc-een"), _new(cast.bisc))
    assert Library.objects.get(slug="bisc-een").name == "Bibliotheek een BiSC"


@pytest.mark.parametrize("kind", ["branch", "service_point", "bus_stop", "school", "self_service"])
def test_enter_location_of_each_kind(kind, cast):
    changes = {"name": "Plek", "library": cast.bisc.library, "kind": kind, "level": "small", "from_on": SINCE}
    done = actions.enter_location(slug="plek", changes=changes, by=COMMAND_LINE)
    found = Location.objects.get(slug="plek")
    assert (done.made, found.kind, found.level, found.library) == (True, kind, "small", cast.bisc.library)
    assert _trail() == ("location.made", "plek", "bisc", {})


def test_enter_location_refuses_another_kind_and_level(cast):
    changes = {"name": "Plek", "library": cast.bisc.library, "kind": "kiosk", "level": "huge"}
    with pytest.raises(ValidationError) as refused:
        actions.enter_location(slug="plek", changes=changes, by=COMMAND_LINE)
    assert refused.value.message_dict.keys() == {"kind", "level"}


def test_enter_location_goes_over_within_its_organisation_only(cast):
    with pytest.raises(ValidationError) as refused:
        actions.enter_location(slug="bisc-een-1", changes={"library": cast.cubiss.library}, by=COMMAND_LINE)
    assert refused.value.message_dict.keys() == {"library"}
    done = actions.enter_location(slug="bisc-een-1", changes={"library": cast.bisc.other_library}, by=COMMAND_LINE)
    assert done.changes == {"library": ("bisc-een", "bisc-twee")}
    assert Location.objects.get(slug="bisc-een-1").library == cast.bisc.other_library


def test_enter_platform_serves_organisations(cast):
    changes = {"name": "Zuid", "product": "Wise", "supplier": "OCLC"}
    done = actions.enter_platform(
        slug="zuid", changes=changes, organisations=[cast.cubiss.organisation], by=COMMAND_LINE
    )
    assert (done.made, done.changes) == (True, {})
    done = actions.enter_platform(slug="zuid", changes={}, organisations=[cast.bisc.organisation], by=COMMAND_LINE)
    assert done.changes == {"organisations": ("cubiss", "bisc")}
    assert [one.slug for one in Platform.objects.get(slug="zuid").organisations.all()] == ["bisc"]
    assert actions.enter_platform(slug="zuid", changes={}, by=COMMAND_LINE).changes == {}


def test_enter_platform_goes_on_serving_who_has_libraries_on_it(cast):
    with pytest.raises(ValidationError) as refused:
        actions.enter_platform(
            slug="midden-zuid", changes={}, organisations=[cast.cubiss.organisation], by=COMMAND_LINE
        )
    assert refused.value.message_dict.keys() == {"organisations"}
    assert Platform.objects.get(slug="midden-zuid").organisations.count() == 2


def test_enter_province_and_who_works_there(cast):
    done = enter_province(
        slug="utrecht", changes={"name": "Utrecht"}, organisations=[cast.bisc.organisation], by=COMMAND_LINE
    )
    assert (done.made, done.changes) == (False, {"organisations": ("", "bisc")})
    assert [one.slug for one in cast.bisc.organisation.provinces.all()] == ["utrecht"]
    assert enter_province(slug="bes", changes={"name": "BES"}, by=COMMAND_LINE).made
    assert Province.objects.get(slug="bes").name == "BES"


def test_change_organisation_changes_name_and_kvk_alone(cast):
    done = change_organisation(
        organisation=cast.bisc.organisation, changes={"kvk": "00000007", "slug": "anders"}, by=COMMAND_LINE
    )
    found = Organisation.objects.get(pk=cast.bisc.organisation.pk)
    assert (done.changes, found.kvk, found.slug) == ({"kvk": ("", "00000007")}, "00000007", "bisc")
    with pytest.raises(ValidationError):
        change_organisation(organisation=cast.bisc.organisation, changes={"kvk": "7"}, by=COMMAND_LINE)


@pytest.mark.parametrize("model", [Organisation, Library])
def test_the_database_holds_a_kvk_number_of_eight_digits_or_none(model, cast):
    rows = model.objects.filter(slug="bisc" if model is Organisation else "bisc-een")
    for wrong in ("1234567", "1234567a", "-1234567"):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(kvk=wrong)
    assert rows.update(kvk="01234567") == 1


def test_merge_library_ends_it_and_moves_its_locations(cast):
    old, new = cast.bisc.library, cast.bisc.other_library
    last = timezone.localdate() - timedelta(days=1)
    Location.objects.filter(slug="bisc-een-3").update(until_on=date(2024, 6, 1))
    done = actions.merge_library(library=old, into=new, until_on=last, by=COMMAND_LINE)
    found = Library.objects.get(pk=old.pk)
    assert (found.until_on, found.successor, found.is_over) == (last, new, True)
    assert done.changes == {"until_on": ("", str(last)), "successor": ("", "bisc-twee")}
    moved = Location.objects.filter(slug__startswith="bisc-een").order_by("slug").values_list("slug", "library__slug")
    assert list(moved) == [("bisc-een-1", "bisc-twee"), ("bisc-een-2", "bisc-twee"), ("bisc-een-3", "bisc-een")]
    assert _trail()[:3] == ("library.changed", "bisc-een", "bisc")


def test_merge_library_twice_is_once_and_its_end_stays(cast):
    old, new = cast.bisc.library, cast.bisc.other_library
    actions.merge_library(library=old, into=new, until_on=date(2025, 12, 31), by=COMMAND_LINE)
    lines = AuditEntry.objects.count()
    assert actions.merge_library(library=old, into=new, until_on=date(2025, 12, 31), by=COMMAND_LINE).changes == {}
    assert AuditEntry.objects.count() == lines
    for until_on in (None, date(2026, 1, 1)):
        with pytest.raises(ValidationError) as refused:
            actions.enter_library(slug=old.slug, changes={"until_on": until_on}, by=COMMAND_LINE)
        assert refused.value.message_dict.keys() == {"until_on"}
    with pytest.raises(ValidationError) as refused:
        actions.merge_library(library=old, into=new, until_on=date(2025, 1, 1), by=COMMAND_LINE)
    assert refused.value.message_dict.keys() == {"successor"}


def test_merge_library_refuses_what_is_no_merger(cast):
    old, new, today = cast.bisc.library, cast.bisc.other_library, timezone.localdate()
    yesterday = today - timedelta(days=1)
    ended = Library.objects.create(**_new(cast.bisc, until_on=yesterday), slug="bisc-oud")
    for into, day, field in (
        (new, today, "until_on"),
        (new, date(2023, 12, 31), "until_on"),
        (old, yesterday, "successor"),
        (cast.cubiss.library, yesterday, "successor"),
        (ended, yesterday, "successor"),
    ):
        with pytest.raises(ValidationError) as refused:
            actions.merge_library(library=old, into=into, until_on=day, by=COMMAND_LINE)
        assert refused.value.message_dict.keys() == {field}, (into, day)
    assert Library.objects.get(pk=old.pk).until_on is None


def test_a_merged_library_points_on_to_the_last_of_its_successors(cast):
    first, second = cast.bisc.library, cast.bisc.other_library
    third = Library.objects.create(**_new(cast.bisc), slug="bisc-drie")
    assert first.living == first
    actions.merge_library(library=first, into=second, until_on=date(2024, 12, 31), by=COMMAND_LINE)
    assert Library.objects.get(pk=first.pk).living == second
    actions.merge_library(library=second, into=third, until_on=date(2025, 12, 31), by=COMMAND_LINE)
    assert Library.objects.get(pk=first.pk).living == third


def test_the_database_holds_a_successor_of_what_ended_alone(cast):
    rows = Library.objects.filter(pk=cast.bisc.library.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(successor=cast.bisc.other_library)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(successor=cast.bisc.library, until_on=date(2025, 1, 1))
    assert rows.update(successor=cast.bisc.other_library, until_on=date(2025, 1, 1)) == 1


def test_the_platform_permission_is_what_the_command_line_needs(cast):
    by = Actor.of_system("import_network", Permission.PLATFORM_MANAGE)
    assert actions.enter_library(slug="bisc-een", changes={"name": "Y"}, by=by).changes
