"""Verbs on the work agenda."""

from datetime import date

from django.db import transaction
from django.db.models import Max

from agenda.work.models import Contribution, PolicyGoal, Status, WorkItem, WorkUpdate
from tenants.access import Standing
from tenants.audit.actions import record
from tenants.models import Organisation
from tenants.roles import OrganisationRole, Permission

FIELDS = (
    "title",
    "description",
    "theme",
    "goal",
    "lead",
    "planned_from",
    "planned_to",
    "progress",
    "status",
    "finished_on",
)


class NotAllowed(PermissionError):
    """This person may not change this."""


class Stale(Exception):
    """Somebody changed the same thing since the version that was seen."""


@transaction.atomic
def create_item(
    *,
    title: str,
    theme: str,
    lead: Organisation,
    planned_from: date,
    planned_to: date,
    by: Standing,
    description: str = "",
    goal: PolicyGoal | None = None,
    contributors: list[Organisation] | None = None,
    progress: int = 0,
    status: str = Status.ON_TRACK,
) -> WorkItem:
    """Put a result on the work agenda, with the contributing organisations, and return it.

    Raises NotAllowed for anyone but the programme manager, or the desk lead of the lead organisation.
    """
    if not (by.may(Permission.AGENDA_EDIT) or lead.pk in by.organisation_ids(OrganisationRole.DESK_LEAD)):
        raise NotAllowed
    WorkItem.objects.select_for_update().order_by("-number").first()
    number = (WorkItem.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    item = WorkItem.objects.create(
        number=number,
        title=title,
        description=description,
        theme=theme,
        goal=goal,
        lead=lead,
        planned_from=planned_from,
        planned_to=planned_to,
        progress=progress,
        status=status,
    )
    for organisation in contributors or []:
        Contribution.objects.create(item=item, organisation=organisation)
    record(action="agenda.item_created", by=by.person, object=f"W{number}")
    return item


@transaction.atomic
def change_item(
    *,
    item: WorkItem,
    changes: dict[str, object],
    contributors: list[Organisation] | None = None,
    base_version: int,
    by: Standing,
) -> WorkItem:
    """Change fields of an item and who contributes, and return it. Raises NotAllowed, and Stale for an old version."""
    locked = WorkItem.objects.select_for_update().get(pk=item.pk)
    if not locked.editable_by(by):
        raise NotAllowed
    if locked.version != base_version:
        raise Stale
    changed = [name for name in FIELDS if name in changes and getattr(locked, name) != changes[name]]
    for name in changed:
        setattr(locked, name, changes[name])
    removed: list[str] = []
    if contributors is not None:
        wanted = {one.pk for one in contributors}
        gone = locked.contributions.filter(organisation__in=Organisation.objects.taking_part().values("pk"))
        gone = gone.exclude(organisation__in=wanted)
        removed = list(gone.values_list("organisation__slug", flat=True))
        gone.delete()  # what an organisation did that has left meanwhile, stays
        present = set(locked.contributions.values_list("organisation_id", flat=True))
        Contribution.objects.bulk_create(
            Contribution(item=locked, organisation_id=pk) for pk in sorted(wanted - present)
        )
    locked.version += 1
    locked.save()
    record(action="agenda.item_changed", by=by.person, object=f"W{locked.number}", fields=changed, removed=removed)
    return locked


@transaction.atomic
def change_contribution(
    *, contribution: Contribution, description: str, status: str, base_version: int, by: Standing
) -> Contribution:
    """Change what one organisation does and how it stands. Raises NotAllowed, and Stale for an old version."""
    locked = Contribution.objects.select_for_update(of=("self",)).select_related("item").get(pk=contribution.pk)
    if not locked.editable_by(by):
        raise NotAllowed
    if locked.version != base_version:
        raise Stale
    locked.description, locked.status = description, status
    locked.version += 1
    locked.save()
    record(action="agenda.contribution_changed", by=by.person, object=f"W{locked.item.number}", status=status)
    return locked


@transaction.atomic
def report_progress(
    *, item: WorkItem, text: str, progress: int, status: str, by: Standing, organisation: Organisation | None = None
) -> WorkUpdate:
    """Report how an item stands; its progress and status follow. Raises NotAllowed for who may not edit it."""
    locked = WorkItem.objects.select_for_update().get(pk=item.pk)
    if not locked.editable_by(by):
        raise NotAllowed
    assert by.person is not None
    update = WorkUpdate.objects.create(
        item=locked, organisation=organisation, text=text, progress=progress, status=status, by=by.person
    )
    locked.progress, locked.status = progress, status
    locked.version += 1
    locked.save()
    return update
