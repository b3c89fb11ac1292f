"""Give the rules that clocks count by their first stamp; bookings of hours are only ever added to."""

import uuid

from django.db import migrations

FORWARD = """
CREATE TRIGGER hours_booking_append_only BEFORE UPDATE OR DELETE ON tickets_hoursbooking
    FOR EACH ROW EXECUTE FUNCTION public.append_only();
CREATE TRIGGER hours_booking_no_truncate BEFORE TRUNCATE ON tickets_hoursbooking
    FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();
"""
BACKWARD = """
DROP TRIGGER hours_booking_no_truncate ON tickets_hoursbooking;
DROP TRIGGER hours_booking_append_only ON tickets_hoursbooking;
"""


def stamp(apps, schema_editor):
    apps.get_model("tickets", "RulesStamp").objects.get_or_create(pk=1, defaults={"stamp": uuid.uuid4()})


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_clocks"), ("tenants", "0002_append_only")]

    operations = [migrations.RunPython(stamp, migrations.RunPython.noop), migrations.RunSQL(FORWARD, BACKWARD)]
