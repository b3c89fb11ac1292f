from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0013_rows_of_two_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="theme",
            field=models.CharField(
                blank=True,
                choices=[("", "as my device"), ("light", "light"), ("dark", "dark")],
                db_default="",
                default="",
                max_length=5,
                verbose_name="light or dark",
            ),
        ),
    ]
