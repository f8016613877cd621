"""From where things were done stands beside the log, and may be forgotten; what stands in the chain may not."""

from typing import ClassVar

from django.db import migrations, models

GUARD = """
CREATE OR REPLACE FUNCTION event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.payload = '{"redacted":true}' OR NEW.payload = OLD.payload)
            AND (NEW.origin = '' OR NEW.origin = OLD.origin)
            AND (NEW.seq, NEW.id, NEW.type, NEW.actor, NEW.ticket, NEW.floor, NEW.people, NEW.payload_sha256,
                 NEW.recorded_at, NEW.hash)
            IS NOT DISTINCT FROM
                (OLD.seq, OLD.id, OLD.type, OLD.actor, OLD.ticket, OLD.floor, OLD.people, OLD.payload_sha256,
                 OLD.recorded_at, OLD.hash)
        THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' AND current_setting('hub.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the event log is append-only (% refused)', TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("helpdesk", "0014_drafts")]

    operations: ClassVar = [
        migrations.AddField("event", "origin", models.TextField(blank=True, default="", db_default="")),
        migrations.AddField("eventhead", "forgotten_seq", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddIndex("event", models.Index(fields=["actor", "seq"], name="event_actor")),
        migrations.AddIndex(
            "event", models.Index(condition=models.Q(("ticket", None)), fields=["seq"], name="event_desk")
        ),
        migrations.RunSQL([GUARD], migrations.RunSQL.noop),
    ]
