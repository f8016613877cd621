"""Whoever followed a log that was put back is told to begin anew; whoever follows another tenant notices nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.conftest import Desk, token_for
from tests.keeping.archives import erase
from tests.keeping.scene import PASSPHRASE, command
from tests.realtime.live import HANG_S, Server, Talk, in_thread, new_ticket, open_socket, serving, signed_in


@pytest.mark.slow
async def test_export_erase_import_while_another_works(
    own_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_ARCHIVE_PASSPHRASE", PASSPHRASE)
    desk, other = await in_thread(own_desk), await in_thread(own_desk)
    token = await in_thread(lambda: token_for(desk, desk.agent))
    with serving("uvicorn") as server:
        async with signed_in(server, other, other.agent) as undisturbed:
            await undisturbed.ask("subscribe", stream="queue")
            async with open_socket(server, token=token) as talk:
                await talk.ask("subscribe", stream="queue")
                await new_ticket(desk, title="Before")
                before = await talk.until("event")
                await in_thread(lambda: command("export_tenant", desk.ref.slug, tmp_path / "desk.tar"))
                await new_ticket(desk, title="After the export")
                last = await talk.until("event")
                place = {"epoch": talk.seen[0]["epoch"], "seq": last["seq"]}
                await in_thread(lambda: erase(desk))
                assert await talk.closed() in (4401, 4403)
            await new_ticket(other, title="Meanwhile")
            assert (await undisturbed.until("event"))["event"]["data"]["ticket"]["title"] == "Meanwhile"
            await in_thread(lambda: command("import_tenant", tmp_path / "desk.tar"))
            await new_ticket(desk, title="In its place")  # has the seq that the lost one had
            async with _back(server, token) as talk:
                await talk.say("subscribe", stream="queue", since=place)
                reset = await talk.until("reset")
                assert (reset["epoch"] != place["epoch"], reset["seq"]) == (True, last["seq"])
                await new_ticket(desk, title="And on")
                following = await talk.until("event")
                assert following["event"]["data"]["ticket"]["title"] == "And on"
                assert following["prev"] == reset["seq"] > before["seq"]
            await new_ticket(other, title="And on here")
            assert (await undisturbed.until("event"))["event"]["data"]["ticket"]["title"] == "And on here"
            assert not [frame for frame in undisturbed.seen if frame["type"] == "reset"]


@asynccontextmanager
async def _back(server: Server, token: str) -> AsyncIterator[Talk]:
    """As clients come back: again and again, while the web process does not know the tenant yet."""
    async with asyncio.timeout(HANG_S):
        while True:
            async with open_socket(server, token=token) as talk:
                try:
                    await talk.ask("ping")
                except ConnectionClosed:
                    await asyncio.sleep(0.2)
                    continue
                yield talk
                return
