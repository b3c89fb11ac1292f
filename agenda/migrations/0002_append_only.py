from django.db import migrations

FORWARD = """
CREATE TRIGGER agenda_event_append_only BEFORE UPDATE OR DELETE ON agenda_event
    FOR EACH ROW EXECUTE FUNCTION public.append_only();
CREATE TRIGGER agenda_event_no_truncate BEFORE TRUNCATE ON agenda_event
    FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();
"""
BACKWARD = """
DROP TRIGGER agenda_event_no_truncate ON agenda_event;
DROP TRIGGER agenda_event_append_only ON agenda_event;
"""


class Migration(migrations.Migration):
    dependencies = [("agenda", "0001_tables"), ("tenants", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
