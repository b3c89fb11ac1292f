"""All locations of a library at once, in the form that files a ticket."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from tenants.models import Location
from tenants.web.paging import Page
from tests.browsing import send
from tickets.models import Ticket

NEW = "/tickets/new/?type=incident"
FORM = {"subject": "Overal", "body": "Nergens lukt het.", "urgency": "high"}


@pytest.fixture
def many(bisc):
    """The library of BiSC's colleague with thirteen locations more; how many it has then."""
    for number in range(13):
        name = f"Plek {number:02d}"
        Location.objects.create(library=bisc.library, slug=f"plek-{number}", name=name, kind="branch", level="small")
    return Location.objects.filter(library=bisc.library).count()


def test_one_box_chooses_every_location_of_the_library(bisc, many, client_of):
    answer = send(client_of("bisc colleague"), NEW, "Verstuur naar BiSC", **FORM, everywhere=True)
    assert answer.status_code == 302
    found = Ticket.objects.latest("pk")
    assert found.locations.count() == many == found.library.locations.count()
    assert found.impact == "high"


def test_what_is_wrong_elsewhere_keeps_the_box_and_says_how_many(bisc, many, client_of):
    values = {**FORM, "subject": "", "everywhere": True}
    page = send(client_of("bisc colleague"), NEW, "Verstuur naar BiSC", **values).content.decode()
    assert f"{many} van de {many} locaties" in page
    assert 'name="everywhere"' in page and "checked" in page.partition('name="everywhere"')[2].partition(">")[0]


def test_with_few_locations_there_is_no_such_box(bisc, client_of):
    assert 'name="everywhere"' not in client_of("bisc colleague").get(NEW).content.decode()


@pytest.mark.parametrize(("language", "said"), [("nl", "51 tot en met 100 van 5.022"), ("en", "51 to 100 of 5,022")])
def test_a_large_count_has_the_mark_of_its_language(db, language, said):
    page = Page(list(range(5022)), 2, count=5022)
    with override(language):
        text = render_to_string("_pager.html", {"page": page}, RequestFactory().get("/tickets/"))
    assert said in " ".join(text.split())
