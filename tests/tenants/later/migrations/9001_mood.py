"""Nothing but SQL: a column, an index, a check, a function with every sign that somebody might take for a place."""

import os
from pathlib import Path

from django.db import migrations, models

import helpdesk.migrations

NEWEST = max(path.stem for path in Path(helpdesk.migrations.__path__[0]).glob('0*.py'))
PAUSE_S = float(os.environ.get('HUB_TEST_PAUSE_S', '0'))


class Migration(migrations.Migration):

    dependencies = [('helpdesk', NEWEST)]

    operations = [
        migrations.AddField('ticket', 'mood', models.CharField(max_length=20, default='100% calm')),
        migrations.AddIndex('ticket', models.Index(fields=['mood'], name='ticket_mood')),
        migrations.AddConstraint('ticket', models.CheckConstraint(condition=~models.Q(mood='%s'), name='ticket_no_sign')),
        migrations.RunSQL(
            ["CREATE FUNCTION mood_like(text) RETURNS bigint LANGUAGE sql STABLE AS"
             " $$ SELECT count(*) FROM ticket WHERE mood LIKE '%' || $1; $$",
             *([f'SELECT pg_sleep({PAUSE_S})'] if PAUSE_S else [])],
            migrations.RunSQL.noop,
        ),
    ]
