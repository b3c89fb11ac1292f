"""Taking in contracts with libraries from a CSV file: all of it or nothing, and the same again changes nothing.

The columns have the Dutch names that a functional manager uses in a spreadsheet.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.identifiers import as_isil
from tenants.imports.reading import Line, Trouble, read
from tenants.models import Isil, Library
from tenants.web.moments import day as in_words
from tickets.contracts import periods
from tickets.contracts.actions import change_contract, make_contract, one_at_a_time, renew_contract, require_keeper
from tickets.contracts.cards import add_card
from tickets.contracts.minutes import in_hours, read_minutes
from tickets.contracts.models import Contract, LibraryContract

LINES = 2000
KEY = "bibliotheek"
RENEWALS = {
    "stilzwijgend": Contract.Renewal.TACIT,
    "uitdrukkelijk": Contract.Renewal.EXPRESS,
    "ja": Contract.Renewal.TACIT,
    "nee": Contract.Renewal.EXPRESS,
}


def _day(cell: str) -> date:
    for form in ("%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(cell, form).date()
        except ValueError:
            continue
    raise ValidationError(_("Write a day as 2026-12-31 or 31-12-2026."))


def _count(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) < 5):
        raise ValidationError(_("Write a whole number."))
    return int(cell)


def _renewal(cell: str) -> str:
    if cell.lower() not in RENEWALS:
        raise ValidationError(_("Use one of: %(words)s.") % {"words": ", ".join(sorted(RENEWALS))})
    return RENEWALS[cell.lower()].value


def _hours(cell: str) -> int:
    try:
        return read_minutes(cell)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _text(cell: str) -> str:
    return cell


def _library(cell: str) -> Library:
    here = Library.objects.filter(organisation=current_organisation())
    found = here.filter(slug=cell).first()
    if found is None:
        given = Isil.objects.filter(value=as_isil(cell), library__in=here).select_related("library").first()
        found = given.library if given else None
    if found is None:
        raise ValidationError(_("There is no library “%(cell)s” here. Use its ISIL or short name.") % {"cell": cell})
    return found


# Column -> the argument of the verb that it fills, and what a cell of it means.
COLUMNS: dict[str, tuple[str, Callable[[str], Any]]] = {
    KEY: ("library", _library),
    "nummer": ("number", _text),
    "naam": ("name", _text),
    "van": ("from_on", _day),
    "tot": ("until_on", _day),
    "opzegtermijn": ("notice_months", _count),
    "verlenging": ("renewal", _renewal),
    "verlengen met": ("renewal_months", _count),
    "waarschuwen": ("alert_days", _count),
    "uren": ("hours", _hours),
    "waarschuwen bij": ("alert", _hours),
}
COLUMN_OF = {name: column for column, (name, _meaning) in COLUMNS.items()} | {"minutes": "uren", "on": "tot"}


@dataclass(frozen=True)
class Taken:
    """What becomes of a line: which contract it is about, whether it is made, and what else happens."""

    line: int
    library: str
    name: str
    made: bool
    acts: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """made, changed or left."""
        return "made" if self.made else "changed" if self.acts else "left"


@dataclass
class Report:
    """What became of each line, or would become of it; or what is wrong, and then nothing was written."""

    taken: list[Taken] = field(default_factory=list)
    refused: list[Trouble] = field(default_factory=list)
    written: bool = False

    def count(self, outcome: str) -> int:
        """Return how many lines came to `outcome` (made, changed, left)."""
        return sum(one.outcome == outcome for one in self.taken)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines came to what."""
        return {outcome: self.count(outcome) for outcome in ("made", "changed", "left")}


def import_contracts(*, content: bytes, dry_run: bool = False, by: Actor) -> Report:
    """Make and change contracts as a file says, in one transaction, and return what became of each line.

    A line is about the contract of its library with its number or, where it has none, its first day. What a line does
    not say stays as it is. When anything is wrong on any line nothing is written, and the report has all of it;
    neither is with `dry_run`. Raises NotAllowed for anyone but a desk lead or an administrator.
    """
    require_keeper(by)
    report = Report()
    with transaction.atomic():
        one_at_a_time()
        lines, report.refused = read(content, COLUMNS, KEY, unique=False)
        if len(lines) > LINES:
            report.refused.append(Trouble(1, "", _("At most %(most)s contracts at once.") % {"most": LINES}))
            lines = []
        for line in lines:
            try:
                with transaction.atomic():
                    report.taken.append(_take(line, by))
            except ValidationError as error:
                report.refused += _told(line.number, error)
        report.refused.sort(key=lambda one: one.line)
        report.written = not (dry_run or report.refused)
        if report.written:
            record(action="contract.imported", by=by, organisation=current_organisation(), **report.counts)
        else:
            transaction.set_rollback(True)
    return report


def _told(line: int, error: ValidationError) -> list[Trouble]:
    by_field: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return [Trouble(line, COLUMN_OF.get(name, ""), says) for name, all_of_it in by_field.items() for says in all_of_it]


def _meant(line: Line) -> dict[str, Any]:
    values, errors = {}, {}
    for column, cell in line.cells.items():
        name, meaning = COLUMNS[column]
        try:
            if cell:
                values[name] = meaning(cell)
        except ValidationError as error:
            errors[name] = error.messages
    if errors:
        raise ValidationError(errors)
    return values


def _take(line: Line, by: Actor) -> Taken:
    values = _meant(line)
    hours, alert = values.pop("hours", None), values.pop("alert", 0)
    contract, acts = _there(values), list[str]()
    made = contract is None
    if contract is None:
        missing = {name: _("This is needed to make it.") for name in ("name", "from_on") if name not in values}
        if missing:
            raise ValidationError(missing)
        contract = make_contract(**values, by=by)
    else:
        acts += _changed(contract, values, by)
        contract.refresh_from_db()
    if hours is not None:
        acts += _carded(contract, hours, alert, by)
    return Taken(line.number, contract.library.name, contract.name, made, tuple(acts))


def _there(values: dict[str, Any]) -> LibraryContract | None:
    """Return the contract that a line is about, if there is one."""
    of_library = LibraryContract.objects.filter(library=values["library"]).select_related("library")
    if values.get("number"):
        return of_library.filter(number=values["number"]).order_by("-from_on").first()
    return of_library.filter(from_on=values.get("from_on")).first()


def _changed(contract: LibraryContract, values: dict[str, Any], by: Actor) -> list[str]:
    begins = values.get("from_on", contract.from_on)
    if begins != contract.from_on:
        says = _("Contract %(number)s begins on %(day)s; give another one its own number.")
        raise ValidationError({"from_on": says % {"number": contract.number, "day": in_words(contract.from_on)}})
    acts, until_on = [], values.get("until_on")
    facts = {name: value for name, value in values.items() if name not in ("library", "from_on", "until_on")}
    different = {name for name, value in facts.items() if getattr(contract, name) != value}
    if different:
        change_contract(contract=contract, changes=facts, by=by)
        columns = ", ".join(COLUMN_OF[name] for name in COLUMN_OF if name in different)
        acts.append(_("changed: %(columns)s") % {"columns": columns})
        contract.refresh_from_db()
    if until_on is not None and not _says_the_same(contract, until_on):
        if contract.until_on is not None and until_on < contract.until_on:
            says = _("It runs until %(day)s; end it on its own page.") % {"day": in_words(contract.until_on)}
            raise ValidationError({"until_on": says})
        renew_contract(contract=contract, until_on=until_on, by=by)
        acts.append(_("renewed until %(day)s") % {"day": in_words(until_on)})
    return acts


def _says_the_same(contract: LibraryContract, until_on: date) -> bool:
    """Is this the end that the contract has, or had before it was renewed tacitly?"""
    if contract.until_on is None or until_on >= contract.until_on or not periods.is_tacit(contract):
        return until_on == contract.until_on
    before = LibraryContract(
        from_on=contract.from_on,
        until_on=until_on,
        renewal=contract.renewal,
        renewal_months=contract.renewal_months,
    )
    return periods.term_end(before, contract.until_on) == contract.until_on


def _carded(contract: LibraryContract, hours: int, alert: int, by: Actor) -> list[str]:
    bought = list(contract.cards.values_list("minutes", flat=True))
    if hours in bought:
        return []
    if bought:
        says = _("There is a card of %(hours)s already; change or add one on the page of the contract.")
        raise ValidationError({"hours": says % {"hours": in_hours(bought[0])}})
    until_on = contract.until_on
    add_card(contract=contract, minutes=hours, alert_minutes=alert, from_on=contract.from_on, until_on=until_on, by=by)
    return [_("hours card of %(hours)s") % {"hours": in_hours(hours)}]
