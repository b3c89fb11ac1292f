"""The tree of categories as choices."""

from django.utils import timezone
from django.utils.translation import get_language

from agenda.categories.models import Category


def leaves():
    """Return the leaves in force today, with their groups, in the order of the tree."""
    return Category.objects.current().filter(parent__isnull=False).select_related("parent")


def grouped_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (group, [(code, name)]) for a form, in the language of the moment; one query."""
    english = (get_language() or "nl").startswith("en")
    names = ("parent__name_en", "name_en") if english else ("parent__name_nl", "name_nl")
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, group, name in leaves().values_list("code", *names):
        groups.setdefault(group, []).append((code, name))
    return list(groups.items())


def groups():
    """Return the groups in force today, in the order of the tree."""
    return Category.objects.current().filter(parent__isnull=True)


def by_code(code: str) -> Category | None:
    """Return the leaf or group in force today with this code, such as "6.1" or "6", or None."""
    return Category.objects.at(timezone.localdate()).filter(code=code).first()


def leaf_by_code(code: str) -> Category | None:
    """Return the leaf in force today with this code, such as "6.1", or None."""
    return Category.objects.at(timezone.localdate()).filter(parent__isnull=False, code=code).first()
