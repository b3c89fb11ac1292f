"""The small pictures of the steering page: what each is compared with, who the others are, how tall a bar is."""

import re
from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from agenda.figures.periods import Period
from agenda.figures.queries import ALL, Figures, Quarter
from agenda.steering.pictures import Series, drawn, new_tickets, open_tickets
from tenants.models import Organisation

AT = datetime(2026, 11, 24, tzinfo=UTC)
BISC = Organisation(pk=1, name="BiSC")
PAST = [Period(2026, 3), Period(2026, 4)]
BEFORE = {1: Figures(new=60, open_at_end=70), ALL: Figures(new=80, open_at_end=90)}
SAID = ("evenveel", "%(much)s meer", "%(much)s minder")


def _known(same_days):
    """Return two quarters and that of a year before; `same_days`: of that year, as far as the last one runs."""
    return {
        Period(2025, 4): Quarter(AT, BEFORE),
        Period(2026, 3): Quarter(AT, {1: Figures(open_at_end=4), ALL: Figures(open_at_end=10)}),
        Period(2026, 4): Quarter(
            AT, {1: Figures(new=6, open_at_end=7), ALL: Figures(new=11, open_at_end=15)}, before=same_days
        ),
    }


def _told(found):
    return [(one.name, one.values, one.before, one.more) for one in found]


def test_open_tickets_are_compared_with_the_quarter_before_and_the_others_are_all_but_those_with_a_column():
    with override("nl"):
        found = open_tickets(_known({}), PAST, [BISC], True)
    assert _told(found) == [("BiSC", (4, 7), 4, 3), ("De overige", (6, 8), 6, 2)]
    assert [one.name for one in open_tickets(_known({}), PAST, [BISC], False)] == ["BiSC"]


@pytest.mark.parametrize(
    ("same_days", "bisc", "others"),
    [({1: Figures(new=2), ALL: Figures(new=9)}, (2, 4), (7, -2)), ({}, (60, -54), (20, -15))],
)
def test_new_tickets_are_compared_with_the_same_days_or_else_the_same_quarter(same_days, bisc, others):
    """Of one organisation and of the others alike."""
    with override("nl"):
        found = new_tickets(_known(same_days), PAST, [BISC], True)
    assert _told(found) == [("BiSC", (0, 6), *bisc), ("De overige", (0, 5), *others)]


def _drawn(*found):
    return drawn(found, tuple(PAST), False, SAID)


def test_one_ticket_among_thousands_is_seen_and_none_is_not():
    smalls = _drawn(Series("Veel", 1, (0, 5000), 0), Series("Eén", 2, (0, 1), 0)).smalls
    assert [re.findall(r'height="(\d+)"><title>', one.picture) for one in smalls] == [["0", "64"], ["0", "1"]]


def test_a_name_in_a_picture_does_not_run():
    picture = _drawn(Series('"><script>x</script>', 1, (0, 1), 0)).smalls[0].picture
    assert "<script>" not in picture
    assert 'aria-label="&quot;&gt;&lt;script&gt;x&lt;/script&gt;, 2026-3: 0; 2026-4: 1"' in picture


@pytest.mark.parametrize(("before", "said"), [(3, "evenveel"), (1, "2 meer"), (8, "5 minder")])
def test_a_sentence_says_as_many_more_or_fewer(before, said):
    assert _drawn(Series("BiSC", 1, (0, 3), before)).smalls[0].sentence == said
