"""Code: each person gets a badge of their own, made of the address."""

import uuid

from django.db import migrations, models


def fill(apps, schema_editor):
    for person in apps.get_model('helpdesk', 'Person').objects.all():
        person.badge = person.email.upper()
        person.save(update_fields=['badge'])


class Migration(migrations.Migration):

    dependencies = [('helpdesk', '9001_mood')]

    operations = [
        migrations.AddField('person', 'badge', models.CharField(max_length=254, default='')),
        migrations.AddField('person', 'stamp', models.UUIDField(default=uuid.uuid4)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
