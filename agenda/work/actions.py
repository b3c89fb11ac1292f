"""Verbs on the work agenda. Who may: the programme manager and the desk lead of the lead organisation.

All raise NotAllowed for anybody else, ValidationError by field for what no result may be, and, where they take the
version that was seen, Stale for fields that somebody else changed since.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.history.actions import Change, changing, next_number
from agenda.history.events import Kind
from agenda.work.models import Contribution, PolicyGoal, WorkItem, desks_of
from tenants.actor import Actor
from tenants.models import Organisation
from tenants.refusals import Conflict
from tenants.roles import OrganisationRole

AGREED = ("title", "description", "theme", "goal", "lead", "planned_from", "planned_to")
STANDS = ("progress", "status", "finished_on", "asked")
PART = ("description", "status")
LONGEST_TEXT = 4000


def create_item(
    *,
    title: str,
    theme: str,
    lead: Organisation,
    planned_from: date,
    planned_to: date,
    by: Actor,
    description: str = "",
    goal: PolicyGoal | None = None,
    contributors: Iterable[Organisation] = (),
    at: datetime | None = None,
) -> WorkItem:
    """Put a result on the work agenda, with the contributing organisations, and return it; it begins at 0, on track."""
    values = {"title": title.strip(), "description": description.strip(), "theme": theme, "goal": goal, "lead": lead}
    item = WorkItem(**values, planned_from=planned_from, planned_to=planned_to)
    contributors = list(dict.fromkeys(contributors))
    with changing(item, Kind.ITEM_CREATED, by=by, allow=WorkItem.editable_by, at=at) as change:
        _check(item, lead=lead, contributors=contributors, goal=goal, at=at)
        item.number = next_number("W")
        for name in (*AGREED, *STANDS):
            change.note(name, None, getattr(item, name))
        change.note("contributors", None, contributors)
        change.on_behalf_of = _side(by, item.lead)
        item.save()
        Contribution.objects.bulk_create(Contribution(item=item, organisation=one) for one in contributors)
    return item


def change_item(
    *,
    item: WorkItem,
    changes: dict[str, object],
    by: Actor,
    contributors: Iterable[Organisation] | None = None,
    base_version: int | None = None,
    at: datetime | None = None,
) -> WorkItem:
    """Change what was agreed of an item (AGREED) and who contributes, and return it; how it stands is reported."""
    changes = _tidy(changes, AGREED)
    with changing(item, Kind.ITEM_CHANGED, by=by, allow=WorkItem.editable_by, at=at) as change:
        item = change.row
        parts = {one.organisation: one for one in item.contributions.select_related("organisation")}
        now = {**{name: getattr(item, name) for name in AGREED}, "contributors": list(parts)}
        if contributors is not None:
            left = [one for one in parts if not one.is_open]  # what it did, stays
            changes["contributors"] = list(dict.fromkeys([*contributors, *left]))
        asked: dict[str, Any] = change.asked(changes, now, base_version)
        change.on_behalf_of = _side(by, item.lead)
        wanted = asked.pop("contributors", list(parts))
        change.set(**asked)
        new = [one for one in wanted if one not in parts]
        _check(item, lead=asked.get("lead"), contributors=new, goal=asked.get("goal"), at=at)
        _set_contributors(change, parts, wanted)
    return item


def change_contribution(
    *,
    contribution: Contribution,
    changes: dict[str, object],
    by: Actor,
    base_version: int | None = None,
    at: datetime | None = None,
) -> Contribution:
    """Change what one organisation does and how that stands (PART), and return it. Its own staff may too.

    `base_version` is the version of the item.
    """
    changes = _tidy(changes, PART)

    def allow(item: WorkItem, by: Actor) -> bool:
        contribution.item = item
        return contribution.editable_by(by)

    with changing(contribution.item, Kind.CONTRIBUTION_CHANGED, by=by, allow=allow, at=at) as change:
        part = Contribution.objects.select_related("organisation").filter(pk=contribution.pk).first()
        if part is None:
            raise Conflict(_("This organisation does not contribute any more."))
        part.item, slug = change.row, part.organisation.slug
        now = {f"{slug}/{name}": getattr(part, name) for name in PART}
        asked = change.asked({f"{slug}/{name}": value for name, value in changes.items()}, now, base_version)
        for address, value in asked.items():
            change.note(address, now[address], value)
            setattr(part, address.partition("/")[2], value)
        change.on_behalf_of = _side(by, part.organisation) or _side(by, part.item.lead)
        part.full_clean(exclude=["item", "organisation"], validate_unique=False, validate_constraints=False)
        part.save()
    return part


def report_progress(
    *,
    item: WorkItem,
    text: str,
    progress: int,
    status: str,
    by: Actor,
    finished_on: date | None = None,
    asked: str = "",
    base_version: int | None = None,
    at: datetime | None = None,
) -> WorkItem:
    """Report how an item stands, and return it: the only way in which progress, status and finishing change.

    A report says all: without `finished_on` a finished item runs again, without `asked` the steering group is asked
    nothing any more.
    """
    with changing(item, Kind.REPORTED, by=by, allow=WorkItem.editable_by, at=at) as change:
        stands = {"progress": progress, "status": status, "finished_on": finished_on, "asked": asked.strip()}
        change.refuse_stale(stands, base_version)
        change.set(**stands)
        change.say(text.strip())
        change.on_behalf_of = _side(by, change.row.lead)
        _check(change.row, text=change.payload.text)
    return change.row


def _side(by: Actor, organisation: Organisation) -> Organisation | None:
    """Return `organisation` when the actor belongs to its desk; a programme manager acts for no single one."""
    own = desks_of(by, OrganisationRole.DESK_LEAD, OrganisationRole.FUNCTIONAL_MANAGER)
    return organisation if organisation.pk in own else None


def _tidy(changes: dict[str, object], fields: tuple[str, ...]) -> dict[str, object]:
    """Return `changes` without white space around texts. Raises ValueError for a field that is not one of `fields`."""
    if unknown := changes.keys() - set(fields):
        raise ValueError(f"not to be changed here: {', '.join(sorted(unknown))}")
    return {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}


def _set_contributors(change: Change, parts: dict[Organisation, Contribution], wanted: list[Organisation]) -> None:
    """Add and remove contributions; what a removed one said, is kept in the event."""
    if set(wanted) == set(parts):
        return
    change.note("contributors", list(parts), wanted)
    for organisation, part in parts.items():
        if organisation not in wanted:
            for name in PART:
                change.note(f"{organisation.slug}/{name}", getattr(part, name), None)
            part.delete()
    Contribution.objects.bulk_create(
        Contribution(item=change.row, organisation=one) for one in wanted if one not in parts
    )


def _check(
    item: WorkItem,
    *,
    lead: Organisation | None = None,
    contributors: Iterable[Organisation] = (),
    goal: PolicyGoal | None = None,
    text: str | None = None,
    at: datetime | None = None,
) -> None:
    """Raise ValidationError with all that is wrong, by field. Who is chosen anew must take part, a goal must run."""
    wrong: dict[str, list] = {}
    for check in (
        lambda: item.full_clean(exclude=["number"], validate_unique=False, validate_constraints=False),
        lambda: _check_open(lead=[lead] if lead else [], contributors=list(contributors)),
        lambda: _check_runs(goal, at),
        lambda: _check_report(item, text),
    ):
        try:
            check()
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                wrong.setdefault(name, []).extend(errors)
    if wrong:
        raise ValidationError(wrong)


def _check_open(**chosen: list[Organisation]) -> None:
    wrong = {
        name: _("%(name)s does not take part.") % {"name": one.name}
        for name, organisations in chosen.items()
        for one in organisations
        if one.is_common or not one.is_open
    }
    if wrong:
        raise ValidationError(wrong)


def _check_runs(goal: PolicyGoal | None, at: datetime | None) -> None:
    if goal is not None and not goal.runs_on(timezone.localdate(at)):
        raise ValidationError({"goal": _("%(goal)s does not run.") % {"goal": goal.name}})


def _check_report(item: WorkItem, text: str | None) -> None:
    if text is None:
        return
    wrong: dict[str, str] = {}
    if not text:
        wrong["text"] = _("Say what happened.")
    if len(text) > LONGEST_TEXT:
        wrong["text"] = _("At most %(most)s characters.") % {"most": LONGEST_TEXT}
    if item.finished_on and item.finished_on > timezone.localdate():
        wrong["finished_on"] = _("This day has not come yet.")
    if item.finished_on and item.progress < 100:
        wrong["progress"] = _("A finished result is at 100 %.")
    if wrong:
        raise ValidationError(wrong)
