from pathlib import Path

from django.db import migrations, models

import helpdesk.migrations

NEWEST = max(path.stem for path in Path(helpdesk.migrations.__path__[0]).glob('0*.py'))


class Migration(migrations.Migration):

    dependencies = [('helpdesk', NEWEST)]
    operations = [migrations.AddField('ticket', 'reason', models.CharField(max_length=100, default=''))]
