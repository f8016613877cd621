"""What the ORM cannot say: the tickets' numbers, and the log that nobody changes.

The log is append-only by trigger. One UPDATE is allowed: a payload becomes `{"redacted":true}`. One DELETE
is: retention, which says so by the setting `hub.retention` in its transaction. Triggers only raise.
"""

from typing import ClassVar

from django.db import migrations

GUARD = """
CREATE FUNCTION event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.payload = '{"redacted":true}'
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
    dependencies: ClassVar = [("helpdesk", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            ["CREATE SEQUENCE ticket_number_seq AS bigint"],
            ["DROP SEQUENCE ticket_number_seq"],
        ),
        migrations.RunSQL(
            [
                GUARD,
                "CREATE TRIGGER event_rows BEFORE UPDATE OR DELETE ON event"
                " FOR EACH ROW EXECUTE FUNCTION event_guard()",
                "CREATE TRIGGER event_whole BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_guard()",
                "ALTER TABLE event_head SET (fillfactor = 50)",
            ],
            [
                "DROP TRIGGER event_whole ON event",
                "DROP TRIGGER event_rows ON event",
                "DROP FUNCTION event_guard()",
            ],
        ),
    ]
