from django.db import migrations

# An ISIL is given once: the row is never changed, and never taken away.
FORWARD = """
CREATE TRIGGER isil_append_only BEFORE UPDATE OR DELETE ON tenants_isil
    FOR EACH ROW EXECUTE FUNCTION public.append_only();
CREATE TRIGGER isil_no_truncate BEFORE TRUNCATE ON tenants_isil
    FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();
"""
BACKWARD = """
DROP TRIGGER isil_no_truncate ON tenants_isil;
DROP TRIGGER isil_append_only ON tenants_isil;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_identifiers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
