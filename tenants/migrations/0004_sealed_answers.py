from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_provinces")]
    operations = [migrations.AddField("answeredrequest", "sealed", models.BinaryField(null=True))]
