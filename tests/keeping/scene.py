"""A desk with something of everything, and commands as an operator runs them."""

from __future__ import annotations

from io import StringIO
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import connection, transaction

from helpdesk.dispatch.actions import dispatch_page
from helpdesk.events.verify import verify_log
from helpdesk.work import unit_of_work
from tenants import context
from tenants.context import TenantRef
from tenants.keeping.state import State, state_of
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.files import attach

PASSPHRASE = "a passphrase for tests"
SECRET = "a secret of the receiver's own"


def fill(desk: Desk) -> dict[str, Any]:
    """Tickets, comments, notes, files, an endpoint, a key, a team, a draft, mails and notifications; their ids."""
    user, agent, admin = (Api().as_(desk, person) for person in (desk.user, desk.agent, desk.admin))
    ticket = user.post("/tickets", {"title": "Tab\there, \\N and ünïcode 漢字", "description": "line\nline"})["id"]
    agent.patch(f"/tickets/{ticket}", {"assignedToId": str(desk.agent.id), "tags": ["vpn", 'quo"ted']})
    reply = agent.post(f"/tickets/{ticket}/comments", {"content": "Have you tried it off and on?"})["id"]
    note = agent.post(f"/tickets/{ticket}/comments", {"content": "He has not.", "isInternal": True})["id"]
    thanks = user.post(f"/tickets/{ticket}/comments", {"content": "Thanks, it works"})["id"]
    file = attach(user, ticket, filename="photo.png")
    noted = attach(agent, ticket, filename="inner.png", commentId=note)
    webhook = admin.post(
        "/webhooks", {"url": "https://receiver.example/hub", "events": ["ticket.updated"], "secret": SECRET}
    )
    assert webhook.status == 201, webhook
    key = admin.post("/api-keys", {"name": "A program", "scopes": ["tickets:read:any"]})
    assert key.status == 201, key
    team = admin.post("/teams", {"name": "First line"})["id"]
    other = Api().as_(desk, desk.other_user)
    again, later = (other.post("/tickets", {"title": title})["id"] for title in ("Again", "Later"))
    other.post(f"/tickets/{again}/comments", {"content": "It is the same again"})
    assert agent.post(f"/tickets/{again}/merge", {"intoId": later}).status == 200
    assert agent.post(f"/tickets/{ticket}/relations", {"relation": "child", "otherId": later}).status == 201
    assert agent.put("/users/me/away", {"isAway": True}).status == 200
    agent.put(f"/tickets/{ticket}/drafts/reply", {"content": "A reply that is not"})
    agent.patch(f"/tickets/{ticket}", {"status": "resolved"})
    while (told := work_off(desk.ref)) and told.behind:
        pass
    return {
        "ticket": ticket,
        "reply": reply,
        "note": note,
        "thanks": thanks,
        "file": file,
        "noted": noted,
        "webhook": UUID(webhook["id"]),
        "key": key["token"],
        "team": team,
    }


def work_off(ref: TenantRef) -> Any:
    """What the workers would do with the log."""
    with context.tenant(ref), unit_of_work():
        return dispatch_page()


def state(ref: TenantRef) -> State:
    with context.tenant(ref), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return state_of(ref)


def faults(ref: TenantRef) -> list[Any]:
    """What is wrong with the log."""
    with context.tenant(ref), transaction.atomic():
        return verify_log()[1]


def command(name: str, *given: Any, **options: Any) -> str:
    """What it told."""
    told = StringIO()
    with context.platform(direct=True):
        call_command(name, *(str(one) for one in given), stdout=told, stderr=told, **options)
    return told.getvalue()


def row(ref: TenantRef, statement: str, *given: Any) -> Any:
    """The first column of the first row."""
    with context.tenant(ref), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = cursor.fetchone()
    return found[0] if found else None
