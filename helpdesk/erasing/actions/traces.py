"""Where a name or an address stands beside what somebody wrote: in what others were told, in mails, in counts."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from helpdesk.erasing.actions.texts import Written
from helpdesk.erasing.rules import NAME
from helpdesk.people.directory import digest
from helpdesk.people.models import Person

_VECTORS = ("ticket_words", "reply_words", "note_words", "person_words")


def erase_traces(person: Person, *, email: str, name: str, written: Written) -> None:
    """Of name, address and id, in every table that keeps texts of the hub's own making."""
    named = f"%{_escaped(name)}%" if len(name) > 1 else f"%{_escaped(email)}%"
    mailed = f"%{_escaped(email)}%"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notification SET title = replace(title, %s, %s) WHERE actor_id = %s", [name, NAME, person.id]
        )
        cursor.execute("UPDATE mail SET subject = '' WHERE subject ILIKE %s OR subject ILIKE %s", [named, mailed])
        cursor.execute(
            'DELETE FROM kept_mail WHERE %s = ANY("to") OR headers::text ILIKE %s OR text ILIKE %s OR html ILIKE %s'
            " OR subject ILIKE %s OR text ILIKE %s OR html ILIKE %s",
            [email, mailed, mailed, mailed, named, named, named],
        )
        cursor.execute("DELETE FROM undeliverable_address WHERE address = %s", [email])
        cursor.execute(
            "DELETE FROM access_log WHERE person_id = %s OR subject = ANY(%s)",
            [person.id, [person.id.hex, digest(email).hex()]],
        )
        cursor.execute(
            "DELETE FROM idempotent_answer WHERE content LIKE %s OR content ILIKE %s", [f"%{person.id}%", mailed]
        )
        cursor.execute("UPDATE dead_letter SET error = '' WHERE error ILIKE %s OR error ILIKE %s", [mailed, named])
        cursor.execute("UPDATE event SET origin = '' WHERE actor = %s AND origin <> ''", [person.id])


def forget_words(words: Collection[str]) -> None:
    """Of these, those that nothing is found by any more: a misspelt search would still offer them."""
    elsewhere = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} v WHERE v.vector @@ quote_literal(k.word)::tsquery)" for table in _VECTORS
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM known_word k WHERE k.word = ANY(%s) AND {elsewhere}", [sorted(words)])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
