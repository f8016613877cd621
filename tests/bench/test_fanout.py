"""The fan-out bench in its small form: it meters what it says, and the hub loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import fanout
from tests.bench.fanout_hub import SETTINGS, Hub
from tests.conftest import Desk
from tests.realtime.live import serving

pytestmark = [pytest.mark.slow, pytest.mark.alone]
SOCKETS = 200


def test_the_hub_delivers_everything_in_order(
    own_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fanout, "CALM_EVENTS", 5)
    monkeypatch.setattr(fanout, "BUSY_S", 0.2)
    monkeypatch.setattr(fanout, "POSTS", 10)
    line = str(tmp_path / "writer")
    with serving("uvicorn", **SETTINGS, HUB_TEST_WRITER=line) as server:
        hub = Hub(own_desk(), server, line)
        posts = fanout.posted(hub)
        figures = fanout.measured(hub, [], size=SOCKETS, rounds=1)["hub"]
    assert len(posts) == 10
    assert (figures.lost, figures.disorder) == (0, 0)
    assert len(figures.calm[0]) == len(figures.calm_elsewhere[0]) == 5 * SOCKETS
    assert all(
        written >= given > 0 for written, given in zip(figures.calm_and_writing[0], figures.calm[0], strict=True)
    )
    assert figures.busy[0]
    assert figures.most[0] > SOCKETS * fanout.CALM_RATE
