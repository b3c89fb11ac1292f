"""ISIL, KvK number and the code of a library system: their form, given once, unique, and found again."""

import string

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.audit.models import AuditEntry
from tenants.identifiers import as_isil, institution_isil, kvk, location_isil
from tenants.libraries.actions import enter_library
from tenants.libraries.identify import give_isil, give_platform_code
from tenants.models import Isil, Library, Location, Organisation, PlatformCode
from tests.cast import COMMAND_LINE

DIGITS = st.text(alphabet=string.digits, min_size=4, max_size=4)


def _valid(validator, text: str) -> bool:
    try:
        validator(text)
    except ValidationError:
        return False
    return True


def _kind(text: str) -> str:
    """Return what an ISIL is of, said in another way than by the pattern."""
    ours = len(text) == 13 and text.isascii() and text[:4] == "NL-0" and text[4] in "78" and text[5:].isdecimal()
    if not ours:
        return ""
    return "institution" if text[9:] == "0000" else "location" if text[9] in "123" else ""


ALMOST = st.builds(
    lambda text, place, letter: text[:place] + letter + text[place + 1 :],
    st.builds(lambda head, number, end: f"NL-0{head}{number}{end}", st.sampled_from("78"), DIGITS, DIGITS),
    st.integers(0, 12),
    st.sampled_from("NL-0789 \n٣x") | st.characters(codec="utf-8"),
)


@settings(deadline=None, max_examples=300)
@given(text=st.one_of(ALMOST, st.text(max_size=16)))
def test_the_form_of_an_isil(text):
    found = [
        name for name, one in (("institution", institution_isil), ("location", location_isil)) if _valid(one, text)
    ]
    assert found == ([_kind(text)] if _kind(text) else [])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NL-0712340000", "institution"),
        ("NL-0812340000", "institution"),
        ("NL-0812341000", "location"),
        ("NL-0812343999", "location"),
        ("NL-0812344000", ""),
        ("NL-0812340001", ""),
        ("NL-0912340000", ""),
        ("NL-081234000", ""),
        ("NL-08123400000", ""),
        ("nl-0812340000", ""),
        ("NL-0812340000\n", ""),
        ("NL-08١٢٣٤0000", ""),
    ],
)
def test_the_form_of_an_isil_by_example(text, kind, cast):
    """In code and in the database alike."""
    assert (_valid(institution_isil, text), _valid(location_isil, text)) == (kind == "institution", kind == "location")
    for owner, row in (
        ("institution", {"library": cast.bisc.library}),
        ("location", {"location": cast.bisc.locations[0]}),
    ):
        if owner == kind:
            with transaction.atomic():
                Isil.objects.create(value=text, **row)
                transaction.set_rollback(True)
        else:
            with pytest.raises(DatabaseError), transaction.atomic():
                Isil.objects.create(value=text, **row)


def test_the_form_of_a_kvk_number():
    assert _valid(kvk, "01234567")
    assert [text for text in ("0123456", "012345678", "0123456a", "01234567\n", "٠١٢٣٤٥٦٧") if _valid(kvk, text)] == []


def test_an_isil_is_kept_in_capitals_without_spaces():
    assert as_isil(" nl-0812340000 ") == "NL-0812340000"


def test_give_isil_to_each(cast):
    for to, value in (
        (cast.bisc.organisation, "NL-0800010000"),
        (cast.bisc.library, "nl-0800020000 "),
        (cast.bisc.locations[0], "NL-0800021001"),
    ):
        assert give_isil(value=value, to=to, by=COMMAND_LINE)
        assert not give_isil(value=value, to=to, by=COMMAND_LINE)
    assert Organisation.objects.get(slug="bisc").isil.value == "NL-0800010000"
    assert Library.objects.get(slug="bisc-een").isil.value == "NL-0800020000"
    assert Location.objects.get(slug="bisc-een-1").isil.value == "NL-0800021001"
    lines = AuditEntry.objects.filter(action="isil.given").order_by("pk").values_list("object", "organisation__slug")
    assert list(lines) == [("NL-0800010000", "bisc"), ("NL-0800020000", "bisc"), ("NL-0800021001", "bisc")]


def test_give_isil_never_changes_one(cast):
    give_isil(value="NL-0800020000", to=cast.bisc.library, by=COMMAND_LINE)
    with pytest.raises(ValidationError, match="NL-0800020000"):
        give_isil(value="NL-0800030000", to=cast.bisc.library, by=COMMAND_LINE)
    assert [one.value for one in Isil.objects.all()] == ["NL-0800020000"]


@pytest.mark.parametrize("other", ["organisation", "other_library"])
def test_give_isil_gives_none_to_another(other, cast):
    """Not of another organisation either, and not when the first has ended."""
    give_isil(value="NL-0800020000", to=cast.bisc.library, by=COMMAND_LINE)
    enter_library(slug="bisc-een", changes={"until_on": cast.bisc.library.from_on}, by=COMMAND_LINE)
    for house in (cast.bisc, cast.cubiss):
        with pytest.raises(ValidationError, match="bisc-een"):
            give_isil(value="NL-0800020000", to=getattr(house, other), by=COMMAND_LINE)
    assert Isil.objects.get().library == cast.bisc.library


def test_give_isil_knows_a_library_from_a_location(cast):
    with translation.override("en"), pytest.raises(ValidationError, match="Use an ISIL of an institution"):
        give_isil(value="NL-0800021001", to=cast.bisc.library, by=COMMAND_LINE)
    with translation.override("en"), pytest.raises(ValidationError, match="Use an ISIL of a location"):
        give_isil(value="NL-0800020000", to=cast.bisc.locations[0], by=COMMAND_LINE)
    assert not Isil.objects.exists()


def test_the_database_never_changes_or_forgets_an_isil(cast):
    row = Isil.objects.create(value="NL-0800020000", library=cast.bisc.library)
    rows = Isil.objects.filter(pk=row.pk)
    for wrong in (
        lambda: rows.update(value="NL-0800030000"),
        lambda: rows.update(library=cast.bisc.other_library),
        lambda: rows.delete(),
        lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE tenants_isil"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            wrong()
    assert (rows.get().value, rows.get().library) == ("NL-0800020000", cast.bisc.library)


def test_the_database_gives_an_isil_to_one_and_each_one(cast):
    Isil.objects.create(value="NL-0800020000", library=cast.bisc.library)
    for values in (
        {"value": "NL-0800020000", "library": cast.cubiss.library},
        {"value": "NL-0800020000", "organisation": cast.cubiss.organisation},
        {"value": "NL-0800030000", "library": cast.bisc.library},
        {"value": "NL-0800030000"},
        {"value": "NL-0800030000", "library": cast.cubiss.library, "organisation": cast.cubiss.organisation},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Isil.objects.create(**values)


def test_give_platform_code_to_each_and_another_one(cast):
    assert give_platform_code(code=" 1010 ", to=cast.bisc.library, by=COMMAND_LINE) == ("", "1010")
    assert give_platform_code(code="1010", to=cast.bisc.library, by=COMMAND_LINE) is None
    assert give_platform_code(code="1010", to=cast.bisc.locations[0], by=COMMAND_LINE) == ("", "1010")
    assert give_platform_code(code="1011", to=cast.bisc.library, by=COMMAND_LINE) == ("1010", "1011")
    found = PlatformCode.objects.order_by("pk").values_list("platform__slug", "library__slug", "location__slug", "code")
    assert list(found) == [("midden-zuid", "bisc-een", None, "1011"), ("midden-zuid", None, "bisc-een-1", "1010")]


def test_give_platform_code_is_unique_in_its_system(cast):
    """Also over organisations that share the system; another system may use the same."""
    give_platform_code(code="1010", to=cast.bisc.library, by=COMMAND_LINE)
    with pytest.raises(ValidationError, match="midden-zuid"):
        give_platform_code(code="1010", to=cast.cubiss.library, by=COMMAND_LINE)
    assert give_platform_code(code="1010", to=cast.bisc.other_library, by=COMMAND_LINE) == ("", "1010")


@pytest.mark.parametrize("code", ["", "  ", "x" * 41, "a\0b"])
def test_give_platform_code_refuses_what_is_no_code(code, cast):
    with pytest.raises(ValidationError):
        give_platform_code(code=code, to=cast.bisc.library, by=COMMAND_LINE)


def test_a_code_stays_with_the_system_that_a_library_leaves(cast):
    give_platform_code(code="1010", to=cast.bisc.library, by=COMMAND_LINE)
    enter_library(slug="bisc-een", changes={"platform": cast.bisc.other_library.platform}, by=COMMAND_LINE)
    library = Library.objects.get(slug="bisc-een")
    assert give_platform_code(code="77", to=library, by=COMMAND_LINE) == ("", "77")
    codes = PlatformCode.objects.filter(library=library).order_by("pk").values_list("platform__slug", "code")
    assert list(codes) == [("midden-zuid", "1010"), ("noord-oost", "77")]


def test_the_database_holds_a_platform_code_of_one_owner_and_once(cast):
    platform, library, location = cast.bisc.library.platform, cast.bisc.library, cast.bisc.locations[0]
    PlatformCode.objects.create(platform=platform, library=library, code="1")
    PlatformCode.objects.create(platform=platform, location=location, code="1")
    for values in (
        {"code": "1", "library": cast.cubiss.library},
        {"code": "1", "location": cast.cubiss.locations[0]},
        {"code": "2", "library": library},
        {"code": "2", "location": location},
        {"code": "2"},
        {"code": "", "library": cast.cubiss.library},
        {"code": "2", "library": cast.cubiss.library, "location": cast.cubiss.locations[0]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlatformCode.objects.create(platform=platform, **values)
