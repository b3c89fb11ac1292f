"""Pages on contracts: who opens which, what stands beside which field, what a library reads of its own."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from tenants.context import inside
from tests.browsing import form_with, press, send, upload
from tests.tickets.agreed import ROUTES, ahead, card_of, make, planted, supplier, today
from tickets.contracts.cards import book_hours
from tickets.contracts.models import HoursBooking, LibraryContract, SupplierContract

LEADS_OWN = {"contracts": 302, "library_contract": 200, "contract_file": 200}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("bisc lead", 200),
        ("bisc desk", 200),
        ("bisc keyuser", 403),
        ("bisc director", 403),
        ("bisc colleague", 403),
        ("bisc neighbour", 403),
        ("cubiss desk", 404),
        ("cubiss keyuser", 404),
        ("stranger", 404),
    ],
)
def test_who_opens_which_page(cast, bisc, ticket, client_of, who, may):
    """Staff and who keeps contracts read all, who leads a library that of its own, a colleague and others none."""
    kept, stored = planted(bisc, ticket, "zeldzaam")
    kept["ticket"] = {"number": ticket.number}
    reads = {"contracts", "supplier_contracts", "contract", "supplier_contract", "hours_card", "contract_file"}
    reads |= {"library_contract", "ticket_hours"}
    posts = {
        "contract_files",
        "remove_contract_file",
        "take_back",
        "supplier_files",
        "supplier_contacts",
        "remove_contact",
    }
    own = who in ("bisc keyuser", "bisc director")
    with inside(None):
        client = client_of(who)
        for name, kind in ROUTES.items():
            path = reverse(name, kwargs=kept[kind] if kind else {}, urlconf="config.urls")
            answer = client.get(path)
            expected = 405 if name in posts else may
            if who == "bisc desk" and name not in reads | posts:
                expected = 403
            elif own:
                expected = LEADS_OWN.get(name, expected)
            hidden = {"bisc neighbour": {"library_contract", "ticket_hours", "contract_file"}}
            hidden["bisc colleague"] = {"contract_file"}
            if may == 404 or name in hidden.get(who, ()):
                expected = 404
            assert answer.status_code == expected, (name, answer.status_code)
            if may != 200 and not (own and name in LEADS_OWN):
                assert "zeldzaam" not in answer.content.decode()
    default_storage.delete(stored)


def test_a_contract_is_made_changed_renewed_and_ended_by_its_pages(bisc, client_of):
    client = client_of("bisc lead")
    given = {"library": "bisc-een", "name": "DVO", "from_on": str(ahead(-10)), "until_on": str(ahead(300))}
    made = send(client, "/contracts/new/", "Maken", **given)
    pk = LibraryContract.objects.get().pk
    assert (made.status_code, made["Location"]) == (302, f"/contracts/{pk}/")
    assert send(client, f"/contracts/{pk}/change/", "Opslaan", number="A-1").status_code == 302
    assert send(client, f"/contracts/{pk}/renew/", "Verlengen", until_on=str(ahead(665))).status_code == 302
    assert send(client, f"/contracts/{pk}/end/", "Beëindigen", on=str(ahead(20))).status_code == 302
    found = LibraryContract.objects.get()
    assert (found.number, found.until_on, found.ended_on) == ("A-1", ahead(665), ahead(20))
    assert "eindigt" in client.get(f"/contracts/{pk}/").content.decode()


def test_a_period_that_another_has_stands_beside_the_day_and_nothing_typed_is_lost(bisc, client_of):
    make(bisc, name="Vorige")
    given = {"library": "bisc-een", "name": "Tweede", "from_on": str(today())}
    answer = send(client_of("bisc lead"), "/contracts/new/", "Maken", **given)
    page = answer.content.decode()
    assert answer.status_code == 422 and '<a href="#id_from_on">' in page and 'value="Tweede"' in page
    assert "“Vorige” loopt van" in page


def test_a_suppliers_contract_and_whom_to_call(bisc, client_of):
    client = client_of("bisc lead")
    given = {"platform": "midden-zuid", "supplier": "OCLC", "name": "Licentie", "from_on": str(today())}
    send(client, "/contracts/suppliers/new/", "Maken", **given)
    path = f"/contracts/suppliers/{SupplierContract.objects.get().pk}/"
    assert send(client, path, "Toevoegen", name="Loket", email="geen adres").status_code == 422
    assert send(client, path, "Toevoegen", name="Loket", email="loket@oclc.example").status_code == 302
    assert "loket@oclc.example" in client.get(path).content.decode()
    send(client, path, "Weghalen")
    assert "loket@oclc.example" not in client.get(path).content.decode()


def test_a_file_is_kept_fetched_and_taken_away(bisc, client_of):
    client, one = client_of("bisc lead"), make(bisc)
    path = f"/contracts/{one.pk}/"
    assert send(client, path, "Bestanden toevoegen", files=upload("kwaad.exe")).status_code == 422
    assert send(client, path, "Bestanden toevoegen", files=upload("dvo.txt", b"afspraak")).status_code == 302
    file = one.files.get()
    answer = client.get(f"/contracts/files/{file.key}/")
    assert (b"".join(answer.streaming_content), answer["Content-Disposition"][:10]) == (b"afspraak", "attachment")
    assert send(client, path, "Weghalen").status_code == 302
    assert one.files.count() == 0
    default_storage.delete(file.storage_name)


def test_staff_book_on_a_card_and_back(bisc, ticket, client_of):
    client, card = client_of("bisc desk"), card_of(bisc)
    path = f"/contracts/cards/{card.pk}/"
    page = client.get(path)
    form = form_with(page, "Boeken", path)
    values = {"minutes": "1,5", "ticket": ticket.number.lower(), "note": "inrichting"}
    assert [press(client, form, "Boeken", **values).status_code for _twice in range(2)] == [302, 302]
    booking = HoursBooking.objects.get()
    assert (booking.minutes, booking.ticket, booking.note) == (90, ticket, "inrichting")
    assert "8 u 30 over van 10 u" in client.get(path).content.decode()
    assert send(client, path, "Terugboeken").status_code == 302
    assert "Terugboeken" not in client.get(path).content.decode()
    assert HoursBooking.objects.count() == 2


def test_hours_that_cannot_be_stand_beside_their_field(bisc, ticket, client_of):
    client, card = client_of("bisc desk"), card_of(bisc)
    answer = send(client, f"/contracts/cards/{card.pk}/", "Boeken", minutes="veel", ticket="BISC-999")
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="veel"' in page and "Er is geen melding BISC-999." in page
    assert "Schrijf uren als 1:30" in page


def test_more_than_was_bought_is_booked_with_a_warning(bisc, client_of):
    client, card = client_of("bisc desk"), card_of(bisc)
    send(client, f"/contracts/cards/{card.pk}/", "Boeken", minutes="11", note="veel werk")
    page = client.get(f"/contracts/cards/{card.pk}/").content.decode()
    assert "Er is nu meer gebruikt dan gekocht: 1 u." in page and "over de kaart heen" in page


def test_hours_are_booked_from_a_ticket(bisc, ticket, client_of):
    client = client_of("bisc desk")
    assert "heeft vandaag geen strippenkaart" in client.get(f"/tickets/{ticket.number}/hours/").content.decode()
    card_of(bisc)
    assert send(client, f"/tickets/{ticket.number}/hours/", "Boeken", minutes="45 min").status_code == 302
    assert HoursBooking.objects.get().ticket == ticket
    assert f"/tickets/{ticket.number}/hours/" in client.get(f"/tickets/{ticket.number}/").content.decode()


def test_a_library_reads_its_own_contract_and_hours_and_no_name_of_who_booked(bisc, ticket, client_of):
    one = make(bisc, name="Onze DVO")
    card = card_of(bisc, one)
    book_hours(card=card, minutes=90, on=today(), note="inrichting", ticket=ticket, by=bisc.actor("desk"))
    make(bisc, name="Van een ander", library=bisc.other_library)
    for who in ("bisc keyuser", "bisc director"):
        page = client_of(who).get("/libraries/bisc-een/contract/").content.decode()
        assert "Onze DVO" in page and "8 u 30 over van 10 u" in page and ticket.number in page and "inrichting" in page
        assert "Desk BiSC" not in page and "Van een ander" not in page and "Terugboeken" not in page
        assert client_of(who).get("/libraries/bisc-twee/contract/").status_code == 404
        assert "/libraries/bisc-een/contract/" in client_of(who).get("/libraries/bisc-een/").content.decode()
    assert "/contract/" not in client_of("bisc colleague").get("/libraries/bisc-een/").content.decode()


def test_a_ticket_that_went_to_another_library_is_named_to_neither(bisc, ticket, client_of):
    card = card_of(bisc)
    book_hours(card=card, minutes=90, on=today(), note="werk", ticket=ticket, by=bisc.actor("desk"))
    type(ticket).objects.filter(pk=ticket.pk).update(library=bisc.other_library)
    assert ticket.number not in client_of("bisc keyuser").get("/libraries/bisc-een/contract/").content.decode()


def test_lists_say_what_asks_attention_and_what_was_found(bisc, client_of):
    client = client_of("bisc desk")
    assert "Nog geen contracten." in client.get("/contracts/").content.decode()
    make(bisc, until_on=ahead(100))
    supplier(bisc)
    page = client.get("/contracts/").content.decode()
    assert "1 contract vraagt aandacht" in page and "besluit uiterlijk" in page
    assert "Geen contract gevonden." in client.get("/contracts/?find=niets").content.decode()
    assert "Licentie" in client.get("/contracts/suppliers/?state=all").content.decode()
    assert client.get("/contracts/?state=onzin&page=x").status_code == 200
