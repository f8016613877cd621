"""A TCP proxy that breaks connections as networks do: at once, or without anybody being told."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

CHUNK = 64 * 1024


class Link:
    """One connection through the proxy."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.frozen = False

    def cut(self) -> None:
        """Both ends are reset."""
        for writer in (self.client, self.server):
            writer.transport.abort()


class Proxy:
    """Listens on `port` and hands on to `target`, also while nobody listens there."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, 0
        self.links: set[Link] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for link in list(self.links):
            link.cut()
        await asyncio.sleep(0.1)

    def cut_some(self, chance: random.Random) -> int:
        """Break about half of the connections. Returns how many."""
        return self._each(chance, Link.cut)

    def freeze_some(self, chance: random.Random) -> int:
        """From now on nothing passes through about half of them, and neither end learns of it."""
        return self._each(chance, lambda link: setattr(link, "frozen", True))

    def _each(self, chance: random.Random, do: object) -> int:
        some = [link for link in self.links if not link.frozen and chance.random() < 0.5]
        for link in some:
            do(link)  # type: ignore[operator]
        return len(some)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, far_writer)
        self.links.add(link)
        pumps = [_pump(link, reader, far_writer), _pump(link, far_reader, writer)]
        tasks = [asyncio.ensure_future(pump) for pump in pumps]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        link.cut()
        self.links.discard(link)


async def _pump(link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            if link.frozen:
                continue  # it vanishes, as behind a pulled plug
            writer.write(chunk)
            await writer.drain()
