"""The policy framework that the demo's results serve."""

from datetime import date

from agenda.work.models import PolicyFramework, PolicyGoal


def load_framework() -> None:
    """Make a policy framework that runs, with the goals of the one that ended: no source names its successor."""
    names = {"name_nl": "Netwerkagenda vanaf 2024 (demo)", "name_en": "Network agenda from 2024 (demo)"}
    framework, made = PolicyFramework.objects.get_or_create(**names, defaults={"from_on": date(2024, 1, 1)})
    if made:
        for one in PolicyGoal.objects.exclude(framework=framework):
            same = {"name_nl": one.name_nl, "name_en": one.name_en, "position": one.position}
            PolicyGoal.objects.create(framework=framework, code=f"{one.code}-demo", from_on=date(2024, 1, 1), **same)
