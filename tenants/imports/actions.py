"""The verb that takes in a network from files: all of it or nothing, and the same again changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.imports.lines import Taken, take, take_merger
from tenants.imports.reading import Trouble, read
from tenants.imports.sheets import NOUN_OF, SHEETS, Known
from tenants.refusals import Conflict
from tenants.roles import Permission


@dataclass(frozen=True)
class Refused:
    """What is wrong on a line of a file."""

    sheet: str
    trouble: Trouble


@dataclass
class Report:
    """What became of each line, or would become of it; or what is wrong, and then nothing was written."""

    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    written: bool = False

    def count(self, outcome: str) -> int:
        """Return how many lines came to `outcome` (made, changed, left)."""
        return sum(one.outcome == outcome for one in self.taken)


def import_network(*, files: Mapping[str, bytes], dry_run: bool = False, by: Actor) -> Report:
    """Make and change what the files say, in one transaction, and return what became of each line.

    `files` has the contents of some of SHEETS by name (organisations, provinces, platforms, libraries, locations); they
    are taken in that order, whatever the order here. What they do not name stays as it is. When anything is wrong
    on any line, nothing at all is written and the report has all of it; neither is with `dry_run`, which does
    everything and then takes it back. Two imports at once wait for one another. Raises NotAllowed for anyone but a
    platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    report = Report()
    with transaction.atomic():
        _one_at_a_time()
        known = Known()
        for sheet in SHEETS:
            if sheet in files:
                _take_sheet(sheet, files[sheet], known, report, by)
        report.taken.sort(key=lambda one: (list(SHEETS).index(one.sheet), one.line))
        report.refused.sort(key=lambda one: (list(SHEETS).index(one.sheet), one.trouble.line))
        report.written = not (dry_run or report.refused)
        if report.written:
            made, changed, left = (report.count(outcome) for outcome in ("made", "changed", "left"))
            names = " ".join(sorted(files))
            record(action="network.imported", by=by, object=names, made=made, changed=changed, left=left)
        else:
            transaction.set_rollback(True)
    return report


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('import_network', 8))")


def _take_sheet(sheet: str, content: bytes, known: Known, report: Report, by: Actor) -> None:
    lines, troubles = read(content, SHEETS[sheet])
    report.refused += [Refused(sheet, one) for one in troubles]
    mergers = []
    for line in lines:
        try:
            with transaction.atomic():
                taken = take(sheet, line, known, by)
        except (ValidationError, Conflict) as error:
            known.refused[NOUN_OF[sheet], line.cells["slug"]] = _place(sheet, line.number)
            report.refused += [Refused(sheet, one) for one in _told(line.number, error)]
            continue
        report.taken.append(taken)
        if taken.successor:
            mergers.append(taken)
    for taken in sorted(mergers, key=lambda one: (str(one.until_on), one.line)):
        try:
            with transaction.atomic():
                take_merger(taken, known, by)
        except (ValidationError, Conflict) as error:
            report.taken.remove(taken)
            report.refused += [Refused(sheet, one) for one in _told(taken.line, error)]


def _place(sheet: str, line: int) -> str:
    return _("line %(line)s of %(file)s") % {"line": line, "file": f"{sheet}.csv"}


def _told(line: int, error: ValidationError | Conflict) -> list[Trouble]:
    if isinstance(error, Conflict):
        return [Trouble(line, "", error.detail)]
    by_column: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return [Trouble(line, column, says) for column, all_of_it in by_column.items() for says in all_of_it]
