"""Contracts as somebody may see them, and how each of them stands on a day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tenants.access import Standing
from tenants.roles import Permission
from tenants.web.moments import day as in_words
from tickets.contracts import periods
from tickets.contracts.minutes import in_hours
from tickets.contracts.models import Contract, HoursBooking, HoursCard, LibraryContract, SupplierContract

SHOWS_FOR_DAYS = 90  # how long a contract that ended asks for a successor


def reads_all(standing: Standing) -> bool:
    """Does this person read all contracts of the organisation: staff, and who keeps them?"""
    return standing.is_staff or standing.may(Permission.CONTRACTS_KEEP)


def contracts_visible_to(standing: Standing) -> QuerySet[LibraryContract]:
    """Return the contracts with libraries that a person may read: all, or those of the libraries that they lead."""
    found = LibraryContract.objects.filter(library__organisation=standing.organisation).select_related("library")
    return found if reads_all(standing) else found.filter(library__in=standing.led_library_ids)


def supplier_contracts_visible_to(standing: Standing) -> QuerySet[SupplierContract]:
    """Return the contracts with suppliers that a person may read: staff and who keeps them, nobody else."""
    found = SupplierContract.objects.select_related("platform")
    return found if reads_all(standing) else found.none()


@dataclass(frozen=True)
class CardBalance:
    """An hours card, and what is used of it."""

    card: HoursCard
    used: int

    @property
    def balance(self) -> int:
        """What is left, in minutes; below nothing where more was used than was bought."""
        return self.card.minutes - self.used

    @property
    def is_low(self) -> bool:
        """Is so little left that somebody wanted to know?"""
        return self.balance <= self.card.alert_minutes

    @property
    def share(self) -> int:
        """The part that was used, of a hundred."""
        return max(0, min(100, round(100 * self.used / self.card.minutes))) if self.card.minutes else 100

    def counts(self, day: date) -> bool:
        """Is this a card of `day`?"""
        return self.card.from_on <= day and (self.card.until_on is None or day <= self.card.until_on)

    @property
    def words(self) -> str:
        """What is left, in a sentence."""
        bought = in_hours(self.card.minutes)
        if self.balance < 0:
            return _("%(over)s more used than the %(bought)s bought") % {
                "over": in_hours(-self.balance),
                "bought": bought,
            }
        return _("%(left)s left of %(bought)s") % {"left": in_hours(self.balance), "bought": bought}


def balances(cards: QuerySet[HoursCard]) -> list[CardBalance]:
    """Return cards with what is used of each; one query."""
    found = cards.annotate(used_minutes=Coalesce(Sum("bookings__minutes"), 0)).order_by("from_on", "pk")
    return [CardBalance(one, one.used_minutes) for one in found]


def bookings_of(contract: LibraryContract) -> QuerySet[HoursBooking]:
    """Return what was booked on the cards of a contract, the last day first."""
    return HoursBooking.objects.filter(card__contract=contract).select_related("ticket", "made_by", "card")


@dataclass(frozen=True)
class Situation:
    """How a contract stands: a word, a colour, what is to be done and how soon (0 first)."""

    kind: str
    word: str
    colour: str
    order: int
    advice: str = ""

    @property
    def asks(self) -> bool:
        """Is there something to do?"""
        return self.order < 5


def situation(contract: Contract, today: date, succeeded: bool = False) -> Situation:
    """Return how a contract stands `today`; `succeeded`: another one comes after it or is in force."""
    last = periods.last_day(contract)
    if periods.is_over(contract, today):
        if last is not None and last < contract.from_on:
            return Situation("void", _("never began"), "", 9)
        asks = not succeeded and contract.ended_on is None and last and (today - last).days <= SHOWS_FOR_DAYS
        if asks:
            return Situation("expired", _("expired"), "red", 0, _("Nothing came after it."))
        return Situation("over", _("has ended"), "", 9)
    if contract.ended_on is not None:
        return Situation("ends", _("ends %(day)s") % {"day": in_words(contract.ended_on)}, "amber", 5)
    deadline, alert = periods.notice_by(contract, today), periods.alert_on(contract, today)
    if deadline and alert and alert <= today and contract.from_on <= today:
        return _near_its_end(contract, today, deadline)
    if contract.from_on > today:
        return Situation("coming", _("from %(day)s") % {"day": in_words(contract.from_on)}, "", 6)
    return Situation("runs", _("in force"), "green", 7)


def _near_its_end(contract: Contract, today: date, deadline: date) -> Situation:
    end = {"day": in_words(periods.term_end(contract, today)), "deadline": in_words(deadline)}
    if periods.is_tacit(contract):
        if today > deadline:
            return Situation("goes_on", _("goes on after %(day)s") % end, "green", 7)
        says = _("Goes on after %(day)s by itself, unless notice is given by %(deadline)s.") % end
        return Situation("notice", _("notice until %(deadline)s") % end, "amber", 2, says)
    says = _("Ends on %(day)s unless it is renewed.") % end
    if today > deadline:
        return Situation("notice", _("ends %(day)s") % end, "red", 1, says)
    return Situation("notice", _("decide by %(deadline)s") % end, "amber", 2, says)


@dataclass(frozen=True)
class Row:
    """A contract as a list shows it."""

    contract: Any
    situation: Situation
    cards: list[CardBalance] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Is there something to do about it?"""
        return self.situation.asks or any(one.is_low for one in self.cards)

    @property
    def order(self) -> int:
        """How far down the list it stands."""
        low = [1 if one.balance < 0 else 3 for one in self.cards if one.is_low]
        return min([self.situation.order, *low])


STATES = ("attention", "current", "over", "all")


def rows_of_libraries(standing: Standing, today: date, state: str = "current", text: str = "") -> list[Row]:
    """Return the contracts with libraries, what asks something first; three queries.

    `state` is one of STATES; `text` is a part of the library's name, or of the name or number of the contract.
    """
    contracts = list(contracts_visible_to(standing).order_by("library__sort_name", "-from_on", "-pk"))
    cards: dict[int, list[CardBalance]] = {}
    for one in balances(HoursCard.objects.filter(contract__in=[one.pk for one in contracts])):
        if one.counts(today):
            cards.setdefault(one.card.contract_id, []).append(one)
    alive = {one.library_id for one in contracts if not periods.is_over(one, today)}
    rows = [Row(one, situation(one, today, one.library_id in alive), cards.get(one.pk, [])) for one in contracts]
    found = [one for one in rows if _of(one, state, today) and _says(one, text, one.contract.library.name)]
    return sorted(found, key=lambda one: one.order)


def rows_of_suppliers(standing: Standing, today: date, state: str = "current", text: str = "") -> list[Row]:
    """Return the contracts with suppliers as `rows_of_libraries` does; one query."""
    contracts = list(supplier_contracts_visible_to(standing).order_by("supplier", "-from_on", "-pk"))
    alive = {(one.supplier, one.platform_id) for one in contracts if not periods.is_over(one, today)}
    rows = [Row(one, situation(one, today, (one.supplier, one.platform_id) in alive)) for one in contracts]
    said = [f"{one.contract.supplier} {one.contract.platform.name}" for one in rows]
    found = [one for one, words in zip(rows, said, strict=True) if _of(one, state, today) and _says(one, text, words)]
    return sorted(found, key=lambda one: one.order)


def _of(row: Row, state: str, today: date) -> bool:
    if state == "attention":
        return row.asks
    if state == "current":
        return row.asks or not periods.is_over(row.contract, today)
    return state == "all" or periods.is_over(row.contract, today)


def _says(row: Row, text: str, words: str) -> bool:
    return text.casefold() in f"{words} {row.contract.name} {row.contract.number}".casefold()
