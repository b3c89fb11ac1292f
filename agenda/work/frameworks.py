"""Verbs on policy frameworks and their goals, which results of the work agenda serve."""

from datetime import date

from django.db import transaction

from agenda.work.models import PolicyFramework, PolicyGoal
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.entered import Entered, entered, refuse_slug
from tenants.roles import Permission


@transaction.atomic
def enter_framework(
    *,
    framework: PolicyFramework | None = None,
    name_nl: str,
    name_en: str,
    from_on: date,
    until_on: date | None,
    by: Actor,
) -> Entered[PolicyFramework]:
    """Make a policy framework, or change the one that is given. Raises ValidationError by field, and NotAllowed."""
    by.require(Permission.PLATFORM_MANAGE)
    row = PolicyFramework()
    if framework is not None:
        row = PolicyFramework.objects.select_for_update(no_key=True).get(pk=framework.pk)
    wanted = {"name_nl": name_nl, "name_en": name_en, "from_on": from_on, "until_on": until_on}
    done = entered(row, wanted, needed=["name_nl", "name_en"])
    _record("framework", done, f"framework {done.row.pk}", by)
    return done


@transaction.atomic
def enter_goal(
    *,
    framework: PolicyFramework,
    code: str,
    name_nl: str,
    name_en: str,
    until_on: date | None = None,
    by: Actor,
) -> Entered[PolicyGoal]:
    """Make the goal of that code in a framework, or change it; a code that another framework has stays there.

    Raises ValidationError by field, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    refuse_slug(code)
    goal = PolicyGoal.objects.select_for_update(no_key=True).filter(framework=framework, code=code).first()
    row = goal or PolicyGoal(
        framework=framework, code=code, position=framework.goals.count(), from_on=framework.from_on
    )
    wanted = {"name_nl": name_nl, "name_en": name_en, "until_on": until_on}
    done = entered(row, wanted, needed=["name_nl", "name_en"])
    _record("goal", done, code, by)
    return done


def _record(noun: str, done: Entered, name: str, by: Actor) -> None:
    if done.made or done.changes:
        told = {field: list(both) for field, both in done.changes.items()}
        record(action=f"{noun}.{'made' if done.made else 'changed'}", by=by, object=name, changes=told)
