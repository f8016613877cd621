"""Links that are mailed to people: sent, ended, used once. The mail itself is written from the log (see `mail`).

A person has at most one living link of each purpose; whoever makes or uses one holds the person's row.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from helpdesk import desk
from helpdesk.clock import now
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.events import catalogue
from helpdesk.events.log import Actor, record
from helpdesk.people.link_tokens import LinkToken, read_link_token, write_link_token
from helpdesk.people.models import AccountLink, Person
from helpdesk.people.rules import LASTS, LINKS_KEPT_FOR, MOST_LINKS_AN_HOUR
from helpdesk.sealing import derived_keys
from helpdesk.vocabulary import LinkPurpose


class TooManyLinks(Conflict):
    """Several of these mails were sent within the hour: look into the mailbox, or try again later."""

    reason = "too_many_links"


class LinkEnded(ValidationFailed):
    """This link is not valid: it was used, has expired, or was replaced by a newer one. Ask for another."""

    reason = "link_ended"

    def __init__(self) -> None:
        super().__init__(details=ValidationFailed.of("token", type(self).__doc__ or "", self.reason).details)


def token_of(link: AccountLink) -> str:
    """What stands in the mail."""
    said = LinkToken(desk.current().id, link.id)
    return write_link_token(said, key=_keys(LinkPurpose(link.purpose))[0])


def read_token(token: str, purpose: LinkPurpose) -> LinkToken | None:
    """Which link it is, where we made it for this purpose. The database is not asked."""
    return read_link_token(token, keys=_keys(purpose))


def send_link(actor: Actor | None, person: Person, purpose: LinkPurpose) -> None:
    """A new link, whose mail goes out with the log; the one before ends. Raises TooManyLinks. The row is locked."""
    if were_many_sent(person, purpose):
        raise TooManyLinks
    end_links(person, purpose)
    link = AccountLink.objects.create(person=person, purpose=purpose.value, expires_at=now() + LASTS[purpose])
    record(actor, catalogue.AccountLinkSent(link_id=link.id, purpose=purpose, user_id=person.id))


def were_many_sent(person: Person, purpose: LinkPurpose) -> bool:
    """As many as an hour may have."""
    hour = AccountLink.objects.filter(person=person, purpose=purpose.value, created_at__gt=now() - timedelta(hours=1))
    return hour.count() >= MOST_LINKS_AN_HOUR


def end_links(person: Person, *purposes: LinkPurpose) -> None:
    """What was mailed to them before is worth nothing any more; without a purpose, all of it."""
    living = AccountLink.objects.filter(person=person, ended_at=None)
    if purposes:
        living = living.filter(purpose__in=[purpose.value for purpose in purposes])
    living.update(ended_at=now())


def use_link(link_id: UUID, purpose: LinkPurpose) -> Person:
    """End the link; its person, locked. Raises LinkEnded, for the second of two at once too."""
    link = AccountLink.objects.filter(id=link_id, purpose=purpose.value)
    person_id = link.values_list("person_id", flat=True).first()
    person = Person.objects.select_for_update(no_key=True).filter(id=person_id, is_active=True).first()
    used = link.filter(ended_at=None, expires_at__gt=now()).update(ended_at=now())
    if person is None or not used:
        raise LinkEnded
    return person


def get_living_link(link_id: UUID) -> AccountLink | None:
    """The link, while it can be used."""
    return AccountLink.objects.filter(id=link_id, ended_at=None, expires_at__gt=now()).first()


def forget_old_links() -> int:
    """Remove links that expired long ago; says how many."""
    return AccountLink.objects.filter(expires_at__lte=now() - LINKS_KEPT_FOR).delete()[0]


def _keys(purpose: LinkPurpose) -> tuple[bytes, ...]:
    return derived_keys(f"account link: {purpose.value}")
