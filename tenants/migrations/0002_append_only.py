from django.db import migrations

# One function for every table that is only ever added to; also on events of tickets, in the organisations' schemas.
# A purge is a verb that says so for its own transaction. TRUNCATE has a trigger of its own: row triggers do not fire.
FORWARD = """
CREATE OR REPLACE FUNCTION public.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('samenbeheer.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON tenants_auditentry
    FOR EACH ROW EXECUTE FUNCTION public.append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON tenants_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();
"""
BACKWARD = """
DROP TRIGGER audit_no_truncate ON tenants_auditentry;
DROP TRIGGER audit_append_only ON tenants_auditentry;
DROP FUNCTION public.append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
