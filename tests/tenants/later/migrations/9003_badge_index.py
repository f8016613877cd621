"""Not in a transaction: an index that is made while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False
    dependencies = [('helpdesk', '9002_badge')]
    operations = [AddIndexConcurrently('person', models.Index(fields=['badge'], name='person_badge'))]
