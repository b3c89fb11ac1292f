"""Contracts in the API: to staff all, to who leads a library those of that library, as its own page says them."""

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query

from tenants.refusals import NotAllowed
from tenants.web.paging import Page
from tenants.web.shapes import In, Out
from tickets.contracts import periods
from tickets.contracts.models import Contract, HoursBooking, HoursCard, LibraryContract, SupplierContract
from tickets.contracts.queries import (
    CardBalance,
    balances,
    bookings_of,
    contracts_visible_to,
    reads_all,
    supplier_contracts_visible_to,
)
from tickets.router import router
from tickets.shapes import NamedOut

LIBRARY, SUPPLIER = "library", "supplier"
KINDS = Annotated[str, Field(json_schema_extra={"enum": [LIBRARY, SUPPLIER]})]
ID = Annotated[str, Field(description="Such as library-12 or supplier-3.")]


class ContractOut(Out):
    """A contract with a library or a supplier; days are whole days, the last one included.

    `lastDay` is null while it goes on until somebody ends it; `noticeBy` is the last day on which notice can be given.
    From when on the organisation itself is warned is for staff; a library gets null there.
    """

    id: ID
    kind: KINDS
    number: str
    name: str
    library: NamedOut | None
    supplier: str | None
    platform: str | None
    from_on: date
    last_day: date | None
    term_end: date | None
    renewal: Annotated[str, Field(json_schema_extra={"enum": Contract.Renewal.values})]
    renewal_months: int
    notice_months: int
    notice_by: date | None
    warns_from: date | None
    in_force: bool


class ContractsOut(Out):
    """Contracts, 50 a page: those with libraries by name, then those with suppliers."""

    count: int
    items: list[ContractOut]
    next: str | None


class CardOut(Out):
    """An hours card, in minutes; the balance is below zero where more was used than was bought."""

    from_on: date
    until_on: date | None
    bought_minutes: int
    used_minutes: int
    balance_minutes: int


class BookingOut(Out):
    """What was booked; negative minutes give back. Who booked it is for staff; a library gets null there."""

    on: date
    minutes: int
    note: str
    ticket: str | None
    booked_by: str | None


class ContractHoursOut(Out):
    """The cards of a contract with all that was booked on them, the last day first, 50 a page."""

    cards: list[CardOut]
    count: int
    bookings: list[BookingOut]
    next: str | None


class Paged(In):
    """Which page."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1


@router.get("/contracts", response=ContractsOut)
def list_contracts(request: HttpRequest, asked: Query[Paged]):
    """The contracts that you may read: staff all, a director or key user those of the own library."""
    _require_reader(request)
    libraries = list(contracts_visible_to(request.standing))
    suppliers = list(supplier_contracts_visible_to(request.standing))
    both = [*libraries, *suppliers]
    page = Page(both, asked.page, count=len(both))
    return {"count": page.count, "items": [_contract(one, request) for one in page], "next": _next(request, page)}


@router.get("/contracts/{id}", response=ContractOut)
def get_contract(request: HttpRequest, id: str):
    """One contract."""
    return _contract(_found(request, id), request)


@router.get("/contracts/{id}/hours", response=ContractHoursOut)
def get_contract_hours(request: HttpRequest, id: str, asked: Query[Paged]):
    """The hours cards of a contract with a library, and what was booked on them."""
    contract = _found(request, id)
    if not isinstance(contract, LibraryContract):
        raise Http404
    cards = balances(HoursCard.objects.filter(contract=contract))
    page = Page(bookings_of(contract), asked.page)
    return {
        "cards": [_card(one) for one in cards],
        "count": page.count,
        "bookings": [_booking(one, contract, request) for one in page],
        "next": _next(request, page),
    }


def _require_reader(request: HttpRequest) -> None:
    if not (reads_all(request.standing) or request.standing.led_library_ids):
        raise NotAllowed


def _found(request: HttpRequest, id: str) -> LibraryContract | SupplierContract:
    """Return a contract that may be read, or raise Http404; NotAllowed for who may read none."""
    _require_reader(request)
    kind, _dash, number = id.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404
    readable: Any = {LIBRARY: contracts_visible_to, SUPPLIER: supplier_contracts_visible_to}.get(kind)
    found = readable and readable(request.standing).filter(pk=int(number)).first()
    if not found:
        raise Http404
    return found


def _contract(one: LibraryContract | SupplierContract, request: HttpRequest) -> dict[str, Any]:
    today, of_library = timezone.localdate(), isinstance(one, LibraryContract)
    return {
        "id": f"{LIBRARY if of_library else SUPPLIER}-{one.pk}",
        "kind": LIBRARY if of_library else SUPPLIER,
        "number": one.number,
        "name": one.name,
        "library": {"slug": one.library.slug, "name": one.library.name} if isinstance(one, LibraryContract) else None,
        "supplier": one.supplier if isinstance(one, SupplierContract) else None,
        "platform": one.platform.slug if isinstance(one, SupplierContract) else None,
        "from_on": one.from_on,
        "last_day": periods.last_day(one),
        "term_end": periods.term_end(one, max(today, one.from_on)),
        "renewal": one.renewal,
        "renewal_months": one.renewal_months,
        "notice_months": one.notice_months,
        "notice_by": periods.notice_by(one, today),
        "warns_from": periods.alert_on(one, today) if reads_all(request.standing) else None,
        "in_force": periods.in_force(one, today),
    }


def _card(one: CardBalance) -> dict[str, Any]:
    return {
        "from_on": one.card.from_on,
        "until_on": one.card.until_on,
        "bought_minutes": one.card.minutes,
        "used_minutes": one.used,
        "balance_minutes": one.balance,
    }


def _booking(one: HoursBooking, contract: LibraryContract, request: HttpRequest) -> dict[str, Any]:
    """Return a booking; the number of a ticket only where that is of the same library: it may have moved since."""
    inside = reads_all(request.standing)
    told = one.ticket is not None and one.ticket.library_id == contract.library_id
    return {
        "on": one.on,
        "minutes": one.minutes,
        "note": one.note,
        "ticket": one.ticket.number if one.ticket and told else None,
        "booked_by": one.made_by.name if inside and one.made_by else None,
    }


def _next(request: HttpRequest, page: Page) -> str | None:
    """Return the address of the page after this one."""
    if not page.next:
        return None
    query = request.GET.copy()
    query["page"] = str(page.next)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
