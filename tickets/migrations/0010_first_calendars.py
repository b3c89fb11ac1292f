"""Give each organisation the calendar that it had without a name: working days under its settings.

Hours were not kept until now; Monday to Friday from 8:30 to 17:00 is what an organisation changes to its own.
"""

from datetime import date

from django.db import migrations
from django.utils import timezone

WEEK = [[[510, 1020]]] * 5 + [[], []]


def make(apps, schema_editor):
    calendars = apps.get_model("tickets", "ServiceCalendar")
    settings = apps.get_model("tenants", "OrganisationSettings").objects
    own = settings.filter(organisation__schema_name=schema_editor.connection.schema_name).first()
    calendar, _made = calendars.objects.get_or_create(
        slug="default", defaults={"name_nl": "Gewone servicetijden", "name_en": "Ordinary service hours"}
    )
    apps.get_model("tickets", "ServiceHours").objects.get_or_create(
        calendar=calendar,
        from_on=date(2021, 1, 1),
        defaults={
            "week": WEEK,
            "time_zone": (own and own.time_zone) or "Europe/Amsterdam",
            "liberation_day": True if own is None or own.liberation_day_free is None else own.liberation_day_free,
            "good_friday": bool(own and own.good_friday_free),
            "made_at": timezone.now(),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_calendars"), ("tenants", "0014_theme")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
