"""Contracts for tests: made as an administrator makes them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tickets.contracts import cards
from tickets.contracts.actions import make_contract, make_supplier_contract
from tickets.contracts.attached import add_contact, add_files
from tickets.contracts.models import ContractFile, HoursBooking, LibraryContract, SupplierContact, SupplierContract
from tickets.rules.models import RulesStamp

# Route -> which of what `planted` makes it is about; None: takes none.
ROUTES = {
    **dict.fromkeys(("contracts", "new_contract", "import_contracts", "supplier_contracts", "new_supplier_contract")),
    **dict.fromkeys(
        ("contract", "change_contract", "renew_contract", "end_contract", "contract_files", "new_card"), "contract"
    ),
    **dict.fromkeys(("contract_file", "remove_contract_file"), "contract_file"),
    **dict.fromkeys(("hours_card", "change_card"), "card"),
    "take_back": "booking",
    **dict.fromkeys(("supplier_contract", "change_supplier_contract", "renew_supplier_contract"), "supplier_contract"),
    **dict.fromkeys(("end_supplier_contract", "supplier_files", "supplier_contacts"), "supplier_contract"),
    "remove_contact": "contact",
    "library_contract": "own_library",
    "ticket_hours": "ticket",
}


def today() -> date:
    return timezone.localdate()


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def make(bisc, who="lead", library=None, **values):
    """Make a contract that began a year ago and ends in 200 days, unless `values` say otherwise."""
    values = {"name": "DVO", "from_on": ahead(-365), "until_on": ahead(200)} | values
    return make_contract(library=library or bisc.library, **values, by=bisc.actor(who))


def supplier(bisc, who="lead", **values):
    values = {"supplier": "OCLC", "name": "Licentie", "from_on": ahead(-365), "until_on": ahead(200)} | values
    return make_supplier_contract(platform=bisc.library.platform, **values, by=bisc.actor(who))


def stamp():
    return RulesStamp.objects.values_list("stamp", flat=True).first()


def refused(work) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        work()
    return refusal.value.message_dict


def text_file(name="dvo.txt", content=b"afspraken"):
    return SimpleUploadedFile(name, content)


def card_of(bisc, contract=None, **values):
    """Make a card of ten hours from a year ago on."""
    values = {"minutes": 600, "alert_minutes": 60, "from_on": ahead(-365)} | values
    return cards.add_card(contract=contract or make(bisc), **values, by=bisc.actor("lead"))


def planted(house, ticket, word: str) -> tuple[dict[str, dict], str]:
    """Make a contract with the first library, with a file, hours and a booking, and one with a supplier.

    Return the arguments of their addresses, and the name of the bytes to forget.
    """
    by, since = house.actor("lead"), date(2026, 1, 1)
    contract = make_contract(library=house.library, name=word, number=word, from_on=since, by=by)
    (file,) = add_files(contract=contract, uploads=[text_file(f"{word}.txt", word.encode())], by=by)
    card = cards.add_card(contract=contract, minutes=600, from_on=since, by=by)
    booking = cards.book_hours(card=card, minutes=60, on=today(), note=word, ticket=ticket, by=by)
    other = supplier(house, supplier=word, name=word)
    contact = add_contact(contract=other, name=word, by=by)
    kept = {
        "contract": {"pk": contract.pk},
        "contract_file": {"key": file.key},
        "card": {"pk": card.pk},
        "booking": {"pk": booking.pk},
        "supplier_contract": {"pk": other.pk},
        "contact": {"pk": contact.pk},
        "own_library": {"slug": house.library.slug},
    }
    return kept, file.storage_name


def untouched() -> bool:
    """Is all there as `planted` made it?"""
    ended = LibraryContract.objects.get().ended_on or SupplierContract.objects.get().ended_on
    counts = [one.objects.count() for one in (HoursBooking, ContractFile, SupplierContact)]
    return ended is None and counts == [1, 1, 1]
