"""The page that says which agreement would count, and the agreements in the API."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tenants.context import inside
from tests.browsing import send
from tests.tickets.test_agreements import change, library_contract
from tickets.agreements.actions import end_agreement, make_agreement
from tickets.agreements.which import which

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2030, 11, 25, 9, 0, tzinfo=AMSTERDAM)  # after all first days of these tests
HIGH = "*", "high", "resolution"


def answers(bisc, locations=(), now=MONDAY, type="incident"):
    found = which(library=bisc.library, locations=locations, type=type, priority="high", now=now)
    return {one.clock: one for one in found}


def agreed(bisc, text, **keys):
    return change(bisc, make_agreement(**keys, by=bisc.actor("lead")), days=0, targets={HIGH: text})


def test_what_holds_for_all_says_when_it_is_due(bisc):
    agreed(bisc, "4 uur")
    one = answers(bisc)["Oplossing"]
    assert (one.within, one.why, one.silent) == ("binnen 4 uur werktijd", "Volgens wat voor alle meldingen geldt.", "")
    assert one.due.astimezone(AMSTERDAM) == datetime(2030, 11, 25, 13, 0, tzinfo=AMSTERDAM)
    other = answers(bisc)["Eerste antwoord"]
    assert (other.why, other.due) == ("Er is niets afgesproken.", None)
    assert other.silent == "Voor alle meldingen: daar staat hier niets over."


def test_the_order_is_said_contract_level_type_all(bisc):
    place = bisc.locations[0]
    place.level = "large"
    place.save()
    agreed(bisc, "4 werkdagen")
    agreed(bisc, "3 werkdagen", type="incident")
    assert answers(bisc, [place])["Oplossing"].why == "Volgens wat voor een storing geldt."
    agreed(bisc, "2 werkdagen", level="large")
    assert answers(bisc, [place])["Oplossing"].why == "Volgens niveau groot van de locatie."
    assert answers(bisc)["Oplossing"].why == "Volgens wat voor een storing geldt."
    contract = library_contract(bisc, name="DVO 2026")
    mine = agreed(bisc, "1 werkdag", contract=contract)
    one = answers(bisc, [place])["Oplossing"]
    assert one.why == "Volgens het contract ‘Bibliotheek een BiSC: DVO 2026’, dat voor al het andere gaat."
    end_agreement(agreement=mine.agreement, from_on=timezone.localdate(), by=bisc.actor("lead"))
    one = answers(bisc, [place])["Oplossing"]
    assert one.why == "Volgens niveau groot van de locatie."
    assert one.silent == "Bibliotheek een BiSC: DVO 2026: daar staat hier niets over."


def test_of_two_locations_it_says_that_the_strictest_counts(bisc):
    for place, level in zip(bisc.locations, ("large", "small"), strict=False):
        place.level = level
        place.save()
    agreed(bisc, "4 uur", level="large")
    agreed(bisc, "2 werkdagen", level="small")
    one = answers(bisc, bisc.locations[:2])["Oplossing"]
    assert one.why == "Volgens niveau groot: van deze locaties telt die waarvan het niveau het eerst moet."


def test_staff_ask_which_agreement_counts(bisc, client_of):
    agreed(bisc, "4 uur")
    client = client_of("bisc desk")
    path = "/agreements/which/"
    page = send(client, path, "Tonen", library="bisc-een", type="incident", priority="high").content.decode()
    assert "Oplossing binnen 4 uur werktijd" in page and "Vestiging 1 BiSC" in page
    page = send(client, f"{path}?library=bisc-een", "Tonen", type="incident", priority="high", locations=["bisc-een-2"])
    assert page.status_code == 200 and page.context["answers"]


def test_a_library_of_another_organisation_is_no_choice(bisc, client_of):
    query = "type=incident&priority=high&library=cubiss-een"
    page = client_of("bisc desk").get(f"/agreements/which/?{query}")
    assert page.status_code == 422 and not page.context["answers"]
    assert "Cubiss" not in page.content.decode()
    other = "type=incident&priority=high&library=bisc-een&locations=cubiss-een-1"
    assert "Vestiging 1 Cubiss" not in client_of("bisc desk").get(f"/agreements/which/?{other}").content.decode()


@pytest.mark.parametrize(("who", "status"), [("bisc lead", 200), ("bisc keyuser", 403), ("bisc director", 403)])
def test_who_asks_which_agreement_counts(bisc, client_of, who, status):
    assert client_of(who).get("/agreements/which/").status_code == status


# ---- the API


def test_the_api_tells_agreements_to_staff_alone(bisc, api_of):
    version = change(
        bisc,
        make_agreement(by=bisc.actor("lead")),
        days=0,
        targets={HIGH: "4 uur", ("wish", "low", "resolution"): "2 werkdagen, einde dag"},
        pauses={"resolution": ["planned"]},
    )
    answer = api_of("bisc desk")("GET", "/agreements")
    assert answer.status_code == 200
    assert answer.json() == {
        "agreements": [
            {
                "level": None,
                "type": None,
                "versions": [
                    {
                        "fromOn": str(version.from_on),
                        "ended": False,
                        "targets": [
                            {
                                **{"type": None, "priority": "high", "clock": "resolution"},
                                **{"minutes": 240, "days": None, "endOfDay": False},
                            },
                            {
                                **{"type": "wish", "priority": "low", "clock": "resolution"},
                                **{"minutes": None, "days": 2, "endOfDay": True},
                            },
                        ],
                        "updateMode": "after_reporter",
                        "pauses": [{"clock": "resolution", "states": ["planned"]}],
                        "calendar": None,
                    }
                ],
            }
        ]
    }
    assert api_of("bisc keyuser")("GET", "/agreements").status_code == 403


def test_the_api_tells_no_contract_and_nothing_of_another_organisation(cast, bisc, api_of):
    agreed(bisc, "4 uur", contract=library_contract(bisc))
    assert api_of("bisc desk")("GET", "/agreements").json() == {"agreements": []}
    with inside(cast.cubiss.organisation):
        make_agreement(level="large", by=cast.cubiss.actor("lead"))
    assert api_of("bisc desk")("GET", "/agreements").json() == {"agreements": []}
