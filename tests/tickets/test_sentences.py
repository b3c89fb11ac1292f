"""History in sentences: what changed from what to what, and what a library reads of it."""

from tests.tickets.verbs import PLANNED, SUPPLIER
from tickets.desk import actions as verbs


def test_history_says_from_what_to_what_and_the_library_reads_what_it_may(bisc, ticket, client_of):
    desk = bisc.actor("desk")
    changes = {"subject": "Pas doet niets", "urgency": "low", "impact": "high", "assignee": bisc.people["lead"]}
    verbs.edit(ticket=ticket, changes=changes, by=desk)
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=desk)
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, by=desk)
    pages = {who: client_of(f"bisc {who}").get("/tickets/BISC-1/").content.decode() for who in ("desk", "colleague")}
    for page in pages.values():
        assert "Onderwerp: van ‘Zelfservice zegt kwartelzang’ naar ‘Pas doet niets’" in page
        assert "Urgentie: van ‘hoog’ naar ‘laag’" in page
        assert "Leverancier: ‘OCLC’" in page
        assert "‘1 jan 2099’" in page
    assert "Impact: van ‘laag’ naar ‘hoog’" in pages["desk"] and "Impact:" not in pages["colleague"]
    lead = f"Behandelaar: ‘{bisc.people['lead'].name}’"
    assert lead in pages["desk"] and lead not in pages["colleague"]
