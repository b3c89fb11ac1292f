"""Take in who takes part from CSV files: provinces, library systems, libraries and locations."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from tenants.actor import Actor
from tenants.context import inside
from tenants.imports.actions import Refused, Report, import_network
from tenants.imports.lines import Taken
from tenants.imports.reading import SIZE
from tenants.imports.sheets import SHEETS
from tenants.roles import Permission

BY = Actor.of_system("import_network", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = (
        "Make and change provinces, library systems, libraries and locations, with their codes, from the CSV files in a"
        " folder. All or nothing; done again, it changes nothing. See docs/operate.md for what the files hold."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help=f"Holds some of {', '.join(f'{one}.csv' for one in SHEETS)}.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would become of each line; write nothing.")

    @no_translations
    def handle(self, *args, folder, dry_run, **options):
        files = _files(folder)
        with inside(None):
            report = import_network(files=files, dry_run=dry_run, by=BY)
        for taken in report.taken:
            self.stdout.write(_taken(taken))
        for refused in report.refused:
            self.stdout.write(_refused(refused))
        if report.refused:
            raise CommandError(f"{len(report.refused)} errors; nothing was written")
        self.stdout.write(_summary(report))


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise CommandError(f"there is no folder {folder}")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    unknown = [path.name for path in found if path.stem not in SHEETS]
    if unknown or not found:
        names = ", ".join(f"{one}.csv" for one in SHEETS)
        raise CommandError(f"{', '.join(unknown) or folder} holds none of {names}; nothing was written")
    files = {}
    for path in found:
        with path.open("rb") as file:
            files[path.stem] = file.read(SIZE + 1)
    return files


def _taken(taken: Taken) -> str:
    told = "; ".join(f"{name} “{before}” -> “{after}”" for name, (before, after) in taken.changes.items())
    return f"{taken.sheet}.csv line {taken.line}: {taken.slug} {taken.outcome}{': ' if told else ''}{told}"


def _refused(refused: Refused) -> str:
    column = f", column {refused.trouble.column}" if refused.trouble.column else ""
    return f"{refused.sheet}.csv line {refused.trouble.line}{column}: ERROR {refused.trouble.says}"


def _summary(report: Report) -> str:
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in ("made", "changed", "left"))
    return f"{counts}." if report.written else f"Dry run, nothing was written. It would come to: {counts}."
