from django.db import migrations, models

# What was kept of a quarter goes also where the outcome of a promise changes that was answered or resolved in it.
FORWARD = """
CREATE FUNCTION public.agenda_figures_promised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.agenda_forget_figures(
        least(CASE WHEN OLD.first_answer_outcome <> NEW.first_answer_outcome THEN NEW.first_answer_at END,
              CASE WHEN OLD.resolution_outcome <> NEW.resolution_outcome THEN NEW.resolved_at END));
    RETURN NULL;
END $$;
CREATE TRIGGER snapshot_promised AFTER UPDATE ON agenda_ticketsnapshot FOR EACH ROW
    WHEN ((OLD.first_answer_outcome, OLD.resolution_outcome)
          IS DISTINCT FROM (NEW.first_answer_outcome, NEW.resolution_outcome))
    EXECUTE FUNCTION public.agenda_figures_promised();
"""
BACKWARD = """
DROP TRIGGER snapshot_promised ON agenda_ticketsnapshot;
DROP FUNCTION public.agenda_figures_promised();
"""


def kept(help_text):
    return models.PositiveIntegerField(null=True, help_text=help_text)


class Migration(migrations.Migration):
    dependencies = [("agenda", "0009_promises")]
    operations = [
        migrations.AddField("keptfigures", "first_answer_agreed", kept("First answers with an agreed time.")),
        migrations.AddField("keptfigures", "first_answer_in_time", kept("Of these within it.")),
        migrations.AddField("keptfigures", "resolution_agreed", kept("Resolved with an agreed time.")),
        migrations.AddField("keptfigures", "resolution_in_time", kept("Of these within it.")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
