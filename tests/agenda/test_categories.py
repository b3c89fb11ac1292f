"""The common tree: its leaves in force, in both languages, on every host."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from agenda.categories.models import Category
from agenda.categories.queries import grouped_choices, leaf_by_code, leaves

GROUPS = {"1": 6, "2": 4, "3": 4, "4": 5, "5": 5, "6": 5, "7": 4, "8": 4, "9": 5}


def test_the_tree_has_nine_groups_and_42_leaves_in_order(cast):
    found = [one.code for one in leaves()]
    assert found == [f"{group}.{index}" for group, count in GROUPS.items() for index in range(1, count + 1)]
    assert len(found) == 42
    assert [one.code for one in Category.objects.filter(parent=None)] == list(GROUPS)


@pytest.mark.parametrize(
    ("language", "group", "leaf"),
    [
        ("nl", "Apparatuur & koppelingen", "Zelfservice (SIP2)"),
        ("en", "Devices & interfaces", "Self-service (SIP2)"),
    ],
)
def test_choices_in_the_language_of_the_moment(cast, language, group, leaf):
    with translation.override(language):
        choices = grouped_choices()
        assert (choices[5][0], choices[5][1][0]) == (group, ("6.1", leaf))
        assert Category.objects.get(code="6.1").name == leaf
    assert [len(found) for _name, found in choices] == list(GROUPS.values())


@pytest.mark.parametrize(
    ("from_on", "until_on", "there"),
    [(0, None, True), (0, 0, True), (-9, -1, False), (1, None, False), (-9, 0, True)],
)
def test_a_leaf_is_there_from_its_first_day_up_to_its_last(cast, from_on, until_on, there):
    today = timezone.localdate()
    Category.objects.filter(code="6.1").update(
        from_on=today + timedelta(days=from_on),
        until_on=None if until_on is None else today + timedelta(days=until_on),
    )
    assert (leaf_by_code("6.1") is not None) == there
    assert ("6.1" in [one.code for one in leaves()]) == there


@pytest.mark.parametrize("code", ["6", "6.9", "", "x"])
def test_a_group_or_an_unknown_code_is_no_leaf(cast, code):
    assert leaf_by_code(code) is None


def test_a_category_ends_after_it_begins_and_has_a_code_of_its_own(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(code="6.1").update(until_on="2015-01-01")
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(code="6.1", name_nl="x", name_en="x", position=1)


@pytest.mark.parametrize(("who", "at"), [("bisc desk", "bisc"), ("bisc colleague", "bisc"), ("cubiss desk", "")])
def test_the_api_serves_them_on_every_host(cast, api_of, who, at):
    answer = api_of(who, at)("GET", "/categories")
    items = answer.json()["items"]
    assert (answer.status_code, len(items)) == (200, 42)
    assert items[0] == {"code": "1.1", "name": "Uitlenen, innemen, verlengen"}
