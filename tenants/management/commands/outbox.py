"""What waits in the outbox, what failed and why, and what was given up; and trying that again."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tenants.actor import Actor
from tenants.context import common_organisation, inside
from tenants.models import Organisation
from tenants.outbox import actions as outbox
from tenants.outbox.causes import Cause
from tenants.outbox.models import OutboxEntry
from tenants.outbox.queries import troubled
from tenants.roles import Permission

BY = Actor.of_system("outbox_command", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = "List what is due, failed or given up in the outbox, with the cause; --retry sends again."

    def add_arguments(self, parser):
        parser.add_argument("--organisation", help="Slug, such as bisc, or samenwerking for the common host.")
        parser.add_argument("--key", default="", help="With --retry: this one only.")
        parser.add_argument(
            "--retry", action="store_true", help="Send again what waits or was given up at --organisation."
        )

    def handle(self, *args, organisation, key, retry, **options):
        found = _organisation(organisation) if organisation else None
        if retry:
            if found is None:
                raise CommandError("--retry needs --organisation")
            count = outbox.retry(organisation=found, dedupe_key=key, by=BY)
            self.stdout.write(f"{count} put back; the sweep takes them within a minute")
            return
        now = timezone.now()
        with inside(None):
            rows = troubled(now).filter(organisation=found) if found else troubled(now)
            for row in rows:
                self.stdout.write(_line(row))
            if not rows:
                self.stdout.write("Nothing waits, nothing failed.")


def _organisation(slug: str) -> Organisation:
    common = common_organisation()
    if slug == common.slug:
        return common
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"there is no organisation {slug}")
    return found


def _line(row: OutboxEntry) -> str:
    state = "given up" if row.given_up_at else "failed" if row.failed_at else "waiting"
    parts = [row.organisation.slug, state, row.dedupe_key, f"attempts {row.attempts}"]
    if row.failed_at:
        parts.append(f"{row.failed_at:%Y-%m-%d %H:%M} UTC {Cause(row.cause_type, row.cause_where, row.cause_message)}")
    if not row.given_up_at:
        parts.append(f"due {row.due_at:%Y-%m-%d %H:%M} UTC")
    return "  ".join(parts)
