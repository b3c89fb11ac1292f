from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_isil_append_only")]

    operations = [
        migrations.CreateModel(
            name="SignOfLife",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
    ]
