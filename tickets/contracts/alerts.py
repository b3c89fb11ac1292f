"""One mail to who keeps contracts: when a decision about a contract comes near, and when an hours card is nearly empty.

That somebody was told is kept in the trail, so that it is said once, however often the task runs.
"""

from datetime import date, datetime

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants.access import keepers_of_contracts
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.audit.queries import entries_of
from tenants.context import current_organisation
from tenants.models import Person
from tenants.organisations.queries import address_of
from tenants.outbox import actions as outbox
from tenants.outbox.headers import headers_of
from tenants.outbox.models import OutboxEntry
from tickets.contracts import periods
from tickets.contracts.actions import one_at_a_time
from tickets.contracts.minutes import in_hours
from tickets.contracts.models import HoursCard, LibraryContract, SupplierContract
from tickets.contracts.queries import balances

TOPIC = "tickets.contract_notices"
WARNED = "contract.warned"
BY = Actor.of_system("contracts")
KINDS = {"library": LibraryContract, "supplier": SupplierContract}


@transaction.atomic
def warn_of_contracts(now: datetime) -> int:
    """Write a mail to each who keeps contracts for all that has to be said and was not; return how many subjects.

    A subject is the notice of one term of a contract, or one hours card that fell to its alert.
    """
    one_at_a_time()
    due = [*_notices(timezone.localdate(now)), *_cards(timezone.localdate(now))]
    told = set(entries_of(WARNED, current_organisation()).values_list("object", flat=True))
    new = [one for one in due if one not in told]
    keepers = list(keepers_of_contracts(current_organisation()).order_by("pk")) if new else []
    for subject in new if keepers else ():
        for person in keepers:
            outbox.put(
                organisation=current_organisation(),
                topic=TOPIC,
                address=f"{subject} to {person.pk}",
                dedupe_key=f"contract {subject} to {person.pk}",
            )
        record(action=WARNED, by=BY, organisation=current_organisation(), object=subject, to=len(keepers))
    return len(new) if keepers else 0


def _notices(today: date) -> list[str]:
    found = []
    for kind, model in KINDS.items():
        for one in model.objects.all():
            alert, deadline = periods.alert_on(one, today), periods.notice_by(one, today)
            if alert and deadline and alert <= today <= deadline and one.from_on <= today:
                found.append(f"{kind} {one.pk} {deadline}")
    return found


def _cards(today: date) -> list[str]:
    cards = HoursCard.objects.filter(from_on__lte=today).exclude(until_on__lt=today).select_related("contract")
    low = [one for one in balances(cards) if one.is_low and not periods.is_over(one.card.contract, today)]
    return [f"card {one.card.pk} {one.card.minutes}" for one in low]


def send_warning(entry: OutboxEntry) -> None:
    """Mail one person what an entry is about, unless it no longer holds, or they keep no contracts any more."""
    kind, pk, what, _to, person_pk = entry.address.split()
    person = keepers_of_contracts(current_organisation()).filter(pk=person_pk).first()
    words = _words_of_card(int(pk)) if kind == "card" else _words_of_notice(kind, int(pk), what)
    if person is not None and words is not None:
        _mail(entry, person, words)


def _words_of_notice(kind: str, pk: int, deadline: str) -> dict[str, object] | None:
    """Return what a mail says of a contract; None where it was renewed or ended meanwhile."""
    contract = KINDS[kind].objects.filter(pk=pk).first()
    today = timezone.localdate()
    if contract is None or str(periods.notice_by(contract, today)) != deadline:
        return None
    name = "contract" if kind == "library" else "supplier_contract"
    return {
        "contract": contract,
        "with": contract.library.name if isinstance(contract, LibraryContract) else contract.supplier,
        "deadline": date.fromisoformat(deadline),
        "ends": periods.term_end(contract, today),
        "is_tacit": periods.is_tacit(contract),
        "link": address_of(current_organisation(), reverse(name, args=[pk], urlconf="config.urls")),
    }


def _words_of_card(pk: int) -> dict[str, object] | None:
    """Return what a mail says of a card; None where there is enough on it again."""
    found = balances(HoursCard.objects.filter(pk=pk).select_related("contract__library"))
    if not found or not found[0].is_low:
        return None
    contract = found[0].card.contract
    link = address_of(current_organisation(), reverse("hours_card", args=[pk], urlconf="config.urls"))
    return {"card": found[0], "contract": contract, "with": contract.library.name, "link": link}


def _mail(entry: OutboxEntry, person: Person, words: dict[str, object]) -> None:
    with translation.override(person.language):
        card = words.get("card")
        if card is not None:
            left = in_hours(card.balance)  # type: ignore[attr-defined]
            words = {**words, "left": left, "said": card.words}  # type: ignore[attr-defined]
        name = "tickets/mail/contract_card" if card is not None else "tickets/mail/contract_notice"
        EmailMessage(
            subject=" ".join(render_to_string(f"{name}_subject.txt", words).split()),
            body=render_to_string(f"{name}_body.txt", {**words, "name": person.name}),
            to=[person.email],
            headers=headers_of(entry),
        ).send()
