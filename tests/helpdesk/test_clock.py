"""Moments as the hub writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpdesk.clock import rfc3339


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00.000Z"),
        (datetime(2026, 1, 31, 12, 0, 0, 1999, tzinfo=UTC), "2026-01-31T12:00:00.001Z"),
        (datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2025-12-31T23:00:00.000Z"),
        (datetime(250, 11, 10, 21, tzinfo=UTC), "0250-11-10T21:00:00.000Z"),
    ],
)
def test_it_is_utc_with_four_digits_of_a_year_and_three_of_a_second(moment: datetime, written: str) -> None:
    assert rfc3339(moment) == written
