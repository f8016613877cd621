"""uvicorn, ended so that nobody notices: no request fails, no frame is lost.

After SIGTERM, in this order:
1. `/health/ready` says 503 and every answer `Connection: close`. New requests are still taken, for HUB_DRAIN_SECONDS:
   balancers that ask choose another process, those that keep connections let go of them.
2. The port is closed: whoever had got through to it by then is served, whoever comes later is refused at once and asks
   the next process.
3. Sockets are told when to come back (decision 24), and streams end.
4. For LINGER_S whoever holds a connection may still ask; then idle ones are closed.
5. Requests under way get HUB_STOP_SECONDS.

One process of several (`config.fleet`) that is exchanged gets SIGUSR1 instead: the others listen on the same port, so
nobody is told, and it begins with the second step.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Generator

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from config.beside import hear_of_others, stop_watching
from config.edge.under_uvicorn import Http
from config.env import env
from config.fleet_names import say_ready
from config.stopping import stopping
from helpdesk.meters import LOOP_DELAY

LINGER_S = 1.0
TICK_S = 0.1
"""uvicorn's, between two looks whether it shall end."""
"""Longer than a balancer takes between two requests on a connection that it likes to keep."""


class Server(uvicorn.Server):
    """See the module."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, *, shared: bool) -> None:
        super().__init__(config)
        self._listener, self._shared, self._exchanged = listener, shared, False
        self._ticked_at = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            hear_of_others()
            say_ready()

    async def on_tick(self, counter: int) -> bool:
        moment = time.monotonic()
        if counter:
            LOOP_DELAY.observe(max(0.0, moment - self._ticked_at - TICK_S))
        self._ticked_at = moment
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        stopping.begun = True
        if not self._exchanged:
            stopping.told = True
            await self._go_on_for(env.hub_drain_seconds)
        self._close_port()
        self._tell_sockets()
        await self._go_on_for(LINGER_S)
        await super().shutdown(sockets)
        # Not after `run`: that ends the process by the signal that stopped it.
        await asyncio.get_running_loop().run_in_executor(None, stop_watching)

    async def _go_on_for(self, seconds: float) -> None:
        """Serving; a second SIGINT cuts it short."""
        ends = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends and not self.force_exit:  # noqa: ASYNC110  a signal sets it
            await asyncio.sleep(0.05)

    def _close_port(self) -> None:
        """What the kernel has accepted for us is taken over: closing the port would reset it."""
        last = self._listener.dup()
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = last.accept()
            except OSError:
                break
            connection.settimeout(0)
            task = loop.create_task(self._take_over(connection))
            self.server_state.tasks.add(task)
            task.add_done_callback(self.server_state.tasks.discard)
        last.close()
        self._listener.close()

    async def _take_over(self, connection: socket.socket) -> None:
        def protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = self.config.http_protocol_class(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )  # type: ignore[call-arg]
            return made

        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)

    def _tell_sockets(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, WebSocketsSansIOProtocol):
                connection.shutdown()
            elif isinstance(connection, Http):
                connection.end_stream()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        with super().capture_signals():
            if self._shared:
                signal.signal(signal.SIGUSR1, self._exchange)
            yield

    def _exchange(self, number: int, frame: object) -> None:
        self._exchanged = True
        self.handle_exit(signal.SIGTERM, None)
