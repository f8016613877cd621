"""A filled desk that the tests of a module have in common: each is rolled back, in the store too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.db import connection

from helpdesk.objects import store
from tenants import resolve
from tests.conftest import Desk, make_desk
from tests.helpdesk.files import keys_of
from tests.keeping.archives import erase
from tests.keeping.scene import fill


@dataclass(frozen=True, slots=True)
class Shared:
    """`filled`: the ids of what it has; `files`: what lies in the store."""

    desk: Desk
    filled: dict[str, Any]
    files: dict[str, bytes]

    @contextmanager
    def undone(self) -> Iterator[Desk]:
        """For one test, inside a transaction that is rolled back."""
        resolve.forget()
        try:
            yield self.desk
        finally:
            resolve.forget()
            there = set(keys_of(self.desk.ref.id))
            for key in self.files.keys() - there:
                store.put(key, BytesIO(self.files[key]), size=len(self.files[key]))
            if strays := list(there - self.files.keys()):
                store.remove(strays)


@contextmanager
def shared_desk(prepare: Callable[[Desk], object] = lambda desk: None) -> Iterator[Shared]:
    """`prepare` comes before anything is written there. Gone at the end."""
    desk = make_desk(f"shared-{uuid4().hex[:10]}")
    prepare(desk)
    filled = fill(desk)
    yield Shared(desk, filled, {key: b"".join(store.read(key)) for key in keys_of(desk.ref.id)})
    erase(desk)
    connection.close()
