"""Give each organisation the warnings that it begins with; what had to ring before today does not."""

from django.db import migrations
from django.utils import timezone

ASSIGNEE, LEAD = "assignee", "lead"
FIRST = [
    ("first_answer", {"at": "used", "percent": 75, "hears": [ASSIGNEE]}),
    ("first_answer", {"at": "due", "hears": [ASSIGNEE, LEAD]}),
    ("update", {"at": "due", "hears": [ASSIGNEE]}),
    ("resolution", {"at": "used", "percent": 75, "hears": [ASSIGNEE]}),
    ("resolution", {"at": "due", "hears": [ASSIGNEE, LEAD]}),
    ("resolution", {"at": "after", "days": 1, "hears": [LEAD]}),
]


def make(apps, schema_editor):
    rungs = apps.get_model("tickets", "Rung").objects
    if not rungs.exists():
        rungs.bulk_create(rungs.model(clock=clock, since=timezone.now(), **said) for clock, said in FIRST)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_warnings")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
