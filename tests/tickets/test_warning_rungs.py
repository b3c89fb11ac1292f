"""Which warnings an organisation wants: who makes, changes and ends them, what is refused, and the pages."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.refusals import NotAllowed
from tests.browsing import form_with, forms_of, press, send
from tickets.models import Rung
from tickets.warnings import actions
from tickets.warnings.actions import change_rung, end_rung, make_rung

GIVEN = {"clock": "resolution", "at": "used", "amount": "75", "hears": ["assignee"]}


def make(bisc, who="lead", **more) -> Rung:
    return make_rung(**{**GIVEN, **more}, by=bisc.actor(who))


def said(rung: Rung) -> tuple:
    return rung.clock, rung.at, rung.percent, rung.minutes, rung.days, rung.hears, rung.does


def test_an_organisation_begins_with_six(bisc):
    assert [said(one) for one in Rung.objects.all()] == [
        ("first_answer", "used", 75, 0, 0, ["assignee"], ""),
        ("first_answer", "due", None, 0, 0, ["assignee", "lead"], ""),
        ("update", "due", None, 0, 0, ["assignee"], ""),
        ("resolution", "used", 75, 0, 0, ["assignee"], ""),
        ("resolution", "due", None, 0, 0, ["assignee", "lead"], ""),
        ("resolution", "after", None, 0, 1, ["lead"], ""),
    ]


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"amount": "80%"}, ("resolution", "used", 80, 0, 0, ["assignee"], "")),
        ({"at": "before", "amount": "2 uur"}, ("resolution", "before", None, 120, 0, ["assignee"], "")),
        ({"at": "after", "amount": "1 werkdag"}, ("resolution", "after", None, 0, 1, ["assignee"], "")),
        (
            {"clock": "supplier", "at": "due", "amount": "", "hears": ["colleagues", "lead"], "does": "raise"},
            ("supplier", "due", None, 0, 0, ["lead", "colleagues"], "raise"),
        ),
        ({"hears": [], "does": "return"}, ("resolution", "used", 75, 0, 0, [], "return")),
    ],
)
def test_make_rung_keeps_what_was_asked(bisc, asked, kept):
    Rung.objects.all().delete()
    before = timezone.now()
    made = make(bisc, **asked)
    assert said(made) == kept
    assert made.since >= before and made.made_by == bisc.people["lead"]
    entry = AuditEntry.objects.order_by("-pk").first()
    assert (entry.action, entry.object, entry.actor) == ("warning.made", made.clock, bisc.people["lead"])


def test_make_rung_gives_to_staff(bisc):
    made = make(bisc, does="give", person=bisc.people["desk"])
    assert (made.does, made.person) == ("give", bisc.people["desk"])


def test_make_rung_twice_is_once(bisc):
    count = Rung.objects.count()
    one = make(bisc, amount="60")
    assert make(bisc, amount="60") == one
    assert Rung.objects.count() == count + 1


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"clock": "x"}, {"clock"}),
        ({"at": "x"}, {"at"}),
        ({"does": "x"}, {"does"}),
        ({"hears": ["x"]}, {"hears"}),
        ({"hears": []}, {"hears"}),
        ({"amount": ""}, {"amount"}),
        ({"amount": "0"}, {"amount"}),
        ({"amount": "100"}, {"amount"}),
        ({"amount": "²"}, {"amount"}),
        ({"amount": "2 uur"}, {"amount"}),
        ({"at": "before", "amount": ""}, {"amount"}),
        ({"at": "before", "amount": "75"}, {"amount"}),
        ({"at": "after", "amount": "1 werkdag, einde dag"}, {"amount"}),
        ({"does": "give"}, {"person"}),
        ({"clock": "x", "amount": "", "hears": [], "does": "give"}, {"clock", "amount", "person"}),
    ],
)
def test_make_rung_refuses_beside_the_field(bisc, asked, fields):
    with pytest.raises(ValidationError) as refusal:
        make(bisc, **asked)
    assert set(refusal.value.message_dict) == fields


@pytest.mark.parametrize("who", ["colleague", "former"])
def test_make_rung_gives_to_nobody_else(bisc, who):
    with pytest.raises(ValidationError) as refusal:
        make(bisc, does="give", person=bisc.people[who])
    assert set(refusal.value.message_dict) == {"person"}


def test_make_rung_has_an_end(bisc, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 6)
    with pytest.raises(ValidationError):
        make(bisc, amount="60")


@pytest.mark.parametrize("who", ["desk", "keyuser", "director", "colleague", "former"])
def test_require_keeper_lets_administrators_alone(bisc, who):
    one, count = Rung.objects.first(), Rung.objects.count()
    for verb in (
        lambda by: make_rung(**GIVEN, by=by),
        lambda by: change_rung(rung=one, **GIVEN, by=by),
        lambda by: end_rung(rung=one, by=by),
    ):
        with pytest.raises(NotAllowed):
            verb(bisc.actor(who))
    assert Rung.objects.in_force().count() == Rung.objects.count() == count


def test_an_administrator_of_another_organisation_may_not(cast, bisc):
    by = cast.cubiss.actor("lead")
    with inside(bisc.organisation), pytest.raises(NotAllowed):
        make_rung(**GIVEN, by=by)


def test_change_rung_ends_one_and_makes_another(bisc):
    one = make(bisc, amount="60")
    other = change_rung(rung=one, **{**GIVEN, "amount": "70"}, by=bisc.actor("lead"))
    assert (other.percent, other.since > one.since, other.pk != one.pk) == (70, True, True)
    assert Rung.objects.get(pk=one.pk).ended_at is not None
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "warning.ended",
        "warning.made",
    ]


def test_change_rung_to_the_same_changes_nothing(bisc):
    one = make(bisc, amount="60")
    assert change_rung(rung=one, **{**GIVEN, "amount": "60"}, by=bisc.actor("lead")) == one
    assert Rung.objects.in_force().filter(pk=one.pk, since=one.since).exists()


def test_change_rung_refuses_one_that_ended(bisc):
    one = make(bisc, amount="60")
    end_rung(rung=one, by=bisc.actor("lead"))
    with pytest.raises(ValidationError):
        change_rung(rung=one, **GIVEN, by=bisc.actor("lead"))


def test_end_rung_ends_it_once(bisc):
    one = make(bisc, amount="60")
    end_rung(rung=one, by=bisc.actor("lead"))
    ended = Rung.objects.get(pk=one.pk).ended_at
    end_rung(rung=one, by=bisc.actor("lead"))
    assert Rung.objects.get(pk=one.pk).ended_at == ended is not None


# ---- pages


def test_the_page_lists_them_in_the_order_in_which_they_come(bisc, client_of):
    page = client_of("bisc lead").get("/warnings/").content.decode()
    words = ["Eerste antwoord", "75% van de tijd is verbruikt", "Op het uiterste moment zelf", "Oplossing"]
    words += ["1 werkdag na het uiterste moment", "Mail aan de coördinator.", "Leverancier"]
    places = [page.index(one) for one in words]
    assert places == sorted(places)
    assert 'href="/warnings/" aria-current="page"' in page and 'href="/warnings/new/"' in page


def test_staff_read_and_do_not_change(bisc, client_of):
    client, one = client_of("bisc desk"), Rung.objects.first()
    page = client.get("/warnings/").content.decode()
    assert "75% van de tijd is verbruikt" in page and "/warnings/new/" not in page and "/end/" not in page
    assert [client.get(path).status_code for path in ("/warnings/new/", f"/warnings/{one.pk}/")] == [403, 403]
    assert client.post(f"/warnings/{one.pk}/end/").status_code == 403


@pytest.mark.parametrize("who", ["keyuser", "colleague", "director"])
def test_a_library_reads_nothing_of_it(bisc, client_of, who):
    client, one = client_of(f"bisc {who}"), Rung.objects.first()
    paths = ("/warnings/", "/warnings/new/", f"/warnings/{one.pk}/")
    assert [client.get(path).status_code for path in paths] == [403, 403, 403]


def test_an_administrator_makes_changes_and_ends_one(bisc, client_of):
    client = client_of("bisc lead")
    filled = {"clock": "update", "at": "before", "amount": "2 uur", "hears": ["lead"], "does": ""}
    assert send(client, "/warnings/new/", "Maken", **filled).status_code == 302
    one = Rung.objects.latest("pk")
    assert said(one) == ("update", "before", None, 120, 0, ["lead"], "")
    page = client.get(f"/warnings/{one.pk}/").content.decode()
    assert 'value="2 u"' in page
    assert send(client, f"/warnings/{one.pk}/", "Opslaan", amount="3 uur").status_code == 302
    other = Rung.objects.latest("pk")
    assert said(other) == ("update", "before", None, 180, 0, ["lead"], "")
    assert client.get(f"/warnings/{one.pk}/").status_code == 404
    (form,) = (one for one in forms_of(client.get("/warnings/")) if one.action == f"/warnings/{other.pk}/end/")
    assert press(client, form, "Beëindigen").status_code == 302
    assert not Rung.objects.in_force().filter(pk=other.pk).exists()


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(bisc, client_of):
    answer = send(client_of("bisc lead"), "/warnings/new/", "Maken", amount="straks", does="give", person="")
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="straks"' in page
    assert "Schrijf een percentage van 1 tot en met 99." in page and "Kies wie de melding krijgt." in page
    assert '<a href="#id_amount">' in page and '<a href="#id_person">' in page


def test_one_that_a_colleague_ended_says_so(bisc, client_of):
    client, one = client_of("bisc lead"), make(bisc, amount="60")
    shown = client.get(f"/warnings/{one.pk}/")
    end_rung(rung=one, by=bisc.actor("lead"))
    assert press(client, form_with(shown, "Opslaan"), "Opslaan").status_code == 404
