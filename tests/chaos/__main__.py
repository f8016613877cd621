"""`make chaos MINUTES=30`: prints what happens, and at last what was lost. Exits 1 where it is not nothing."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.chaos import chaos


def main() -> int:
    asked = argparse.ArgumentParser(prog="make chaos")
    asked.add_argument("--minutes", type=float, default=30)
    asked.add_argument("--seed", type=int, default=None)
    given = asked.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"chaos for {given.minutes:g} minutes, seed {seed}")
    with tempfile.TemporaryDirectory(prefix="hub-chaos-") as home:
        outcome = asyncio.run(chaos(Path(home), seconds=given.minutes * 60, seed=seed))
    print("\n".join(["", *outcome.lines()]))
    return 0 if outcome.is_clean() else 1


if __name__ == "__main__":
    sys.exit(main())
