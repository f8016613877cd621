"""No database is needed here: the edge knows no Django."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.edge import access


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the edge logs, at every level, with what is bound to the context."""
    capture = structlog.testing.LogCapture()
    log = structlog.wrap_logger(
        None,
        processors=[structlog.contextvars.merge_contextvars, capture],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    monkeypatch.setattr(access, "log", log)
    return capture.entries


@pytest.fixture(autouse=True)
def _nothing_bound() -> Iterator[None]:
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()
