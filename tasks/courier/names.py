"""From the name of a host to addresses that may be connected to: looked up anew for each connection.

All answers must be outside: one inner address among them is a trap, and refuses the whole name. What was checked
is what is connected to, so a name that changes its answer in between gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from weakref import WeakValueDictionary

from helpdesk.webhooks.addresses import Address, Network, literal_address, may_connect

LOOKUPS_AT_ONCE, OF_ONE_OWNER = 256, 8
"""Threads of their own, and few for each owner: whose name servers hang holds up only their own lookups."""
OWNER: ContextVar[object] = ContextVar("courier_owner", default=None)
"""For whom this task sends: a tenant."""


class Refused(Exception):
    """The address of this host is inside a private or reserved network."""


class Unresolvable(Exception):
    """The name of this host could not be looked up."""


class Names:
    """Looks names up. Those who ask for a name that is being looked up share the answer."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._running: dict[tuple[object, str], asyncio.Task[list[str]]] = {}
        self._turns: WeakValueDictionary[object, asyncio.Semaphore] = WeakValueDictionary()
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="names")

    async def addresses_of(self, host: str) -> list[str]:
        """Addresses to try, in order. Raises Refused or Unresolvable."""
        literal = literal_address(host)
        return self._checked([literal] if literal else await self._looked_up(host))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _checked(self, found: Sequence[Address]) -> list[str]:
        if not all(may_connect(address, self._allowed) for address in found):
            raise Refused(Refused.__doc__)
        return [str(address) for address in found]

    async def _looked_up(self, host: str) -> list[Address]:
        key = (OWNER.get(), host)
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._look_up(host))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # Shielded: one who gives up does not take the answer from the others.
        return [ipaddress.ip_address(text) for text in await asyncio.shield(task)]

    async def _look_up(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        turns = self._turns.setdefault(OWNER.get(), asyncio.Semaphore(OF_ONE_OWNER))
        try:
            async with turns:
                found = await loop.run_in_executor(self._threads, _getaddrinfo, host)
        except (OSError, UnicodeError) as error:
            raise Unresolvable(Unresolvable.__doc__) from error
        return found


def _getaddrinfo(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    # A scope (fe80::1%eth0) is cut off: link-local is refused anyway.
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
