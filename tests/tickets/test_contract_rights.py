"""Who keeps and who reads contracts, and their files and people."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from tenants.access import keepers_of_contracts
from tenants.audit.models import AuditEntry
from tenants.refusals import NotAllowed
from tests.tickets.agreed import ahead, make, refused, supplier, text_file, today
from tickets.contracts.actions import (
    change_contract,
    end_contract,
    make_contract,
    renew_contract,
)
from tickets.contracts.attached import add_contact, add_files, remove_contact, remove_file
from tickets.contracts.cards import add_card
from tickets.contracts.models import ContractFile, SupplierContact
from tickets.contracts.queries import (
    contracts_visible_to,
    supplier_contracts_visible_to,
)
from tickets.retention.actions import tidy_bytes

EVERYBODY = ("desk", "keyuser", "colleague", "colleague2", "neighbour", "director", "seated", "former", "coming")


# ---- rights


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobody_but_a_desk_lead_or_administrator_keeps_contracts(bisc, who):
    one, other = make(bisc), supplier(bisc)
    contact = add_contact(contract=other, name="Loket", by=bisc.actor("lead"))
    (file,) = add_files(contract=one, uploads=[text_file()], by=bisc.actor("lead"))
    card = add_card(contract=one, minutes=60, from_on=today(), by=bisc.actor("lead"))
    by, day = bisc.actor(who), ahead(400)
    entries = AuditEntry.objects.count()
    for work in (
        lambda: make(bisc, who=who, library=bisc.other_library),
        lambda: supplier(bisc, who=who, number="2"),
        lambda: change_contract(contract=one, changes={"name": "x"}, by=by),
        lambda: renew_contract(contract=one, until_on=day, by=by),
        lambda: end_contract(contract=one, on=today(), by=by),
        lambda: add_files(contract=one, uploads=[text_file()], by=by),
        lambda: remove_file(file=file, by=by),
        lambda: add_contact(contract=other, name="x", by=by),
        lambda: remove_contact(contact=contact, by=by),
        lambda: add_card(contract=one, minutes=30, from_on=today(), by=by),
    ):
        with pytest.raises(NotAllowed):
            work()
    assert AuditEntry.objects.count() == entries
    assert card.contract.cards.count() == 1
    remove_file(file=file, by=bisc.actor("lead"))


def test_a_lead_elsewhere_keeps_no_contracts_here(cast, bisc):
    with pytest.raises(NotAllowed):
        make_contract(library=bisc.library, name="x", from_on=today(), by=cast.cubiss.actor("lead"))


def test_who_keeps_contracts_is_who_is_told(bisc):
    assert [one.email for one in keepers_of_contracts(bisc.organisation)] == ["lead@bisc.example"]


@pytest.mark.parametrize(
    ("who", "libraries", "suppliers"),
    [
        ("desk", 2, 1),
        ("lead", 2, 1),
        ("seated", 2, 1),
        ("keyuser", 1, 0),
        ("director", 1, 0),
        ("colleague", 0, 0),
        ("neighbour", 0, 0),
        ("former", 0, 0),
        ("coming", 0, 0),
    ],
)
def test_who_reads_which_contracts(bisc, who, libraries, suppliers):
    mine = make(bisc)
    make(bisc, library=bisc.other_library)
    supplier(bisc)
    standing = bisc.standing(who)
    found = contracts_visible_to(standing)
    assert (found.count(), supplier_contracts_visible_to(standing).count()) == (libraries, suppliers)
    assert libraries != 1 or found.get() == mine


def test_somebody_of_elsewhere_reads_none(cast, bisc):
    make(bisc)
    for who in ("desk", "lead", "keyuser", "guest"):
        assert contracts_visible_to(cast.cubiss.standing(who)).count() == 0


# ---- files and people


def test_add_files_keeps_bytes_that_the_nightly_tidying_leaves(bisc):
    (row,) = add_files(contract=make(bisc), uploads=[text_file()], by=bisc.actor("lead"))
    assert (row.name, row.size, default_storage.open(row.storage_name).read()) == ("dvo.txt", 9, b"afspraken")
    tidy_bytes(timezone.now() + timedelta(days=3))
    assert default_storage.exists(row.storage_name)
    default_storage.delete(row.storage_name)


def test_add_files_refuses_what_can_run_and_none(bisc):
    one, by = make(bisc), bisc.actor("lead")
    assert list(refused(lambda: add_files(contract=one, uploads=[text_file("a.exe")], by=by))) == ["files"]
    assert list(refused(lambda: add_files(contract=one, uploads=[], by=by))) == ["files"]
    assert not ContractFile.objects.exists()


def test_add_files_stops_at_fifty(bisc):
    one, by = make(bisc), bisc.actor("lead")
    rows = [
        ContractFile(
            library_contract=one,
            key=n,
            name="x",
            size=1,
            content_type="x",
            sha256="x",
            storage_name=n,
            made_at=by_now(),
        )
        for n in range(50)
    ]
    ContractFile.objects.bulk_create(rows)
    assert list(refused(lambda: add_files(contract=one, uploads=[text_file()], by=by))) == ["files"]


def by_now():
    return timezone.now()


def test_remove_file_takes_its_bytes_once_it_is_sure(bisc, django_capture_on_commit_callbacks):
    (row,) = add_files(contract=supplier(bisc), uploads=[text_file()], by=bisc.actor("lead"))
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file=row, by=bisc.actor("lead"))
        assert default_storage.exists(row.storage_name)
    assert not default_storage.exists(row.storage_name)
    remove_file(file=row, by=bisc.actor("lead"))  # gone already
    assert AuditEntry.objects.filter(action="contract.file_removed").count() == 1


def test_add_contact_names_somebody_once(bisc):
    one, by = supplier(bisc), bisc.actor("lead")
    for _twice in range(2):
        add_contact(contract=one, name="Storingsloket", task="nacht", email="loket@oclc.example", phone="088", by=by)
    found = SupplierContact.objects.get()
    assert (found.name, found.task, found.email, found.phone) == ("Storingsloket", "nacht", "loket@oclc.example", "088")
    remove_contact(contact=found, by=by)
    remove_contact(contact=found, by=by)
    assert not SupplierContact.objects.exists()


@pytest.mark.parametrize(("values", "field"), [({"name": ""}, "name"), ({"name": "x", "email": "geen"}, "email")])
def test_add_contact_refuses_beside_its_field(bisc, values, field):
    one = supplier(bisc)
    assert list(refused(lambda: add_contact(contract=one, **values, by=bisc.actor("lead")))) == [field]
