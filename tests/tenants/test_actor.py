"""Who acts: history and trail say by which way, and from where."""

import pytest

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tickets.models import Ticket


def test_history_says_whether_a_person_clicked_or_a_program_did_it(bisc, ticket, client_of, api_of):
    with inside(None):
        client_of("bisc desk").post("/tickets/BISC-1/messages/", {"body": "Met de hand"})
        api_of("bisc desk")("POST", "/tickets/BISC-1/messages", {"body": "Door een programma"})
    events = Ticket.objects.get(number="BISC-1").events.order_by("pk")
    assert [one.channel for one in events][-2:] == ["page", "api"]


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_the_trail_says_from_where(cast, client_of, address):
    values = {"email": "nieuw@bisc.example", "name": "Nieuw", "language": "nl", "role": "desk_lead"}
    assert client_of("bisc lead").post("/people/", values, REMOTE_ADDR=address).status_code == 302
    line = AuditEntry.objects.get(action="person.invited")
    assert (line.actor, line.channel, line.origin) == (cast.bisc.people["lead"], "page", address)
