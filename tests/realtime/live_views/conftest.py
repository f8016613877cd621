"""Opens a scene of live views in a desk of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.conftest import Desk
from tests.realtime.live import in_thread
from tests.realtime.live_views.scene import Scene

MakeDesk = Callable[[], Desk]


@pytest.fixture
def opened(own_desk: MakeDesk) -> Callable[..., Any]:
    @asynccontextmanager
    async def make(**options: Any) -> AsyncIterator[Scene]:
        scene = Scene(await in_thread(own_desk), **options)
        await scene.feed.start()
        try:
            yield scene
        finally:
            scene.gallery.close()

    return make
