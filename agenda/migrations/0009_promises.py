from django.db import migrations, models

OUTCOMES = [("in_time", "In Time"), ("late", "Late"), ("running", "Running")]


def outcome():
    return models.CharField(blank=True, choices=OUTCOMES, db_default="", default="", max_length=10)


class Migration(migrations.Migration):
    """What became of promises, in the read model; each organisation fills its own (tickets 0015).

    `sla_outcome` never held anything. The code does not know it any more; its column stays, for what of an earlier version
    still runs while this is put in.
    """

    dependencies = [("agenda", "0008_withdrawn_is_not_resolved")]
    operations = [
        migrations.AlterField(
            model_name="ticketsnapshot",
            name="sla_outcome",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="ticketsnapshot", name="sla_outcome")]
        ),
        migrations.AddField(model_name="ticketsnapshot", name="first_answer_outcome", field=outcome()),
        migrations.AddField(
            model_name="ticketsnapshot",
            name="first_answer_worked",
            field=models.PositiveIntegerField(help_text="Working minutes, once it was given.", null=True),
        ),
        migrations.AddField(model_name="ticketsnapshot", name="resolution_outcome", field=outcome()),
        migrations.AddField(
            model_name="ticketsnapshot",
            name="resolution_worked",
            field=models.PositiveIntegerField(help_text="Working minutes, once it is resolved.", null=True),
        ),
    ]
