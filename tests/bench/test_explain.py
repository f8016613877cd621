"""No list, no search and no figure reads a table of tickets, comments or words from one end to the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bench.explain import explain_all
from tests.bench.load import load
from tests.conftest import Desk


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_list_search_and_figure_goes_by_an_index(own_desk: Callable[[], Desk]) -> None:
    """That an index can answer each. Which way is taken at a million: `python -m tests.bench.explain 1000000`."""
    desk = own_desk()
    load(desk, 20_000)
    explained = list(explain_all(desk, is_small=True))
    assert {found.path: found.read_whole for found in explained if found.read_whole} == {}
    assert len(explained) > 200
