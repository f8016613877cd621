"""Working a desk's log and outbox off in this process, and what then stands where."""

from __future__ import annotations

from typing import Any

from helpdesk.comments.actions import add_comment
from helpdesk.dispatch.actions import dispatch_page, is_caught_up
from helpdesk.mail.models import KeptMail, Mail
from helpdesk.people.models import Person
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.work import unit_of_work
from tasks.mail import deliver_mail
from tests.conftest import Desk


def dispatch() -> None:
    """Until every event was handed to its readers."""
    while True:
        with unit_of_work():
            progress = dispatch_page()
            is_done = is_caught_up()
        assert progress is not None
        assert progress.put_aside == 0
        if is_done:
            return


def deliver(desk: Desk) -> None:
    """Dispatch, and try what is due."""
    dispatch()
    deliver_mail(str(desk.ref.id))


def make_due() -> None:
    """As if the pause before the next try were over."""
    Mail.objects.filter(state="pending").update(due_at="2020-01-01T00:00:00Z")


def mailed(person: Person) -> list[str]:
    """The kinds of all mails to somebody, oldest first, whatever became of them."""
    return list(Mail.objects.filter(person=person).order_by("created_at", "id").values_list("kind", flat=True))


def inbox(person: Person) -> list[KeptMail]:
    """What the local backend keeps for somebody, oldest first."""
    kept = KeptMail.objects.order_by("created_at", "id")
    return [mail for mail in kept if mail.to == [person.email]]


def assigned_ticket(desk: Desk) -> Any:
    """The requester's, assigned to the agent, and every mail that led there is gone."""
    with unit_of_work():
        made = create_ticket(desk.user, fields={"title": "The VPN drops", "description": "Every ten minutes."})
        change_ticket(desk.admin, made.id, fields={"assigned_to_id": desk.agent.id})
    dispatch()
    Mail.objects.all().delete()
    return made


def reply(actor: Person, ticket: Any, content: str, *, is_internal: bool = False) -> Any:
    with unit_of_work():
        return add_comment(actor, ticket.id, content=content, is_internal=is_internal)


def only_mail() -> Mail:
    return Mail.objects.get()
