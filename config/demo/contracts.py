"""Contracts and hours cards of the demo's organisations, made by their lead as anybody makes them."""

from datetime import date, timedelta

from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.models import Library, Person
from tickets.agreements.actions import change_agreement, make_agreement
from tickets.contracts.actions import make_contract, make_supplier_contract
from tickets.contracts.attached import add_contact
from tickets.contracts.cards import add_card, book_hours
from tickets.models import Agreement, LibraryContract

# Of each of the first three libraries: its last day in days from now, how it is renewed, hours bought, minutes used.
LIBRARIES = (
    (400, "tacit", 40, 37 * 60 + 30),
    (110, "express", 24, 23 * 60 + 15),
    (250, "express", 0, 0),
)
WORK = ("Inrichting van de catalogus", "Koppeling met de zelfservice", "Training voor nieuwe medewerkers", "Rapportage")


# Within which time the supplier has it done, and what the first library's own contract says of answering and resolving.
SUPPLIER = {"critical": "4 uur", "high": "2 werkdagen", "medium": "10 werkdagen", "low": "20 werkdagen"}
OWN = {"critical": ("30 min", "4 uur"), "high": ("2 uur", "1 werkdag"), "medium": ("4 uur", "3 werkdagen")}


def make_contracts(slug: str) -> None:
    """Make contracts for three libraries, two with an hours card almost used up, and one with a supplier; once."""
    if LibraryContract.objects.exists():
        return
    by = Actor.of(standing(Person.objects.get(email=f"lead@{slug}.example"), current_organisation()))
    today = timezone.localdate()
    libraries = list(Library.objects.current().filter(organisation=current_organisation()).order_by("pk")[:3])
    for number, (library, (days, renewal, hours, used)) in enumerate(zip(libraries, LIBRARIES, strict=False), 1):
        contract = make_contract(
            library=library,
            name="Dienstverleningsovereenkomst",
            number=f"{slug.upper()}-DVO-{number:02d}",
            from_on=date(today.year - 1, 1, 1),
            until_on=today + timedelta(days=days),
            renewal=renewal,
            by=by,
        )
        if hours:
            _card(contract, hours * 60, used, by)
        if number == 1:
            _promise(
                make_agreement(contract=contract, by=by), ("first_answer", "resolution"), OWN, contract.from_on, by
            )
    if libraries:
        supplier = make_supplier_contract(
            platform=libraries[0].platform,
            supplier="OCLC",
            name="Licentie en onderhoud (demo)",
            number=f"{slug.upper()}-L-01",
            terms="Storingen die een vestiging stilleggen, dag en nacht. Een nieuwe versie twee keer per jaar.",
            from_on=date(today.year - 1, 1, 1),
            until_on=date(today.year + 2, 12, 31),
            renewal="tacit",
            by=by,
        )
        rows = {priority: (text,) for priority, text in SUPPLIER.items()}
        _promise(make_agreement(supplier_contract=supplier, by=by), ("supplier",), rows, supplier.from_on, by)
        add_contact(contract=supplier, name="Storingsloket", task="storingen", email="loket@leverancier.example", by=by)


def _promise(agreement: Agreement, clocks: tuple[str, ...], rows: dict[str, tuple], first: date, by: Actor) -> None:
    """Let an agreement say something of these clocks, by priority, from the first day of its contract on."""
    targets = {
        ("*", priority, clock): text for priority, row in rows.items() for clock, text in zip(clocks, row, strict=True)
    }
    change_agreement(agreement=agreement, from_on=first, targets=targets, by=by, today=first)


def _card(contract: LibraryContract, minutes: int, used: int, by: Actor) -> None:
    today = timezone.localdate()
    begins = date(today.year, 1, 1)
    card = add_card(contract=contract, minutes=minutes, alert_minutes=240, from_on=begins, by=by)
    days = max(1, (today - begins).days)
    for turn in range(15):
        on = begins + timedelta(days=days * turn // 15)
        part = used // 15 if turn else used - 14 * (used // 15)
        book_hours(card=card, minutes=part, on=on, note=WORK[turn % len(WORK)], by=by)
