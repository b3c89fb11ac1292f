from django.db import migrations

FORWARD = """
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION public.append_only();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON tickets_event
    FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();
"""
BACKWARD = """
DROP TRIGGER event_no_truncate ON tickets_event;
DROP TRIGGER event_append_only ON tickets_event;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tables"), ("tenants", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
