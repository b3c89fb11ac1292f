"""Verbs on the common tree of categories. Nothing is deleted: what ends keeps its figures."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agenda.categories.models import Category
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.entered import Entered, entered
from tenants.roles import Permission

CODE = re.compile(r"[1-9][0-9]?(?:\.[1-9][0-9]?)?")


@transaction.atomic
def enter_category(*, code: str, name_nl: str, name_en: str, by: Actor) -> Entered[Category]:
    """Make the group (such as 10) or leaf (such as 6.6) of that code, or give it other names.

    A leaf belongs to the group its code begins with. Raises ValidationError by field, NotAllowed for anyone but a
    platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    if not CODE.fullmatch(code):
        raise ValidationError({"code": _("Use a number such as 6 for a group, 6.1 for what lies in it.")})
    found = Category.objects.select_for_update(no_key=True).filter(code=code).first()
    category = found or _placed(code)
    done = entered(category, {"name_nl": name_nl, "name_en": name_en}, needed=["name_nl", "name_en"])
    if done.made or done.changes:
        told = {name: list(both) for name, both in done.changes.items()}
        record(action=f"category.{'made' if done.made else 'changed'}", by=by, object=code, changes=told)
    return done


def _placed(code: str) -> Category:
    """Return a new category with its place in the tree."""
    number, _dot, leaf = code.partition(".")
    group = Category.objects.current().filter(code=number, parent__isnull=True).first()
    if leaf and group is None:
        raise ValidationError({"code": _("There is no group %(number)s.") % {"number": number}})
    return Category(code=code, parent=group if leaf else None, position=int(number) * 100 + int(leaf or 0))


@transaction.atomic
def end_category(*, category: Category, until_on: date, successor: Category | None = None, by: Actor) -> Category:
    """Let `until_on` be the last day on which a ticket gets this category; tickets that have it keep it.

    `successor` is what to choose instead. Raises ValidationError by field: for a day before it begins, a group with
    categories that go on, a successor that is a group, ends itself or is the same; NotAllowed for anyone but a
    platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    locked = Category.objects.select_for_update(of=("self",), no_key=True).get(pk=category.pk)
    errors = {}
    if until_on < locked.from_on:
        errors["until_on"] = _("This is before the day on which it begins.")
    elif locked.children.exclude(until_on__lte=until_on).exists():
        errors["until_on"] = _("End the categories of this group first.")
    if successor and (
        successor.pk == locked.pk or successor.until_on or bool(successor.parent_id) != bool(locked.parent_id)
    ):
        errors["successor"] = _("Choose another one that goes on, of the same kind.")
    if errors:
        raise ValidationError(errors)
    if (locked.until_on, locked.successor_id) != (until_on, successor.pk if successor else None):
        locked.until_on, locked.successor = until_on, successor
        locked.save(update_fields=["until_on", "successor"])
        details = {"until_on": str(until_on), "successor": successor.code if successor else ""}
        record(action="category.ended", by=by, object=locked.code, **details)
    return locked
