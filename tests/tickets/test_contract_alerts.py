"""Warnings about contracts and hours cards: to whom, when, and once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tenants.models import OutboxEntry
from tenants.outbox import actions as outbox
from tests.tickets.agreed import ahead, card_of, make, supplier, today
from tickets.contracts.actions import end_contract, renew_contract
from tickets.contracts.alerts import TOPIC, send_warning, warn_of_contracts
from tickets.contracts.cards import book_hours, change_card


@pytest.fixture(autouse=True)
def empty_outbox(bisc):
    OutboxEntry.objects.all().delete()


def warn(days: int = 0) -> int:
    return warn_of_contracts(timezone.now() + timedelta(days=days))


def deliver(house) -> list[str]:
    """Do what the outbox holds; return the subjects of what was mailed."""
    mail.outbox.clear()
    for entry in OutboxEntry.objects.filter(topic=TOPIC):
        outbox.work(house.organisation.schema_name, entry.dedupe_key, send_warning, topic=TOPIC)
    return [one.subject for one in mail.outbox]


def test_notice_is_told_once_to_who_keeps_contracts(bisc):
    make(bisc, until_on=ahead(100))
    assert [warn() for _again in range(3)] == [1, 0, 0]
    (subject,) = deliver(bisc)
    assert subject.startswith("Bibliotheek een BiSC: besluit uiterlijk")
    assert mail.outbox[0].to == ["lead@bisc.example"] and "/contracts/" in mail.outbox[0].body
    assert deliver(bisc) == []


def test_what_was_told_is_not_told_again_when_the_outbox_forgot_it(bisc):
    make(bisc, until_on=ahead(100))
    warn()
    OutboxEntry.objects.all().delete()
    assert warn() == 0


def test_before_its_day_and_after_its_deadline_nothing_is_told(bisc):
    make(bisc, until_on=ahead(200))
    make(bisc, library=bisc.other_library, until_on=ahead(20))
    make(bisc, library=bisc.other_library, from_on=ahead(30), until_on=ahead(60))
    assert warn() == 0


def test_the_next_term_has_a_warning_of_its_own(bisc):
    make(bisc, until_on=ahead(100), renewal="tacit")
    assert [warn(), warn(100), warn(365)] == [1, 0, 1]


def test_a_suppliers_contract_warns_too(bisc):
    supplier(bisc, until_on=ahead(100))
    assert warn() == 1
    assert deliver(bisc)[0].startswith("OCLC: besluit uiterlijk")


@pytest.mark.parametrize("verb", ["renew", "end"])
def test_what_was_decided_meanwhile_is_not_mailed(bisc, verb):
    one, by = make(bisc, until_on=ahead(100)), bisc.actor("lead")
    warn()
    if verb == "renew":
        renew_contract(contract=one, until_on=ahead(900), by=by)
    else:
        end_contract(contract=one, on=today(), by=by)
    assert deliver(bisc) == []


def test_a_card_that_falls_to_its_alert_is_told_once(bisc):
    card = card_of(bisc)
    book_hours(card=card, minutes=539, on=today(), note="x", by=bisc.actor("desk"))
    assert warn() == 0
    book_hours(card=card, minutes=1, on=today(), note="x", by=bisc.actor("desk"))
    assert [warn(), warn()] == [1, 0]
    assert deliver(bisc) == ["Bibliotheek een BiSC: 1 u over op de strippenkaart"]


def test_a_card_with_enough_on_it_again_is_not_mailed(bisc):
    card = card_of(bisc)
    book_hours(card=card, minutes=600, on=today(), note="x", by=bisc.actor("desk"))
    warn()
    change_card(card=card, minutes=1200, alert_minutes=60, by=bisc.actor("lead"))
    assert deliver(bisc) == []


def test_who_keeps_no_contracts_any_more_hears_nothing(bisc):
    make(bisc, until_on=ahead(100))
    warn()
    bisc.people["lead"].memberships.update(until_on=ahead(-1))
    assert deliver(bisc) == []
