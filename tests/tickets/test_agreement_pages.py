"""Pages of agreements: who reads, who keeps, what a form says before it is kept, what stands beside which field."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browsing import form_with, forms_of, press, send
from tickets.agreements.actions import make_agreement
from tickets.agreements.models import Agreement, AgreementVersion


def tomorrow() -> str:
    return str(timezone.localdate() + timedelta(days=1))


def page_of(client, path="/agreements/large/") -> str:
    return client.get(path).content.decode()


def agree(client, path="/agreements/large/", **filled):
    """Fill in the form, look at what it means, and keep it; return both answers."""
    shown = send(client, path, "Tonen wat dit betekent", **filled)
    return shown, press(client, form_with(shown, "Opslaan"), "Opslaan")


def test_an_administrator_sees_first_what_it_means_and_keeps_it_then(bisc, client_of):
    client = client_of("bisc lead")
    filled = {"any.high.first_answer": "1 uur", "any.high.resolution": "4:00", "from_on": tomorrow()}
    shown = send(client, "/agreements/large/", "Tonen wat dit betekent", **filled)
    sentence = "Een melding met prioriteit hoog: eerste antwoord binnen 1 uur werktijd, opgelost binnen 4 uur werktijd."
    assert sentence in shown.content.decode() and Agreement.objects.count() == 0
    assert press(client, form_with(shown, "Opslaan"), "Opslaan").status_code == 302
    (version,) = AgreementVersion.objects.all()
    assert (version.agreement.level, str(version.from_on)) == ("large", tomorrow())
    assert version.targets == {"*": {"high": {"first_answer": {"minutes": 60}, "resolution": {"minutes": 240}}}}
    assert sentence in page_of(client) and "Iets anders vanaf" in page_of(client, "/agreements/")


def test_what_cannot_be_read_stands_beside_its_field_and_nothing_typed_is_lost(bisc, client_of):
    filled = {"any.high.first_answer": "straks", "any.low.resolution": "2 weken", "any.low.update": "4 uur"}
    answer = send(client_of("bisc lead"), "/agreements/all/", "Tonen wat dit betekent", **filled)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="straks"' in page and 'value="2 weken"' in page and 'value="4 uur"' in page
    assert '<a href="#id_any.high.first_answer">Hoog, eerste antwoord: ' in page
    assert "Er is nog niets opgeslagen." not in page


def test_a_day_that_has_been_is_refused_beside_its_field(bisc, client_of):
    client = client_of("bisc lead")
    yesterday = str(timezone.localdate() - timedelta(days=1))
    shown = send(client, "/agreements/all/", "Tonen wat dit betekent", from_on=yesterday)
    page = press(client, form_with(shown, "Opslaan"), "Opslaan")
    assert page.status_code == 422 and '<a href="#id_from_on">' in page.content.decode()
    assert AgreementVersion.objects.count() == 0 and Agreement.objects.count() == 0


def test_one_type_otherwise_than_the_rest(bisc, client_of):
    client = client_of("bisc lead")
    filled = {"any.high.resolution": "4 uur", "other_type": "wish", "other.high.resolution": "20 werkdagen"}
    shown, answer = agree(client, "/agreements/all/", **filled)
    assert "Een wens met prioriteit hoog: opgelost binnen 20 werkdagen." in shown.content.decode()
    assert answer.status_code == 302
    version = AgreementVersion.objects.get()
    assert version.targets == {
        "*": {"high": {"resolution": {"minutes": 240}}},
        "wish": {"high": {"resolution": {"days": 20}}},
    }
    # What stands there for a type comes back as a matrix of its own, and another type can be added.
    more = {"wish.high.resolution": "25 werkdagen", "other_type": "complaint", "other.high.first_answer": "1 uur"}
    assert agree(client, "/agreements/all/", **more)[1].status_code == 302
    assert AgreementVersion.objects.last().targets["wish"] == {"high": {"resolution": {"days": 25}}}
    assert AgreementVersion.objects.last().targets["complaint"] == {"high": {"first_answer": {"minutes": 60}}}


def test_a_type_is_asked_where_something_is_promised_for_one(bisc, client_of):
    filled = {"other.high.resolution": "20 werkdagen"}
    page = send(client_of("bisc lead"), "/agreements/all/", "Tonen wat dit betekent", **filled).content.decode()
    assert "Kies de soort waarvoor dit geldt." in page and 'value="20 werkdagen"' in page


def test_states_in_which_a_clock_stands_still_are_said_by_the_agreement_for_all(bisc, client_of):
    client = client_of("bisc lead")
    filled = {"pauses_resolution": ["waiting_supplier", "planned"], "pauses_update": [], "pauses_first_answer": []}
    shown, answer = agree(client, "/agreements/all/", **filled)
    said = "De tijd voor oplossing telt niet zolang een melding wacht op de leverancier of is ingepland."
    assert said in shown.content.decode() and answer.status_code == 302
    assert AgreementVersion.objects.get().pauses == {
        "first_answer": [],
        "resolution": ["planned", "waiting_supplier"],
        "update": [],
    }
    assert 'name="pauses_' not in page_of(client, "/agreements/large/")
    assert 'name="pauses_' not in page_of(client, "/agreements/incident/")


def test_an_agreement_begins_with_what_another_says(bisc, client_of):
    client = client_of("bisc lead")
    today = str(timezone.localdate())
    agree(client, "/agreements/large/", **{"from_on": today, "any.high.resolution": "4 uur"})
    page = send(client, "/agreements/small/", "Invullen")
    assert "Ingevuld zoals in ‘Niveau groot’" in page.content.decode()
    form = form_with(page, "Tonen wat dit betekent")
    assert form.controls["any.high.resolution"].holds == ["4 u"]
    assert Agreement.objects.count() == 1


def test_an_agreement_ends_from_a_day_on_and_that_is_taken_back(bisc, client_of):
    client = client_of("bisc lead")
    agree(client, **{"from_on": str(timezone.localdate()), "any.high.resolution": "4 uur"})
    assert send(client, "/agreements/large/", "Beëindigen", from_on=tomorrow()).status_code == 302
    assert [one.ended for one in AgreementVersion.objects.all()] == [False, True]
    assert "Er is niets toegezegd." in page_of(client)
    assert send(client, "/agreements/large/", "Intrekken").status_code == 302
    assert [one.ended for one in AgreementVersion.objects.all()] == [False]
    wrong = send(client, "/agreements/large/", "Beëindigen", from_on="2020-01-01")
    assert wrong.status_code == 422 and '<a href="#end_from_on">' in wrong.content.decode()


@pytest.mark.parametrize(
    ("who", "reads", "keeps"),
    [("bisc lead", 200, True), ("bisc desk", 200, False), ("bisc keyuser", 403, False), ("bisc director", 403, False)],
)
def test_who_reads_and_who_keeps_agreements(bisc, client_of, who, reads, keeps):
    client = client_of(who)
    agreement = make_agreement(level="large", by=bisc.actor("lead"))
    version = agreement.versions.create(from_on=tomorrow(), made_at=timezone.now())
    for path in ("/agreements/", "/agreements/large/", "/agreements/all/", "/agreements/wish/"):
        assert client.get(path).status_code == reads
        assert any(form.method == "POST" and "/agreements/" in form.action for form in forms_of(client.get(path))) is (
            keeps and path != "/agreements/"
        )
    for path in ("large/", "large/end/", f"large/{version.pk}/withdraw/"):
        assert (client.post(f"/agreements/{path}").status_code == 403) is not keeps, path


def test_the_pages_of_agreements_refuse_other_methods_and_what_is_not_there(bisc, client_of):
    client = client_of("bisc lead")
    assert client.get("/agreements/nergens/").status_code == 404
    assert client.post("/agreements/small/end/").status_code == 404
    assert client.post("/agreements/large/9999/withdraw/").status_code == 404
    assert client.get("/agreements/large/end/").status_code == 405
    assert client.delete("/agreements/").status_code == 405
