"""Taking in a network from files: all or nothing, told line by line, and the same again changes nothing."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tenants.audit.models import AuditEntry
from tenants.imports.actions import import_network
from tenants.libraries.actions import merge_library
from tenants.models import Isil, Library, Location, Organisation, Platform, PlatformCode, Province
from tenants.refusals import NotAllowed
from tests.cast import COMMAND_LINE

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "network"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def _bytes(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


def _import(dry_run=False, **files):
    contents = {name: _bytes(*lines) for name, lines in files.items()}
    return import_network(files=contents, dry_run=dry_run, by=COMMAND_LINE)


def _taken(report) -> list[tuple]:
    return [(one.sheet, one.line, one.slug, one.outcome, one.changes) for one in report.taken]


def _refused(report) -> list[tuple]:
    return [(one.sheet, one.trouble.line, one.trouble.column, one.trouble.says) for one in report.refused]


def _everything() -> list[list]:
    models = (Organisation, Province, Platform, Library, Location, Isil, PlatformCode)
    return [list(model.objects.order_by("pk").values()) for model in models] + [
        list(Platform.organisations.through.objects.values_list("platform", "organisation").order_by("pk"))
    ]


LIBRARY = "drie;Bibliotheek drie;bisc;utrecht;midden-zuid"
LIBRARIES = ("slug;name;organisation;province;platform", LIBRARY)
LOCATIONS = ("slug;name;library;kind", "drie-a;Drie A;drie;branch")


def test_import_makes_all_and_again_leaves_all(cast):
    first = _import(libraries=LIBRARIES, locations=LOCATIONS)
    assert _taken(first) == [("libraries", 2, "drie", "made", {}), ("locations", 2, "drie-a", "made", {})]
    assert (first.written, first.refused) == (True, [])
    found = Location.objects.select_related("library").get(slug="drie-a")
    assert (found.name, found.kind, found.library.slug, found.library.name) == (
        "Drie A",
        "branch",
        "drie",
        "Bibliotheek drie",
    )
    everything, lines = _everything(), AuditEntry.objects.exclude(action="network.imported").count()
    again = _import(libraries=LIBRARIES, locations=LOCATIONS)
    assert [(one.slug, one.outcome) for one in again.taken] == [("drie", "left"), ("drie-a", "left")]
    assert (_everything(), AuditEntry.objects.exclude(action="network.imported").count()) == (everything, lines)
    trail = AuditEntry.objects.filter(action="network.imported").order_by("pk").values_list("object", "details")
    assert list(trail) == [
        ("libraries locations", {"made": 2, "changed": 0, "left": 0}),
        ("libraries locations", {"made": 0, "changed": 0, "left": 2}),
    ]


def test_import_changes_what_differs_and_says_so(cast):
    report = _import(
        libraries=("slug;name;isil;kvk;platform_code", "bisc-een;Anders;NL-0899010000;00000009;12", "bisc-twee;;;;")
    )
    changes = {
        "name": ("Bibliotheek een BiSC", "Anders"),
        "kvk": ("", "00000009"),
        "isil": ("", "NL-0899010000"),
        "platform_code": ("", "12"),
    }
    assert _taken(report) == [
        ("libraries", 2, "bisc-een", "changed", changes),
        ("libraries", 3, "bisc-twee", "left", {}),
    ]
    assert Library.objects.get(slug="bisc-een").isil.value == "NL-0899010000"


def test_a_dry_run_says_the_same_and_writes_nothing(cast):
    everything, lines = _everything(), AuditEntry.objects.count()
    files = {"libraries": (*LIBRARIES, "bisc-een;Anders;;;", "bisc-twee;;;;"), "locations": LOCATIONS}
    tried = _import(dry_run=True, **files)
    assert (tried.written, _everything(), AuditEntry.objects.count()) == (False, everything, lines)
    assert [(one.slug, one.outcome) for one in tried.taken] == [
        ("drie", "made"),
        ("bisc-een", "changed"),
        ("bisc-twee", "left"),
        ("drie-a", "made"),
    ]
    assert _taken(_import(**files)) == _taken(tried)


def test_import_is_all_or_nothing_and_says_all_that_is_wrong(cast):
    everything, lines = _everything(), AuditEntry.objects.count()
    report = _import(
        libraries=(
            "slug;name;organisation;province;platform;isil;kvk;until_on",
            "drie;Bibliotheek drie;bisc;utrecht;midden-zuid;;;",
            "vier;Bibliotheek vier;bisk;utrecht;midden-zuid;;1;",
            "vijf;;bisc;utrecht;midden-zuid;;;",
            "zes;Bibliotheek zes;bisc;utrecht;midden-zuid;;1;31/12/2026",
            "zeven;Bibliotheek zeven;bisc;utrecht;midden-zuid;NL-0899011001;;",
        ),
        locations=("slug;name;library;kind;level", "a;A;drie;kiosk;reus", "b;B;vier;branch;", "c;C;nergens;branch;"),
    )
    kinds = "branch, bus_stop, bushalte, school, self_service, service_point, servicepunt, vestiging, zelfbediening"
    assert _refused(report) == [
        ("libraries", 3, "organisation", "There is no organisation “bisk”."),
        ("libraries", 4, "name", "This is needed to make it."),
        ("libraries", 5, "until_on", "Write a day as 2026-12-31 or 31-12-2026."),
        ("libraries", 6, "isil", "Use an ISIL of an institution: NL-07 or NL-08, four digits and 0000."),
        ("locations", 2, "kind", f"Use one of: {kinds}."),
        ("locations", 2, "level", "Use one of: groot, klein, large, medium, middel, small."),
        ("locations", 3, "library", "This waits for line 3 of libraries.csv."),
        ("locations", 4, "library", "There is no library “nergens”."),
    ]
    assert (report.written, _everything(), AuditEntry.objects.count()) == (False, everything, lines)


def test_import_refuses_an_isil_that_is_anothers_or_another(cast):
    _import(libraries=("slug;isil", "bisc-een;NL-0899010000"))
    report = _import(libraries=("slug;isil", "bisc-twee;NL-0899010000", "bisc-een;NL-0899020000"))
    assert _refused(report) == [
        ("libraries", 2, "isil", "This is the ISIL of bisc-een, and it is never given to another."),
        ("libraries", 3, "isil", "It has NL-0899010000, and an ISIL is never changed once it is given."),
    ]
    assert [one.value for one in Isil.objects.all()] == ["NL-0899010000"]


def test_import_refuses_a_code_that_is_anothers(cast):
    report = _import(libraries=("slug;platform_code", "bisc-een;1", "cubiss-een;1"))
    assert _refused(report) == [("libraries", 3, "platform_code", "In midden-zuid this is the code of another.")]


def test_an_empty_cell_leaves_and_a_dash_empties(cast):
    _import(libraries=("slug;kvk;until_on", "bisc-een;00000009;2030-12-31"))
    assert [one.outcome for one in _import(libraries=("slug;kvk;until_on", "bisc-een;;")).taken] == ["left"]
    report = _import(libraries=("slug;kvk;until_on", "bisc-een;-;-"))
    assert report.taken[0].changes == {"kvk": ("00000009", ""), "until_on": ("2030-12-31", "")}
    found = Library.objects.get(slug="bisc-een")
    assert (found.kvk, found.until_on) == ("", None)


def test_import_takes_files_in_their_order_and_knows_no_other_organisation(cast):
    report = _import(
        locations=("slug;name;library;kind", "a;A;drie;vestiging"),
        libraries=("slug;name;organisation;province;platform", "drie;Drie;cubiss;nieuw;eigen"),
        platforms=("slug;name;product;supplier;organisations", "eigen;Eigen;Wise;OCLC;bisc, cubiss"),
        provinces=("slug;name;organisations", "nieuw;Nieuw;cubiss"),
        organisations=("slug;kvk;isil", "cubiss;00000001;NL-0899000000"),
    )
    assert [(one.sheet, one.outcome) for one in report.taken] == [
        ("organisations", "changed"),
        ("provinces", "made"),
        ("platforms", "made"),
        ("libraries", "made"),
        ("locations", "made"),
    ]
    assert report.written
    for slug in ("nieuw", "samenwerking"):
        report = _import(organisations=("slug;name", f"{slug};Nieuw"))
        assert _refused(report) == [("organisations", 2, "slug", f"There is no organisation “{slug}”.")]


def test_import_merges_whatever_the_order_of_the_lines(cast):
    files = {
        "libraries": (
            "slug;name;organisation;province;platform;from_on;until_on;successor",
            "twee;Twee;bisc;utrecht;midden-zuid;2020-01-01;2024-12-31;drie",
            "een;Een;bisc;utrecht;midden-zuid;2020-01-01;2022-12-31;twee",
            "drie;Drie;bisc;utrecht;midden-zuid;2020-01-01;;",
        )
    }
    assert [one.outcome for one in _import(**files).taken] == ["made", "made", "made"]
    assert Library.objects.get(slug="een").living.slug == "drie"
    assert [one.outcome for one in _import(**files).taken] == ["left", "left", "left"]
    report = _import(
        libraries=("slug;until_on;successor", "drie;2025-12-31;", "bisc-een;;bisc-twee", "bisc-twee;2025-12-31;nergens")
    )
    assert _refused(report) == [
        ("libraries", 3, "until_on", "Say which day was its last."),
        ("libraries", 4, "successor", "There is no library “nergens”."),
    ]


def test_a_line_from_before_a_merger_leaves_the_location_where_it_went(cast):
    merge_library(library=cast.bisc.library, into=cast.bisc.other_library, until_on=date(2025, 12, 31), by=COMMAND_LINE)
    report = _import(locations=("slug;library", "bisc-een-1;bisc-een"))
    assert [one.outcome for one in report.taken] == ["left"]
    assert Location.objects.get(slug="bisc-een-1").library == cast.bisc.other_library
    report = _import(
        locations=(
            "slug;name;library;kind;until_on;from_on",
            "nieuw;Nieuw;bisc-een;branch;;2024-01-01",
            "oud;Oud;bisc-een;branch;2025-01-01;2024-01-01",
        )
    )
    assert _refused(report) == [("locations", 2, "library", "Bibliotheek een BiSC has ended.")]


def test_only_the_platform_imports(cast):
    with pytest.raises(NotAllowed):
        import_network(files={"libraries": _bytes(*LIBRARIES)}, by=cast.bisc.actor("lead"))
    assert not Library.objects.filter(slug="drie").exists()


def _command(folder, *flags) -> str:
    out = StringIO()
    call_command("import_network", str(folder), *flags, stdout=out)
    return out.getvalue()


def test_the_example_of_the_manual_is_taken_in_and_again_changes_nothing(cast):
    tried = _command(EXAMPLE, "--dry-run")
    assert tried.endswith("Dry run, nothing was written. It would come to: 9 made, 2 changed, 0 left.\n")
    assert not Library.objects.filter(slug="voorbeeld-noord").exists()
    assert _command(EXAMPLE).endswith("\n9 made, 2 changed, 0 left.\n")
    assert Library.objects.get(slug="voorbeeld-zuid").living.slug == "voorbeeld-noord"
    places = Location.objects.filter(library__slug="voorbeeld-noord").order_by("slug").values_list("kind", "level")
    assert list(places) == [
        ("branch", "large"),
        ("service_point", "small"),
        ("bus_stop", "small"),
        ("school", "small"),
        ("branch", "medium"),
        ("self_service", "medium"),
    ]
    everything = _everything()
    assert _command(EXAMPLE).endswith("\n0 made, 0 changed, 11 left.\n")
    assert _everything() == everything


def test_the_command_says_what_becomes_of_each_line(cast, tmp_path):
    (tmp_path / "libraries.csv").write_bytes(_bytes("slug;name", "bisc-een;Anders", "bisc-twee;", encoding="cp1252"))
    assert _command(tmp_path).splitlines() == [
        "libraries.csv line 2: bisc-een changed: name “Bibliotheek een BiSC” -> “Anders”",
        "libraries.csv line 3: bisc-twee left",
        "0 made, 1 changed, 1 left.",
    ]


def test_the_command_says_what_is_wrong_and_fails(cast, tmp_path):
    (tmp_path / "libraries.csv").write_bytes(_bytes("slug;name;kvk", "bisc-een;Anders;1"))
    out = StringIO()
    with pytest.raises(CommandError, match="1 errors; nothing was written"):
        call_command("import_network", str(tmp_path), stdout=out)
    assert out.getvalue() == (
        "libraries.csv line 2, column kvk: ERROR Use the eight digits of the number at the Chamber of Commerce (KvK).\n"
    )
    assert Library.objects.get(slug="bisc-een").name == "Bibliotheek een BiSC"


@pytest.mark.parametrize("name", [None, "branches.csv", "libraries.txt"])
def test_the_command_refuses_a_folder_with_other_files(name, cast, tmp_path):
    if name:
        (tmp_path / name).write_text("slug\n")
    with pytest.raises(CommandError, match=r"organisations\.csv, provinces\.csv, platforms\.csv"):
        _command(tmp_path)
    with pytest.raises(CommandError, match="there is no folder"):
        _command(tmp_path / "nergens")
