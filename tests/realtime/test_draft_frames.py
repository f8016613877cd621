"""One's devices hear on `me` that a draft of theirs changed, and nobody else does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from helpdesk.api_keys.actions import create_key
from helpdesk.comments.actions import add_comment
from helpdesk.drafts.actions import save_draft
from helpdesk.drafts.models import Draft
from helpdesk.people.models import Person
from helpdesk.vocabulary import DraftKind
from tests.conftest import Desk
from tests.realtime.live import Server, Talk, commit, new_ticket, open_socket, signed_in

MakeDesk = Callable[[], Awaitable[Desk]]


async def save(desk: Desk, person: Person, ticket: UUID, content: str, kind: DraftKind = DraftKind.REPLY) -> Draft:
    draft = await commit(desk, lambda: save_draft(person, ticket, kind, content=content))
    assert draft is not None
    return draft


def drafts(talk: Talk) -> list[dict[str, Any]]:
    return [frame for frame in talk.seen if frame["type"] == "draft"]


async def test_each_of_them_hears_of_saving_and_sending(server: Server, new_desk: MakeDesk) -> None:
    desk = await new_desk()
    ticket = await new_ticket(desk)
    async with (
        signed_in(server, desk, desk.agent) as laptop,
        signed_in(server, desk, desk.agent) as phone,
        signed_in(server, desk, desk.agent) as elsewhere,
        signed_in(server, desk, desk.ada) as ada,
        signed_in(server, desk, desk.admin) as admin,
        signed_in(server, desk, desk.user) as user,
    ):
        for talk in (laptop, phone, ada, admin, user):
            await talk.ask("subscribe", stream="me")
        for talk in (elsewhere, ada, user):
            await talk.ask("subscribe", stream=f"ticket:{ticket}")
        saved = await save(desk, desk.agent, ticket, "a secret text")
        for talk in (laptop, phone):
            frame = await talk.until("draft")
            assert (frame["ticketId"], frame["kind"], frame["version"]) == (str(ticket), "reply", saved.version)
            assert frame["updatedAt"].endswith("Z")
        await commit(
            desk,
            lambda: add_comment(desk.agent, ticket, content="said", is_internal=False, draft_id=saved.id),
        )
        gone = {"type": "draft", "ticketId": str(ticket), "kind": "reply", "removed": True}
        for talk in (laptop, phone):
            assert await talk.until("draft") == gone
        await save(desk, desk.user, ticket, "the requester's own")
        assert (await user.until("draft"))["kind"] == "reply"
        await save(desk, desk.ada, ticket, "hush", DraftKind.NOTE)
        assert (await ada.until("draft"))["kind"] == "note"
        for talk in (elsewhere, admin):
            await talk.ask("ping")
            assert drafts(talk) == []
        assert [len(drafts(talk)) for talk in (laptop, phone, ada, user)] == [2, 2, 1, 1]
        assert "a secret text" not in str([laptop.seen, phone.seen])


async def test_a_program_without_the_scope_and_another_tenant_hear_nothing(server: Server, new_desk: MakeDesk) -> None:
    desk, other = await new_desk(), await new_desk()
    ticket = await new_ticket(desk)
    scopes = ["tickets:read:any", "notifications:read:any"]

    def make_keys() -> list[str]:
        held = (scopes, [*scopes, "drafts:read:any"])
        return [create_key(desk.agent, name="A program", scopes=some)[1] for some in held]

    without, with_scope = await commit(desk, make_keys)
    async with (
        open_socket(server, token=without) as program,
        open_socket(server, token=with_scope) as helper,
        signed_in(server, other, other.agent) as spy,
    ):
        for talk in (program, helper, spy):
            assert (await talk.ask("subscribe", stream="me"))["type"] == "subscribed"
        await save(desk, desk.agent, ticket, "one")
        await helper.until("draft")
        for talk in (program, spy):
            await talk.ask("ping")
            assert drafts(talk) == []
