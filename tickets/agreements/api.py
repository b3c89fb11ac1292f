"""What an organisation promises, in the API."""

from datetime import date

from django.http import HttpRequest

from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.shapes import Out
from tickets.agreements.book import as_targets
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.agreements.queries import own_agreements
from tickets.agreements.terms import ANY_TYPE
from tickets.router import router


class TargetOut(Out):
    """Within which time: working minutes, or working days and perhaps to the end of the last of them.

    Without a type it counts for every type of which nothing else is said.
    """

    type: str | None
    priority: str
    clock: str
    minutes: int | None
    days: int | None
    end_of_day: bool


class PauseOut(Out):
    """A clock, and the states of a ticket in which it stands still."""

    clock: str
    states: list[str]


class AgreementVersionOut(Out):
    """What is promised from a day on; without a calendar that of the level counts, or the organisation's own."""

    from_on: date
    ended: bool
    targets: list[TargetOut]
    update_mode: str
    pauses: list[PauseOut] | None
    calendar: str | None


class AgreementOut(Out):
    """An agreement for a service level, for a type, or (neither) for all tickets; its versions, oldest first."""

    level: str | None
    type: str | None
    versions: list[AgreementVersionOut]


class AgreementsOut(Out):
    """All agreements but those that stand in a contract."""

    agreements: list[AgreementOut]


@router.get("/agreements", response=AgreementsOut)
def list_agreements(request: HttpRequest):
    """What this organisation promises, and promised: for its staff and administrators."""
    if not (request.standing.is_staff or request.standing.may(Permission.SETTINGS_CHANGE)):
        raise NotAllowed
    return {"agreements": [_agreement(one) for one in own_agreements()]}


def _agreement(one: Agreement) -> dict[str, object]:
    versions = [_version(version) for version in one.versions.all()]
    return {"level": one.level or None, "type": one.type or None, "versions": versions}


def _version(one: AgreementVersion) -> dict[str, object]:
    targets = {} if one.ended else as_targets(one.targets)
    pauses = [{"clock": clock, "states": states} for clock, states in (one.pauses or {}).items()]
    return {
        "from_on": one.from_on,
        "ended": one.ended,
        "targets": [
            {
                "type": None if type == ANY_TYPE else type,
                "priority": priority,
                "clock": clock,
                "minutes": target.minutes or None,
                "days": None if target.minutes else target.days,
                "end_of_day": target.end_of_day,
            }
            for (type, priority, clock), target in targets.items()
        ],
        "update_mode": one.update_mode,
        "pauses": pauses if one.pauses is not None else None,
        "calendar": one.calendar.slug if one.calendar else None,
    }
