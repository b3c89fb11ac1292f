from django.db import migrations

# What was withdrawn (closed in the moment in which it ended) no longer counts as resolved: what was kept by the former rule
# goes, and is counted anew by the next run of `keep`, or by the page itself until then. And from now on, what is kept of a
# quarter goes also where a ticket becomes withdrawn, or no more, by its moment of closing alone.
FORWARD = """
CREATE FUNCTION public.agenda_figures_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.agenda_forget_figures(NEW.resolved_at);
    RETURN NULL;
END $$;
CREATE TRIGGER snapshot_ended AFTER UPDATE ON agenda_ticketsnapshot FOR EACH ROW
    WHEN (OLD.resolved_at = NEW.resolved_at
          AND (OLD.resolved_at IS DISTINCT FROM OLD.closed_at) <> (NEW.resolved_at IS DISTINCT FROM NEW.closed_at))
    EXECUTE FUNCTION public.agenda_figures_ended();
DELETE FROM agenda_keptfigures;
"""
BACKWARD = """
DROP TRIGGER snapshot_ended ON agenda_ticketsnapshot;
DROP FUNCTION public.agenda_figures_ended();
DELETE FROM agenda_keptfigures;
"""


class Migration(migrations.Migration):
    dependencies = [("agenda", "0007_what_the_steering_group_is_asked")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
