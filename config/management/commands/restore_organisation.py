"""Give one organisation back what stood in a dump of the whole database."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.running.dumps import CannotRestore, Tools
from config.running.restoring import drop_kept, restore
from tenants.context import inside
from tenants.models import Organisation
from tickets.restoring.queries import kept_schemas


class Command(BaseCommand):
    help = (
        "Give one organisation back what stood in a dump made by pg_dump --format=custom of the whole database. Ticket"
        " numbers go on, mail goes on, the schema in use until then is kept under a dated name. May be run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--from", dest="dump", type=Path, help="The dump.")
        parser.add_argument("--dry-run", action="store_true", help="Do and check all of it but the swap.")
        parser.add_argument("--drop-kept", action="store_true", help="Drop for good what earlier restores put aside.")
        parser.add_argument("--scratch", default="", help="An empty database to work in, where you may make none.")
        parser.add_argument("--binaries", default="", help="Folder of pg_dump and pg_restore, when not on the path.")

    def handle(self, *args, slug, dump, dry_run, drop_kept: bool, scratch, binaries, **options):
        with inside(None):
            organisation = Organisation.objects.taking_part().filter(slug=slug).first()
        if organisation is None:
            raise CommandError(f"there is no organisation {slug} that takes part")
        if drop_kept == (dump is not None) or (drop_kept and dry_run):
            raise CommandError("give either --from DUMP, or --drop-kept alone")
        if drop_kept:
            self._drop_kept(organisation)
            return
        try:
            done = restore(
                organisation=organisation,
                dump=dump,
                tools=Tools(binaries),
                scratch=scratch,
                dry_run=dry_run,
                at=timezone.now(),
                say=self._say,
            )
        except CannotRestore as error:
            raise CommandError(f"not restored, nothing was changed: {error}") from error
        if done is None:
            self._say("It can be restored. This was a dry run: nothing was changed.")
            return
        self._say(f"{organisation.name} has its {done.tickets} tickets of the dump.")
        self._say(f"Of after it: {done.tickets_gone} tickets are gone, {done.mail_ended} mails about them ended.")
        self._say(f"Grants that were taken back since: {done.grants_ended}, they stay so.")
        kept = kept_schemas(organisation.schema_name)[-1]
        self._say(f"The next ticket is number {done.last_number + 1}. Kept: {kept}, until --drop-kept.")

    def _drop_kept(self, organisation: Organisation) -> None:
        names = drop_kept(organisation)
        self._say(f"Dropped: {', '.join(names)}" if names else "Nothing was kept.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
