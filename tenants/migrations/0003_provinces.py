from django.db import migrations

PROVINCES = [
    ("drenthe", "Drenthe"),
    ("flevoland", "Flevoland"),
    ("fryslan", "Fryslân"),
    ("gelderland", "Gelderland"),
    ("groningen", "Groningen"),
    ("limburg", "Limburg"),
    ("noord-brabant", "Noord-Brabant"),
    ("noord-holland", "Noord-Holland"),
    ("overijssel", "Overijssel"),
    ("utrecht", "Utrecht"),
    ("zeeland", "Zeeland"),
    ("zuid-holland", "Zuid-Holland"),
]


def add(apps, schema_editor):
    province = apps.get_model("tenants", "Province")
    province.objects.bulk_create([province(slug=slug, name=name) for slug, name in PROVINCES], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_append_only")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
