from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_forget_open_answers")]
    operations = [migrations.AddField("person", "sessions_ended", models.PositiveIntegerField(db_default=0, default=0))]
