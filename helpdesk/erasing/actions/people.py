"""A person becomes nobody: what is only theirs goes, and where others' work hangs on them stands nobody's name."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from helpdesk.clock import now
from helpdesk.erasing.actions.log import begin_with_the_log
from helpdesk.erasing.actions.texts import Written, erase_texts, erase_tickets, tell_of_tickets
from helpdesk.erasing.actions.traces import erase_traces, forget_words
from helpdesk.erasing.rules import FIRST_NAME, LAST_NAME, Texts, Tickets, address_of, is_erased
from helpdesk.errors import ValidationFailed
from helpdesk.events import catalogue
from helpdesk.events.log import record
from helpdesk.objects.actions import remove_object
from helpdesk.people import directory
from helpdesk.people.actions import end_sessions, index_people
from helpdesk.people.models import Person
from helpdesk.people.queries import count_other_admins, lock_person, wait_for_writes_of
from helpdesk.people.rules import require_an_admin_left, stays_admin
from helpdesk.people.words import person_document
from helpdesk.permissions import require
from helpdesk.vocabulary import Role

_ONLY_THEIRS = (
    "account_link",
    "api_key",
    "draft",
    "export",
    "mail",
    "notification",
    "notification_preference",
    "team_member",
    "upload",
)
"""Tables of which nobody else needs a row of theirs (`person_id`)."""
_THEIRS_OR_SHARED = ("ticket_view", "macro", "ticket_template")
"""Tables of which they may have shared a row with others (`owner_id`): that stays."""


def erase_person(
    actor: Person | None, person_id: UUID, *, confirm: str, texts: Texts = "erase", tickets: Tickets = "keep"
) -> Person:
    """Erase somebody, who is signed out at once; the log follows (`erase_from_log`). Twice is once.

    `actor` None: a command. The last admin stays. What others wrote about them stays: nobody can find that for sure.
    """
    if actor is not None:
        require(actor, "eraseUser")
    wait_for_writes_of(person_id)
    person = lock_person(actor or Person(role=Role.ADMIN.value), person_id)
    if is_erased(person.email):
        return person
    if confirm.strip().lower() != person.email:
        raise ValidationFailed.of("confirm", "Confirm with the person's address.", "not_confirmed")
    was = stays_admin(role=Role(person.role), is_active=person.is_active)
    require_an_admin_left(was=was, will_be=False, others=count_other_admins(person))
    # Who erases themselves does so as nobody already: their name is not written once more.
    _erase(person if actor is not None and actor.id == person.id else actor, person, texts, tickets)
    return person


def _erase(actor: Person | None, person: Person, texts: Texts, tickets: Tickets) -> None:
    email, name = person.email, person.name
    document = person_document(first_name=person.first_name, last_name=person.last_name, email=email)
    end_sessions(person)
    _remove_what_is_theirs(person)
    _anonymise(person)
    directory.forget(directory.digest(email))
    written = Written(words=document.words())
    if tickets == "erase":
        erase_tickets(actor, person, written)
    if texts == "erase":
        erase_texts(actor, person, written)
    erase_traces(person, email=email, name=name, written=written)
    forget_words(written.words)
    tell_of_tickets(actor, person, written)
    record(actor, catalogue.UserSignedOut(user_id=person.id))
    begin_with_the_log(actor, person)


def _remove_what_is_theirs(person: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM upload WHERE person_id = %s"
            " UNION ALL SELECT key FROM export WHERE person_id = %s AND key <> ''",
            [person.id, person.id],
        )
        for (key,) in cursor.fetchall():
            remove_object(key)
        for table in _ONLY_THEIRS:
            cursor.execute(f"DELETE FROM {table} WHERE person_id = %s", [person.id])
        for table in _THEIRS_OR_SHARED:
            cursor.execute(f"DELETE FROM {table} WHERE owner_id = %s AND visibility = 'private'", [person.id])


def _anonymise(person: Person) -> None:
    person.email, person.first_name, person.last_name = address_of(person.id), FIRST_NAME, LAST_NAME
    person.password_hash, person.is_active = "", False
    person.email_confirmed_at = person.invited_at = person.away_since = None
    person.updated_at = now()
    person.save(force_update=True)
    index_people([person])
