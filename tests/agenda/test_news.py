"""The conclusion of the steering page: which change is the headline, and what the two sentences say, by example."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import override

from agenda.figures.queries import Figures
from agenda.steering.news import Desks, headline, sentences
from agenda.steering.overview import Overview
from agenda.work.asked import Ask, asks_of, is_trouble
from agenda.work.models import WorkItem
from agenda.work.queries import tally_of
from agenda.work.rows import Part, Row, days_late

TODAY = date(2026, 11, 24)


def _row(number=1, *, state="on_track", due=date(2027, 1, 1), parts=(), title=None, asked=""):
    return Row(
        number=number,
        title=title or f"Resultaat {number}",
        theme="kosten",
        lead_id=1,
        lead="BiSC",
        state=state,
        on_track=state == "on_track",
        status="",
        progress=0,
        due=due,
        planned_to="",
        contributes="",
        parts=tuple(parts),
        asked=asked,
    )


def _agenda(*rows):
    trouble = [row for row in rows if is_trouble(row, TODAY)]
    steady = [row for row in rows if not is_trouble(row, TODAY)]
    return Overview(day=TODAY, tally=tally_of(rows, TODAY), trouble=trouble, steady=steady, reports={})


def _desks(new=100, resolved=100, open_now=100, open_before=100, new_before=100, ended_on=None, **more_open):
    return Desks(
        now=Figures(new=new, resolved=resolved, open_at_end=open_now),
        open_before=open_before,
        new_before=new_before,
        year=2026,
        ended_on=ended_on,
        begun_after=date(2026, 9, 30),
        more_open=more_open or {"BiSC": open_now - open_before},
    )


STEADY = _agenda(_row())


@pytest.mark.parametrize(
    ("desks", "said"),
    [
        ({"open_now": 531, "open_before": 384}, "De voorraad groeit: 531 meldingen open, 147 meer dan op 30 september"),
        (
            {"open_now": 300, "open_before": 384},
            "De voorraad slinkt: 300 meldingen open, 84 minder dan op 30 september",
        ),
        ({"open_now": 110, "open_before": 100}, "De voorraad groeit: 110 meldingen open, 10 meer dan op 30 september"),
        ({"open_now": 109, "open_before": 100}, "De samenwerking ligt op koers"),  # 9 tickets
        ({"open_now": 1099, "open_before": 1000}, "De samenwerking ligt op koers"),  # 9.9 %
        ({"open_now": 40, "open_before": 0}, "De samenwerking ligt op koers"),  # nothing to compare with
        (
            {"new": 1448, "new_before": 1200},
            "Er komt meer binnen: 1.448 nieuwe meldingen, 248 meer dan in dezelfde dagen van 2025",
        ),
        (
            {"new": 80, "new_before": 100},
            "Er komt minder binnen: 80 nieuwe meldingen, 20 minder dan in dezelfde dagen van 2025",
        ),
        (
            {"open_now": 120, "new": 150},
            "Er komt meer binnen: 150 nieuwe meldingen, 50 meer dan in dezelfde dagen van 2025",
        ),
        ({"open_now": 50, "new": 150}, "De voorraad slinkt: 50 meldingen open, 50 minder dan op 30 september"),
        ({"open_now": 150, "new": 150}, "De voorraad groeit: 150 meldingen open, 50 meer dan op 30 september"),
        (
            {"open_now": 150, "ended_on": date(2026, 12, 31)},
            "De voorraad groeide: 150 meldingen open op 31 december, 50 meer dan op 30 september",
        ),
        (
            {"new": 80, "ended_on": date(2026, 12, 31)},
            "Er kwam minder binnen: 80 nieuwe meldingen, 20 minder dan in hetzelfde kwartaal van 2025",
        ),
    ],
)
def test_the_headline_names_the_largest_change(desks, said):
    with override("nl"):
        assert headline(_desks(**desks), STEADY) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Er staat nog niets op de werkagenda"),
        ([_row(state="off_track"), _row(2, state="at_risk")], "De samenwerking is onderweg, 1 resultaat loopt vast"),
        ([_row(state="at_risk"), _row(2)], "De samenwerking ligt op koers, 1 resultaat loopt risico"),
        ([_row(due=date(2026, 11, 23))], "De samenwerking ligt op koers, 1 resultaat is te laat"),
        ([_row(due=date(2026, 11, 24))], "De samenwerking ligt op koers"),
        (
            [_row(state="at_risk", parts=[Part(4, "Rijnbrink", "off_track")])],
            "De samenwerking is onderweg, een deel van 1 resultaat loopt vast",
        ),
        (
            [_row(parts=[Part(2, "Cubiss", "at_risk")]), _row(2)],
            "De samenwerking ligt op koers, een deel van 1 resultaat loopt risico",
        ),
    ],
)
def test_without_a_change_it_says_how_the_agenda_stands(rows, said):
    with override("nl"):
        assert headline(_desks(), _agenda(*rows)) == said


IN_AND_OUT = "Er kwamen 1.448 meldingen binnen en er werden er 1.301 opgelost"


@pytest.mark.parametrize(
    ("desks", "said"),
    [
        ({"BiSC": 9, "Cubiss": 90, "Probiblio": 48}, f"{IN_AND_OUT}; van die 147 zitten er 90 bij Cubiss."),
        ({"BiSC": 60, "Cubiss": 47, "Probiblio": 40}, f"{IN_AND_OUT}; het verschil is verspreid over de organisaties."),
        ({"BiSC": -3, "Cubiss": 150}, f"{IN_AND_OUT}; het hele verschil zit bij Cubiss."),
        ({"BiSC": 0, "Cubiss": 147}, f"{IN_AND_OUT}; het hele verschil zit bij Cubiss."),
    ],
)
def test_the_first_sentence_says_where_the_change_is(desks, said):
    with override("nl"):
        found = sentences(_desks(1448, 1301, 531, 384, 1400, **desks), STEADY)[0]
    assert found == said


@pytest.mark.parametrize(
    ("open_now", "desks", "said"),
    [
        (500, {"BiSC": 50, "Cubiss": 30, "Probiblio": 20}, "van die 100 zitten er 50 bij BiSC."),
        (500, {"BiSC": 49, "Cubiss": 31, "Probiblio": 20}, "het verschil is verspreid over de organisaties."),
        (300, {"BiSC": -80, "Cubiss": -20}, "van die 100 zitten er 80 bij BiSC."),
        (300, {"BiSC": 20, "Cubiss": -120}, "het hele verschil zit bij Cubiss."),
    ],
)
def test_half_is_enough_to_be_named_also_where_the_stock_shrinks(open_now, desks, said):
    with override("nl"):
        assert sentences(_desks(1448, 1301, open_now, 400, 1400, **desks), STEADY)[0] == f"{IN_AND_OUT}; {said}"


@pytest.mark.parametrize(
    ("desks", "said"),
    [
        ((1, 1, 104, 100), "Er kwam 1 melding binnen en er werd er 1 opgelost; nu staan er 104 open, 4 meer dan op"),
        (
            (2, 0, 96, 100),
            "Er kwamen 2 meldingen binnen en er werden er 0 opgelost; nu staan er 96 open, 4 minder dan op",
        ),
        ((2, 2, 1, 1), "Er kwamen 2 meldingen binnen en er werden er 2 opgelost; nu staat er 1 open, evenveel als op"),
    ],
)
def test_the_first_sentence_says_how_many_are_open_when_the_headline_does_not(desks, said):
    with override("nl"):
        assert sentences(_desks(*desks, new_before=0), STEADY)[0] == f"{said} 30 september."


STUCK = Part(4, "Rijnbrink", "off_track")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Er staat nog niets op de werkagenda."),
        ([_row(), _row(2)], "Alle 2 resultaten op de werkagenda liggen op schema."),
        (
            [
                _row(1, state="off_track", due=date(2026, 9, 30), parts=[STUCK, Part(1, "BiSC", "at_risk")]),
                _row(2, state="off_track"),
                _row(3, state="at_risk"),
                _row(4, state="at_risk"),
                _row(5, due=date(2026, 11, 1)),
                _row(6),
            ],
            "‘Resultaat 1’ loopt vast bij Rijnbrink en is 55 dagen te laat; "
            "nog 1 loopt vast, 2 lopen risico en 1 is te laat.",
        ),
        ([_row(state="off_track")], "‘Resultaat 1’ loopt vast."),
        (
            [_row(state="at_risk", parts=[Part(1, "BiSC", "at_risk"), Part(2, "Cubiss", "at_risk")])],
            "‘Resultaat 1’ loopt risico bij BiSC en Cubiss.",
        ),
        ([_row(due=date(2026, 11, 23)), _row(2)], "‘Resultaat 1’ is 1 dag te laat."),
        ([_row(state="at_risk"), _row(2, state="at_risk")], "‘Resultaat 1’ loopt risico; nog 1 loopt risico."),
        (
            [_row(parts=[Part(2, "Cubiss", "at_risk")]), _row(2, parts=[STUCK])],
            "‘Resultaat 1’ ligt op schema, maar niet bij Cubiss; nog 1 ligt in een deel niet op schema.",
        ),
        ([_row(asked="Kies.")], "‘Resultaat 1’ vraagt een besluit van de stuurgroep."),
        (
            [_row(state="off_track"), _row(2, due=date(2026, 11, 23), parts=[STUCK]), _row(3, parts=[STUCK])],
            "‘Resultaat 1’ loopt vast; nog 1 is te laat en 1 ligt in een deel niet op schema.",
        ),
    ],
)
def test_the_second_sentence_says_what_is_stuck(rows, said):
    with override("nl"):
        assert sentences(_desks(), _agenda(*rows))[1] == said


def test_in_english_too():
    agenda = _agenda(_row(state="off_track", due=date(2026, 9, 30), parts=[STUCK]))
    desks = _desks(1448, 1301, 531, 384, 1400, Cubiss=90)
    with override("en"):
        assert headline(desks, agenda) == "The stock grows: 531 tickets open, 147 more than on 30 September"
        assert sentences(desks, agenda) == (
            "1,448 tickets came in and 1,301 were resolved; of these 147, 90 are at Cubiss.",
            "“Resultaat 1” is off track at Rijnbrink and is 55 days late.",
        )


# --- what is asked, and of whom ---


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        (_row(), []),
        (
            _row(
                state="off_track", parts=[Part(4, "Rijnbrink", "off_track", "Telefonie."), Part(2, "Cubiss", "at_risk")]
            ),
            [
                ("Rijnbrink", "breng het eigen deel weer op schema (Telefonie)"),
                ("Cubiss", "breng het eigen deel weer op schema"),
            ],
        ),
        (
            _row(state="at_risk", parts=[Part(2, "Cubiss", "at_risk"), Part(1, "BiSC", "on_track")]),
            [("Cubiss", "breng het eigen deel weer op schema")],
        ),
        (_row(parts=[Part(2, "Cubiss", "at_risk")]), [("Cubiss", "breng het eigen deel weer op schema")]),
        (_row(asked="Kies een variant."), [("de stuurgroep", "Kies een variant")]),
        (_row(state="at_risk"), [("BiSC", "zeg wat nodig is om het weer op schema te krijgen")]),
        (_row(due=date(2026, 11, 23)), [("BiSC", "spreek een nieuwe datum af, of rond het af")]),
        (_row(due=date(2026, 11, 24)), []),
        (
            _row(state="off_track", due=date(2026, 11, 1), parts=[STUCK]),
            [
                ("Rijnbrink", "breng het eigen deel weer op schema"),
                ("BiSC", "spreek een nieuwe datum af, of rond het af"),
            ],
        ),
        (
            _row(state="off_track", due=date(2026, 11, 1), parts=[Part(1, "BiSC", "off_track")]),
            [("BiSC", "breng het eigen deel weer op schema; spreek een nieuwe datum af, of rond het af")],
        ),
    ],
)
def test_a_result_says_what_it_asks_of_whom(row, asked):
    with override("nl"):
        assert [(one.name, one.text) for one in asks_of(row, TODAY)] == asked


def test_one_is_asked_for_ones_own_organisation_alone():
    agenda = _agenda(_row(state="off_track", parts=[STUCK]), _row(2, state="at_risk"))
    with override("nl"):
        text = "breng het eigen deel weer op schema"
        assert agenda.asked_of(frozenset({4})) == [Ask(4, "Rijnbrink", text, 1, "Resultaat 1", "off_track")]
        assert [one.number for one in agenda.asked_of(frozenset({1}))] == [2]
        assert agenda.asked_of(frozenset()) == []


def test_days_late_begin_after_the_planned_end():
    assert [days_late(_row(due=TODAY - timedelta(days=n)), TODAY) for n in (-1, 0, 1, 55)] == [0, 0, 1, 55]


def test_what_is_late_wants_attention_whatever_it_says(cast, put, client_of):
    late = timezone.localdate() - timedelta(days=55)
    put("Al te laat", planned_to=late, planned_from=late)
    page = client_of("member", "").get("/steering/").content.decode()
    row = " ".join(page.partition("Al te laat</a>")[2].partition("</tr>")[0].split())
    assert "te laat: 55 dagen" in row and "Er is nog niets over gemeld." in row
    assert "Gevraagd van BiSC:</b> spreek een nieuwe datum af, of rond het af" in row


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("member", "BiSC: spreek een nieuwe datum af, of rond het af."),
        ("reader", "Van uw organisatie wordt nu niets gevraagd."),
        ("manager", "Van u wordt niets gevraagd: u leest mee zonder eigen organisatie."),
    ],
)
def test_what_is_asked_of_the_reader_comes_first(cast, put, client_of, who, said):
    late = timezone.localdate() - timedelta(days=3)
    put("Al te laat", planned_to=late, planned_from=late)
    page = " ".join(client_of(who, "").get("/steering/").content.decode().split())
    asked = page.partition("Van u gevraagd")[2].partition("</section>")[0]
    assert said in asked and page.index("Van u gevraagd") < page.index("Werkagenda <small>")


def test_of_more_than_sixty_results_all_are_counted(cast, item, client_of):
    values = {"theme": "cost", "lead": cast.bisc.organisation, "planned_from": "2026-01-01", "planned_to": "2099-01-01"}
    WorkItem.objects.bulk_create(WorkItem(number=1000 + n, title=f"R{n}", **values) for n in range(60))
    page = client_of("member", "").get("/steering/").content.decode()
    assert "lopend: 61 · op schema: 61 · risico: 0 · loopt vast: 0" in " ".join(strip_tags(page).split())
