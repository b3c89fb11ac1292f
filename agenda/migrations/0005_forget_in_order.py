from django.db import migrations

# Whoever takes away what was kept locks the newest row first: that of the running quarter is in everybody's way, so two
# that forget wait for each other there, and never each for what the other has.
IN_ORDER = """
CREATE OR REPLACE FUNCTION public.agenda_forget_figures(since timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF since < date_trunc('quarter', clock_timestamp() AT TIME ZONE 'Europe/Amsterdam') AT TIME ZONE 'Europe/Amsterdam' THEN
        PERFORM pg_advisory_xact_lock_shared(public.agenda_figures_lock());
        DELETE FROM public.agenda_keptfigures
         WHERE id IN (SELECT id FROM public.agenda_keptfigures
                       WHERE starts_on >= date_trunc('quarter', since AT TIME ZONE 'Europe/Amsterdam')::date
                       ORDER BY starts_on DESC, id DESC FOR UPDATE);
    END IF;
END $$;
"""
AS_IT_WAS = """
CREATE OR REPLACE FUNCTION public.agenda_forget_figures(since timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF since < date_trunc('quarter', clock_timestamp() AT TIME ZONE 'Europe/Amsterdam') AT TIME ZONE 'Europe/Amsterdam' THEN
        PERFORM pg_advisory_xact_lock_shared(public.agenda_figures_lock());
        DELETE FROM public.agenda_keptfigures
         WHERE starts_on >= date_trunc('quarter', since AT TIME ZONE 'Europe/Amsterdam')::date;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("agenda", "0004_kept_figures")]
    operations = [migrations.RunSQL(IN_ORDER, AS_IT_WAS)]
