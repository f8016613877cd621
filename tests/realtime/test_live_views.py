"""Live views over real sockets: what may be asked, what comes, who gets nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from helpdesk.api_keys.actions import create_key
from helpdesk.comments.actions import add_comment
from helpdesk.people.models import Person
from helpdesk.teams.actions import create_team, remove_member
from helpdesk.ticket_views.actions import change_view, create_view, delete_view
from helpdesk.ticket_views.schemas import ChangeView, CreateView
from helpdesk.tickets.actions import change_ticket, create_ticket, delete_ticket
from tests.conftest import Desk
from tests.realtime.live import Server, Talk, both_servers, commit, new_ticket, open_socket, signed_in
from tests.realtime.live_views.client import ViewState

MakeDesk = Callable[[], Awaitable[Desk]]
STREAM = "view:list"


async def new_view(desk: Desk, owner: Person, **fields: Any) -> str:
    everything = CreateView.model_validate({"name": "A view", **fields}).everything()
    return str((await commit(desk, lambda: create_view(owner, fields=everything))).id)


async def follow(talk: Talk, **asked: Any) -> ViewState:
    """Subscribe and read on until the window is whole."""
    state = ViewState()
    answer = await talk.ask("subscribe", **{"stream": STREAM, **asked})
    assert answer["type"] == "subscribed", answer
    state.take(answer)
    while (frame := await talk._frame())["type"] != "synced":
        state.take(frame)
    state.take(frame)
    return state


async def change(talk: Talk, state: ViewState) -> dict[str, Any]:
    """The next change of the view, applied."""
    frame = await talk.until("view")
    state.take(frame)
    return frame


def titles(state: ViewState) -> list[str]:
    return [row["title"] for row in state.rows]


class TestWhatComes:
    @both_servers
    async def test_a_window_and_then_what_entered_changed_and_left(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        first = await new_ticket(desk, title="first")
        async with signed_in(server, desk, desk.agent) as talk:
            state = await follow(talk, filter={"status": ["open"]})
            assert (titles(state), state.count) == (["first"], 1)
            second = await new_ticket(desk, title="second")
            frame = await change(talk, state)
            assert [one["at"] for one in frame["entered"]] == [0]
            assert (titles(state), state.count) == (["second", "first"], 2)
            await commit(desk, lambda: change_ticket(desk.agent, first, fields={"title": "1st"}))
            frame = await change(talk, state)
            assert [(one["at"], one["ticket"]["title"]) for one in frame["changed"]] == [(1, "1st")]
            await commit(desk, lambda: change_ticket(desk.agent, second, fields={"status": "closed"}))
            frame = await change(talk, state)
            assert frame["left"] == [str(second)]
            await commit(desk, lambda: delete_ticket(desk.admin, first))
            await change(talk, state)
            assert (titles(state), state.count) == ([], 0)

    async def test_a_sorted_window_is_cut_and_filled_again(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        ids = [await new_ticket(desk, title=title) for title in ("c", "a", "b")]
        async with signed_in(server, desk, desk.agent) as talk:
            state = await follow(talk, sortBy="title", sortOrder="asc", window=2)
            assert (titles(state), state.count) == (["a", "b"], 3)
            await commit(desk, lambda: change_ticket(desk.agent, ids[1], fields={"title": "d"}))
            await change(talk, state)
            assert titles(state) == ["b", "c"]

    async def test_the_queue_itself_takes_a_filter(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as talk:
            state = await follow(talk, stream="queue", filter={"tag": ["vpn"]}, window=0)
            fields = {"title": "t", "tags": ["vpn"]}
            await commit(desk, lambda: create_ticket(desk.agent, fields=fields))
            frame = await change(talk, state)
            assert (frame["stream"], frame["count"], frame["entered"]) == ("queue", 1, [])

    async def test_it_is_resumed_without_a_window_where_nothing_happened(
        self, server: Server, new_desk: MakeDesk
    ) -> None:
        desk = await new_desk()
        await new_ticket(desk)
        async with signed_in(server, desk, desk.agent) as stays, signed_in(server, desk, desk.ada) as talk:
            await follow(stays)
            state = await follow(talk)
            await talk.ask("unsubscribe", stream=STREAM)
            await talk.say("subscribe", stream=STREAM, since=state.place)
            assert [(await talk._frame())["type"] for _ in range(2)] == ["subscribed", "synced"]
            await talk.ask("unsubscribe", stream=STREAM)
            await new_ticket(desk, title="meanwhile")
            await stays.until("view")
            again = await follow(talk, since=state.place)
            assert titles(again)[0] == "meanwhile"

    async def test_several_on_one_socket(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as talk:
            await follow(talk, stream="view:all")
            await follow(talk, stream="view:mine", filter={"assignedToId": "me"})
            await talk.ask("subscribe", stream="queue")
            fields = {"title": "t", "assigned_to_id": desk.agent.id}
            await commit(desk, lambda: create_ticket(desk.admin, fields=fields))
            streams = {(await talk.until(type_))["stream"] for type_ in ("view", "view")}
            assert streams == {"view:all", "view:mine"}
            assert any(frame["type"] == "event" and frame["stream"] == "queue" for frame in talk.seen)


class TestSavedViews:
    async def test_its_filter_and_the_asked_one_both_hold(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        view_id = await new_view(desk, desk.agent, filter={"status": ["open"]}, sortBy="title", sortOrder="asc")
        for title, priority in (("b", "high"), ("a", "high"), ("c", "low")):
            fields = {"title": title, "priority": priority}
            await commit(desk, lambda fields=fields: create_ticket(desk.agent, fields=fields))
        async with signed_in(server, desk, desk.agent) as talk:
            assert titles(await follow(talk, viewId=view_id)) == ["a", "b", "c"]
            assert titles(await follow(talk, viewId=view_id, filter={"priority": "high"})) == ["a", "b"]
            assert titles(await follow(talk, viewId=view_id, sortOrder="desc")) == ["c", "a", "b"]

    async def test_an_edited_one_shows_a_new_window(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        view_id = await new_view(desk, desk.admin, filter={"tag": ["vpn"]}, visibility="all")
        await new_ticket(desk, title="untagged")
        async with signed_in(server, desk, desk.agent) as talk:
            state = await follow(talk, viewId=view_id)
            assert titles(state) == []
            body = ChangeView.model_validate({"filter": {}}).given()
            await commit(desk, lambda: change_view(desk.admin, view_id, fields=body))  # type: ignore[arg-type]
            state.take(await talk.until("window"))
            assert titles(state) == ["untagged"]

    @pytest.mark.parametrize("how", ["deleted", "left the team"])
    async def test_one_that_is_gone_for_me_ends_the_stream(self, server: Server, new_desk: MakeDesk, how: str) -> None:
        desk = await new_desk()
        fields = {"name": "T", "description": "", "member_ids": [desk.agent.id, desk.ada.id]}
        team = await commit(desk, lambda: create_team(desk.admin, fields=fields))
        view_id = await new_view(desk, desk.ada, visibility="team", teamId=str(team.id))
        async with signed_in(server, desk, desk.agent) as talk, signed_in(server, desk, desk.ada) as owner:
            await follow(talk, viewId=view_id)
            await follow(owner, viewId=view_id)
            if how == "deleted":
                await commit(desk, lambda: delete_view(desk.ada, view_id))  # type: ignore[arg-type]
            else:
                await commit(desk, lambda: remove_member(desk.admin, team.id, desk.agent.id))
            assert (await talk.until("unsubscribed"))["stream"] == STREAM
            assert (await talk.ask("subscribe", stream=STREAM, viewId=view_id))["code"] == "NOT_FOUND"
            await new_ticket(desk)
            if how != "deleted":
                await owner.until("view")


class TestRefusals:
    @pytest.mark.parametrize(
        ("asked", "code", "names"),
        [
            ({"filter": {"status": ["unheard"]}}, "VALIDATION_ERROR", "filter.status.0"),
            ({"filter": {"unknown": 1}}, "VALIDATION_ERROR", ""),
            ({"filter": {"assigned_to_id": "me"}}, "VALIDATION_ERROR", ""),
            ({"filter": {"assignedToId": "x"}}, "VALIDATION_ERROR", "filter.assignedToId"),
            ({"filter": {"q": "asignee:me"}}, "VALIDATION_ERROR", "filter.q"),
            ({"filter": {"q": "x" * 501}}, "VALIDATION_ERROR", "filter.q"),
            ({"filter": {"tag": ["x"] * 101}}, "VALIDATION_ERROR", "filter.tag"),
            ({"filter": {"createdFrom": "never"}}, "VALIDATION_ERROR", "filter.createdFrom"),
            ({"filter": []}, "VALIDATION_ERROR", "filter"),
            ({"filter": "status:open"}, "VALIDATION_ERROR", "filter"),
            ({"viewId": "x"}, "VALIDATION_ERROR", "viewId"),
            ({"sortBy": "colour"}, "VALIDATION_ERROR", "sortBy"),
            ({"sortOrder": "up"}, "VALIDATION_ERROR", "sortOrder"),
            ({"window": 101}, "VALIDATION_ERROR", "window"),
            ({"window": -1}, "VALIDATION_ERROR", "window"),
            ({"window": "3"}, "VALIDATION_ERROR", "window"),
            ({"window": True}, "VALIDATION_ERROR", "window"),
            ({"stream": "view:"}, "VALIDATION_ERROR", ""),
            ({"stream": "view:a b"}, "VALIDATION_ERROR", ""),
            ({"stream": f"view:{'x' * 65}"}, "VALIDATION_ERROR", ""),
            ({"stream": "me", "filter": {}}, "VALIDATION_ERROR", "live views"),
            ({"stream": f"ticket:{uuid4()}", "window": 3}, "VALIDATION_ERROR", "live views"),
            ({"viewId": str(uuid4())}, "NOT_FOUND", ""),
        ],
    )
    async def test_what_cannot_be_asked(
        self, server: Server, same_desk: Desk, asked: dict[str, Any], code: str, names: str
    ) -> None:
        async with signed_in(server, same_desk, same_desk.agent) as talk:
            answer = await talk.ask("subscribe", **{"stream": STREAM, **asked})
            assert (answer["type"], answer["code"]) == ("error", code)
            assert names in answer["message"]
            assert (await follow(talk)).is_whole

    async def test_a_refused_one_leaves_what_there_was(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as talk:
            state = await follow(talk)
            assert (await talk.ask("subscribe", stream=STREAM, viewId=str(uuid4())))["code"] == "NOT_FOUND"
            await new_ticket(desk, title="still here")
            await change(talk, state)
            assert titles(state) == ["still here"]

    async def test_two_hundred_streams_of_any_kind(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        async with signed_in(server, desk, desk.agent) as talk:
            for number in range(200):
                asked = {"stream": f"view:{number}", "filter": {"tag": [str(number)]}, "window": 0}
                assert (await talk.ask("subscribe", **asked))["type"] == "subscribed"
            assert (await talk.ask("subscribe", stream=STREAM))["code"] == "TOO_MANY_SUBSCRIPTIONS"
            while sum(frame["type"] == "window" for frame in talk.seen) < 200:
                await talk._frame()
            await commit(desk, lambda: create_ticket(desk.agent, fields={"title": "t", "tags": ["7", "199"]}))
            assert {(await talk.until("view"))["stream"] for _ in range(2)} == {"view:7", "view:199"}


class TestWhoGetsWhat:
    async def test_another_tenant_gets_nothing(self, server: Server, new_desk: MakeDesk) -> None:
        desk, other = await new_desk(), await new_desk()
        view_id = await new_view(desk, desk.admin, visibility="all")
        async with signed_in(server, other, other.admin) as talk:
            state = await follow(talk)
            assert (await talk.ask("subscribe", stream="view:x", viewId=view_id))["code"] == "NOT_FOUND"
            await new_ticket(desk, title="theirs")
            await new_ticket(other, title="ours")
            await change(talk, state)
            assert titles(state) == ["ours"]
            assert "theirs" not in str(talk.seen)

    async def test_a_requester_gets_their_own_without_what_is_hidden(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        fields = {"title": "mine", "requester_id": desk.user.id, "assigned_to_id": desk.agent.id, "metadata": {"k": 1}}
        ticket = (await commit(desk, lambda: create_ticket(desk.agent, fields=fields))).id
        await new_ticket(desk, desk.other_user, "of somebody else")
        async with signed_in(server, desk, desk.user) as talk:
            state = await follow(talk)
            assert (titles(state), state.count) == (["mine"], 1)
            await commit(desk, lambda: add_comment(desk.agent, ticket, content="A note.", is_internal=True))
            await new_ticket(desk, desk.other_user, "of somebody else")
            await commit(desk, lambda: add_comment(desk.agent, ticket, content="A reply.", is_internal=False))
            before = state.rows[0]["lastActivityAt"]
            frame = await change(talk, state)
            assert (frame["changed"][0]["ticket"]["lastActivityAt"] > before, state.count) == (True, 1)
            other = desk.other_user.id
            await commit(desk, lambda: change_ticket(desk.agent, ticket, fields={"requester_id": other}))
            await change(talk, state)
            assert (titles(state), state.count) == ([], 0)
            views = [seen for seen in talk.seen if seen["type"] == "view"]
            assert len(views) == 2
            for hidden in ("metadata", "teamId", desk.agent.email, "somebody else"):
                assert hidden not in str(talk.seen)

    async def test_a_requester_may_not_ask_about_teams_and_people(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        view_id = await new_view(desk, desk.admin, visibility="all")
        async with signed_in(server, desk, desk.user) as talk:
            for asked, code, names in (
                ({"filter": {"teamId": "none"}}, "FORBIDDEN", "teamId"),
                ({"filter": {"q": f"assignee:{desk.agent.email}"}}, "VALIDATION_ERROR", "q"),
                ({"viewId": view_id}, "NOT_FOUND", ""),
            ):
                answer = await talk.ask("subscribe", stream=STREAM, **asked)
                assert answer["code"] == code
                assert names in answer["message"]
            assert (await follow(talk, filter={"assignedToId": "none"})).is_whole

    async def test_a_key_follows_as_far_as_its_scopes_go(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        view_id = await new_view(desk, desk.agent, filter={"assignedToId": "me"})
        scopes = ("tickets:read:any",)
        _, token = await commit(desk, lambda: create_key(desk.agent, name="Board", scopes=scopes))
        fields = {"title": "mine", "assigned_to_id": desk.agent.id}
        await commit(desk, lambda: create_ticket(desk.admin, fields=fields))
        async with open_socket(server, token=token) as talk:
            assert titles(await follow(talk, viewId=view_id)) == ["mine"]


class TestDesk:
    async def test_staff_hear_of_teams_and_of_views_that_they_see(self, server: Server, new_desk: MakeDesk) -> None:
        desk, other = await new_desk(), await new_desk()
        async with signed_in(server, desk, desk.agent) as talk, signed_in(server, other, other.agent) as elsewhere:
            place = await talk.ask("subscribe", stream="desk")
            await elsewhere.ask("subscribe", stream="desk")
            fields = {"name": "Network", "description": "", "member_ids": []}
            await commit(desk, lambda: create_team(desk.admin, fields=fields))
            await new_view(desk, desk.ada, name="Private")
            await new_view(desk, desk.admin, name="For all", visibility="all")
            heard = [(await talk.until("event"))["event"] for _ in range(2)]
            assert [event["type"] for event in heard] == ["team.created", "view.created"]
            assert heard[1]["data"]["view"]["name"] == "For all"
            assert "Private" not in str(talk.seen)
            since = {"epoch": place["epoch"], "seq": place["seq"]}
            await talk.ask("subscribe", stream="desk", since=since)
            again = [(await talk.until("event"))["event"]["id"] for _ in range(2)]
            assert again == [event["id"] for event in heard]
            await elsewhere.ask("ping")
            assert not [frame for frame in elsewhere.seen if frame["type"] == "event"]

    async def test_requesters_and_keys_without_the_scopes_may_not(self, server: Server, new_desk: MakeDesk) -> None:
        desk = await new_desk()
        scopes = ("tickets:read:any", "teams:read:any")
        _, token = await commit(desk, lambda: create_key(desk.agent, name="Board", scopes=scopes))
        async with signed_in(server, desk, desk.user) as talk, open_socket(server, token=token) as board:
            for one in (talk, board):
                assert (await one.ask("subscribe", stream="desk"))["code"] == "FORBIDDEN"
                assert (await one.ask("subscribe", stream="queue"))["type"] == "subscribed"
