"""Every installation has one blog from the start; its owner names it."""

from django.db import migrations


def make(apps, schema_editor):
    apps.get_model("postmortems", "Blog").objects.get_or_create(pk=1, defaults={"title": "Retro"})


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
