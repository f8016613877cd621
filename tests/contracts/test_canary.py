"""Secrets on every way out: notes, deleted comments, metadata, agents' addresses, and everything of another tenant.

Whatever a requester, or a receiver without `includeInternal`, can reach is scanned: every operation that reads,
every frame of every stream from the beginning of the log, every mail, every webhook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.conf import settings
from django.db import connection

from helpdesk.attachments.actions import delete_attachment
from helpdesk.comments.actions import add_comment, change_comment, delete_comment
from helpdesk.drafts.actions import save_draft
from helpdesk.mail.models import KeptMail
from helpdesk.permissions import OPERATIONS, may
from helpdesk.teams.actions import create_team
from helpdesk.ticket_views.actions import create_view
from helpdesk.ticket_views.schemas import CreateView
from helpdesk.tickets.actions import change_ticket, create_ticket
from helpdesk.vocabulary import DraftKind, Role
from helpdesk.webhooks.actions.endpoints import create_webhook
from helpdesk.work import unit_of_work
from tasks.mail import deliver_mail
from tenants import context
from tests.api import Api
from tests.conftest import Desk
from tests.contracts.files import attach, expect_upload
from tests.contracts.operations import Target, operations
from tests.contracts.scene import Scene, set_scene
from tests.realtime.live import Server, serving, signed_in
from tests.receiver import Receiver, receiving
from tests.tasks.courier import courier, dispatch, until

VISIBLE = "visible-7f3a"
"""Stands where the requester may read: what is scanned is really there."""
TOLD = frozenset({"ticket.created", "comment.added", "comment.deleted", "attachment.added", "attachment.deleted"})


@dataclass(frozen=True, slots=True)
class Spilled:
    """A desk full of secrets. `words`: nobody outside may meet one of them."""

    desk: Desk
    scene: Scene
    words: tuple[str, ...]


def spill(desk: Desk, word: str) -> Spilled:
    """A ticket of the requester with everything on it that is not for them."""
    scene = set_scene(desk, author=desk.user, word=VISIBLE)
    with context.tenant(desk.ref), unit_of_work():
        note = f"{word}-note @user @ada {desk.user.email}"
        added = add_comment(desk.agent, scene.ticket_id, content=note, is_internal=True)
        change_comment(desk.agent, added.id, content=f"{word}-note corrected @user")
        gone = add_comment(desk.agent, scene.ticket_id, content=f"{word}-gone-note @user", is_internal=True)
        reply = add_comment(desk.agent, scene.ticket_id, content=f"{word}-deleted @user", is_internal=False)
        add_comment(desk.agent, scene.ticket_id, content=f"{VISIBLE} @user", is_internal=False)
        attach(desk.agent, scene.ticket_id, filename=f"{word}-note-file.txt", comment_id=added.id)
        attach(desk.agent, scene.ticket_id, filename=f"{word}-gone-file.txt", comment_id=gone.id)
        attach(desk.agent, scene.ticket_id, filename=f"{word}-deleted-file.txt", comment_id=reply.id)
        taken = attach(desk.agent, scene.ticket_id, filename=f"{word}-taken-file.txt")
        expect_upload(desk.agent, scene.ticket_id, filename=f"{word}-upload.txt")
        for kind in DraftKind:
            save_draft(desk.agent, scene.ticket_id, kind, content=f"{word}-draft")
        change_ticket(desk.agent, scene.ticket_id, fields={"metadata": {"secret": f"{word}-metadata"}})
        team = create_team(desk.admin, fields={"name": f"{word}-team", "member_ids": [desk.agent.id]})
        change_ticket(desk.admin, scene.ticket_id, fields={"team_id": team.id})
        view = create_view(desk.admin, fields=CreateView(name=f"{word}-view", visibility="all").everything())
        change_ticket(desk.admin, scene.ticket_id, fields={"assigned_to_id": desk.ada.id, "status": "pending"})
        foreign = create_ticket(desk.other_user, fields={"title": f"{word}-foreign", "description": f"{word}-foreign"})
    dispatch(desk)  # what is deleted now has been told
    with context.tenant(desk.ref), unit_of_work():
        add_comment(desk.agent, foreign.id, content=f"{word}-foreign reply", is_internal=False)
        attach(desk.agent, foreign.id, filename=f"{word}-foreign-file.txt")
        delete_attachment(desk.agent, taken.id, ticket_id=scene.ticket_id)
        for comment in (reply, gone):
            delete_comment(desk.agent, comment.id)
    return Spilled(desk, scene, (word, str(added.id), str(gone.id), str(team.id), str(view.id)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def ours(own_desk: Callable[[], Desk]) -> Desk:
    return own_desk()


@pytest.fixture
def spilled(
    ours: Desk, own_desk: Callable[[], Desk], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Spilled]:
    """Ours and another desk, everything delivered: notifications, mails, webhooks."""
    monkeypatch.setattr(settings, "WEBHOOK_ALLOWED_NETWORKS", (ip_network("127.0.0.0/8"),))
    theirs = own_desk()
    for desk, path in ((ours, "/ok/ours"), (theirs, "/ok/theirs")):
        with context.tenant(desk.ref), unit_of_work():
            create_webhook(desk.admin, fields={"url": receiver.url(path), "events": ["*"]}, secret=None)
    found, other = spill(ours, "canary-7f3a"), spill(theirs, "canary-theirs-7f3a")
    with courier() as engine:
        for one in (found, other):
            dispatch(one.desk)
            deliver_mail(str(one.desk.ref.id))
            engine.ring(one.desk.ref)
        until(lambda: not engine._serving)
    addresses = tuple(person.email for person in (ours.agent, ours.ada, ours.admin))
    yield Spilled(ours, found.scene, (*found.words, *other.words, *addresses))
    connection.close()


def require_clean(text: str, words: tuple[str, ...], where: str) -> None:
    met = [word for word in words if word in text]
    assert not met, f"{where} shows {met}: {text[:2000]}"


def calls(target: Target) -> Iterator[tuple[str, str]]:
    """Every reading operation of a requester, plain and with everything it can be asked; and searches for secrets."""
    for operation in operations():
        roles = OPERATIONS[operation.id].roles
        if operation.method != "GET" or (roles is not None and not may(Role.REQUESTER, operation.id)):
            continue
        for optional in (False, True):
            call = operation.call(target, optional=optional)
            yield operation.id, call.path
    for query in ({"q": "canary"}, {"q": "note"}, {"limit": "100"}, {"cursor": "", "limit": "100"}):
        yield "listTickets", f"/tickets?{urlencode(query)}"
    for question in (
        "canary",
        "canary-7f3a",
        "7f3a",
        "note",
        "canray",
        "deleted",
        "foreign",
        "-visible",
        VISIBLE,
        "is:active",
    ):
        for types in ("tickets", "comments", "tickets,comments"):
            yield "search", f"/search?{urlencode({'q': question, 'types': types, 'limit': 50})}"


def test_a_requester_reads_none_of_it_by_rest(spilled: Spilled) -> None:
    caller = Api().as_(spilled.desk, spilled.desk.user)
    target = spilled.scene.target(spilled.desk, person=spilled.desk.user)
    shown = ""
    for operation_id, path in calls(target):
        answer = caller.get(path)
        text = answer.response.content.decode(errors="replace") + str(answer.headers.items())
        require_clean(text, spilled.words, f"{operation_id} {path}")
        shown += text
    assert VISIBLE in shown
    changed = caller.patch(f"/tickets/{spilled.scene.ticket_id}", {"title": f"{VISIBLE} changed"})
    require_clean(changed.response.content.decode(), spilled.words, "patchTicket")


async def test_a_requester_reads_none_of_it_on_the_socket(spilled: Spilled) -> None:
    with serving("uvicorn") as server:
        frames = await everything(server, spilled.desk, spilled.scene)
    text = "".join(orjson.dumps(frame).decode() for frame in frames)
    assert VISIBLE in text
    assert TOLD | {"notification.created"} <= types_in(frames)
    for frame in frames:
        require_clean(orjson.dumps(frame).decode(), spilled.words, str(frame.get("stream")))


async def everything(server: Server, desk: Desk, scene: Scene) -> list[dict[str, Any]]:
    """All that the requester gets on every stream there is, from the beginning."""
    async with signed_in(server, desk, desk.user) as talk:
        for stream in ("queue", "me", f"ticket:{scene.ticket_id}"):
            await talk.say("subscribe", stream=stream)
            first = await talk.until("subscribed", stream=stream)
            await talk.say("unsubscribe", stream=stream)
            await talk.say("subscribe", stream=stream, since={"epoch": first["epoch"], "seq": 0})
            await talk.until("synced", stream=stream)
        return talk.seen


def types_in(frames: list[dict[str, Any]]) -> set[str]:
    return {frame["event"]["type"] for frame in frames if frame["type"] == "event"}


def test_mails_to_a_requester_hold_none_of_it(spilled: Spilled) -> None:
    with context.tenant(spilled.desk.ref), unit_of_work():
        mails = list(KeptMail.objects.all())
    mine = [mail for mail in mails if spilled.desk.user.email in {parseaddr(to)[1] for to in mail.to}]
    assert len(mine) >= 2
    for mail in mine:
        whole = "\n".join([mail.subject, mail.text, mail.html, mail.sender, str(mail.headers)])
        assert VISIBLE in whole
        require_clean(whole, spilled.words, mail.subject)


def test_webhooks_without_internal_hold_no_note_nothing_deleted_and_nothing_of_others(
    spilled: Spilled, receiver: Receiver
) -> None:
    ours = receiver.at("/ok/ours")
    assert {one.json["type"] for one in ours} >= TOLD
    text = b"".join(one.body for one in ours).decode() + str([one.headers for one in ours])
    assert VISIBLE in text
    secrets = [f"canary-7f3a-{word}" for word in ("note", "gone", "deleted", "taken")]
    for word in (*secrets, "canary-theirs", *spilled.words[1:3]):
        assert word not in text, word
