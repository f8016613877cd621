"""`make bench-tenants` in small: so that it works on the day when somebody wants its figures."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests.bench.tenants import Row
from tests.tenants.bouncer import url

LINES = [
    "make a tenant, median",
    "Django's start",
    "migrate where nothing is to do",
    "add a column to all",
    "requests to one tenant",
    "requests spread over all",
    "one against all",
    "a backend that has been to 1",
    "a backend that has been to 4",
]


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_it_measures_all_that_it_promises(transactional_access: None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.tenants"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"TENANTS": "4", "SECONDS": "0.2", "DATABASE_URL": url()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = dict(re.findall(r"(?m)^ +(\S.*?) {2,}([\d.]+) (?:s|/s|times|MB)\b", done.stdout))
    for line in LINES:
        found = [float(figure) for what, figure in figures.items() if what.startswith(line)]
        assert found, f"{line} is missing:\n{done.stdout}"
        assert found[0] > 0


def test_a_goal_is_kept_or_missed() -> None:
    assert "kept" in str(Row("a", 1.0, "s", 2.0))
    assert "MISSED" in str(Row("a", 2.1, "s", 2.0))
    assert str(Row("a", 2.1, "s")).split() == ["a", "2.10", "s"]
