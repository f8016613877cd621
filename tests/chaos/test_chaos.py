"""A minute of everything that can go wrong: nothing is lost, nothing comes twice, nothing out of order."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.chaos.chaos import chaos

SECONDS = 30
"""Of steps; with the start, the end and the verdict it is a minute and a little."""


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_whatever_dies_every_client_is_told_the_log(tmp_path: Path) -> None:
    seed = int(os.environ.get("HUB_CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"HUB_CHAOS_SEED={seed}")
    outcome = await chaos(tmp_path, seconds=SECONDS, seed=seed)
    print("\n".join(outcome.lines()))
    assert outcome.is_clean(), outcome.lines()
    assert outcome.verdict["told"] > outcome.acknowledged, "hardly anybody was told anything"
