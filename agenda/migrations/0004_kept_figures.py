import django.db.models.deletion
from django.db import migrations, models

# What was kept of a quarter goes as soon as something in it changes, whoever writes the read model; a quarter after it
# too, for what was open at its end. `keep` holds the lock alone while it counts and writes, and who takes away what was
# kept holds it with others: so nothing is kept that was counted before a change and written after it.
# The newest row is locked first: that of the running quarter is in everybody's way, so two that forget wait for each other
# there, and never each for what the other has.
# A new row asks once a statement (they come by the thousand), a changed row each time, and only if a moment changed.
FORWARD = """
CREATE FUNCTION public.agenda_figures_lock() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 7305804402543460710';

CREATE FUNCTION public.agenda_forget_figures(since timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF since < date_trunc('quarter', clock_timestamp() AT TIME ZONE 'Europe/Amsterdam') AT TIME ZONE 'Europe/Amsterdam' THEN
        PERFORM pg_advisory_xact_lock_shared(public.agenda_figures_lock());
        DELETE FROM public.agenda_keptfigures
         WHERE id IN (SELECT id FROM public.agenda_keptfigures
                       WHERE starts_on >= date_trunc('quarter', since AT TIME ZONE 'Europe/Amsterdam')::date
                       ORDER BY starts_on DESC, id DESC FOR UPDATE);
    END IF;
END $$;

CREATE FUNCTION public.agenda_figures_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.agenda_forget_figures(
        (SELECT min(least(opened_at, first_answer_at, resolved_at)) FROM added));
    RETURN NULL;
END $$;
CREATE TRIGGER snapshot_added AFTER INSERT ON agenda_ticketsnapshot
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.agenda_figures_added();

CREATE FUNCTION public.agenda_figures_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE since timestamptz;
BEGIN
    IF (OLD.opened_at, OLD.category_id, OLD.organisation_id)
       IS DISTINCT FROM (NEW.opened_at, NEW.category_id, NEW.organisation_id) THEN
        since := least(OLD.opened_at, NEW.opened_at);
    END IF;
    IF (OLD.first_answer_at, OLD.minutes_to_first_answer)
       IS DISTINCT FROM (NEW.first_answer_at, NEW.minutes_to_first_answer) THEN
        since := least(since, OLD.first_answer_at, NEW.first_answer_at);
    END IF;
    IF (OLD.resolved_at, OLD.minutes_to_resolution) IS DISTINCT FROM (NEW.resolved_at, NEW.minutes_to_resolution) THEN
        since := least(since, OLD.resolved_at, NEW.resolved_at);
    END IF;
    PERFORM public.agenda_forget_figures(since);
    RETURN NULL;
END $$;
CREATE TRIGGER snapshot_changed AFTER UPDATE ON agenda_ticketsnapshot FOR EACH ROW
    WHEN ((OLD.opened_at, OLD.category_id, OLD.organisation_id, OLD.first_answer_at, OLD.minutes_to_first_answer,
           OLD.resolved_at, OLD.minutes_to_resolution)
          IS DISTINCT FROM
          (NEW.opened_at, NEW.category_id, NEW.organisation_id, NEW.first_answer_at, NEW.minutes_to_first_answer,
           NEW.resolved_at, NEW.minutes_to_resolution))
    EXECUTE FUNCTION public.agenda_figures_changed();

CREATE FUNCTION public.agenda_figures_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.agenda_forget_figures(
        (SELECT min(least(opened_at, first_answer_at, resolved_at)) FROM removed));
    RETURN NULL;
END $$;
CREATE TRIGGER snapshot_removed AFTER DELETE ON agenda_ticketsnapshot
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.agenda_figures_removed();
"""
BACKWARD = """
DROP TRIGGER snapshot_removed ON agenda_ticketsnapshot;
DROP TRIGGER snapshot_changed ON agenda_ticketsnapshot;
DROP TRIGGER snapshot_added ON agenda_ticketsnapshot;
DROP FUNCTION public.agenda_figures_removed();
DROP FUNCTION public.agenda_figures_changed();
DROP FUNCTION public.agenda_figures_added();
DROP FUNCTION public.agenda_forget_figures(timestamptz);
DROP FUNCTION public.agenda_figures_lock();
"""


class Migration(migrations.Migration):
    dependencies = [("agenda", "0003_categories_and_goals"), ("tenants", "0007_sessions")]
    operations = [
        migrations.CreateModel(
            name="KeptFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_at", models.DateTimeField()),
                ("starts_on", models.DateField(help_text="First day of the quarter.")),
                ("new", models.PositiveIntegerField()),
                ("resolved", models.PositiveIntegerField()),
                ("open_at_end", models.PositiveIntegerField()),
                ("first_answer_minutes", models.FloatField(help_text="Median of clock minutes.", null=True)),
                ("resolution_minutes", models.FloatField(help_text="Median of clock minutes.", null=True)),
                (
                    "categories",
                    models.JSONField(default=dict, help_text="New tickets by key of category; of all together alone."),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["starts_on", "organisation"], name="kept_once_per_quarter", nulls_distinct=False
                    )
                ]
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
