"""What was exported, read back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from tests.api import Answer
from tests.conftest import Desk
from tests.helpdesk.log import execute


def read_csv(content: bytes, *, separator: str = ",") -> list[dict[str, str]]:
    """The rows by their column's label, as Python's own reader has them."""
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer
    return read_csv(answer.response.content)


def fill(desk: Desk, count: int) -> None:
    """So many tickets of the requester, in one statement: with a word to find them by, umlauts and a formula."""
    execute(
        desk.ref,
        "INSERT INTO ticket (id, number, title, description, status, priority, requester_id, created_by_id, tags,"
        " custom_fields, metadata, version, last_activity_at, created_at, updated_at, reopened_count)"
        " SELECT gen_random_uuid(), nextval('ticket_number_seq'), '=Drücker ' || n || ', \"zweiter\" Stock',"
        " repeat('The printer on the second floor does not print. ', 10), 'open', n %% 4, %s, %s, ARRAY['print', 'hw'],"
        " '{}', '{}', 1, at, at, at, 0"
        " FROM generate_series(1, %s) n, LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at) t",
        desk.user.id,
        desk.user.id,
        count,
    )


def peak_kb(pid: int) -> int:
    """The most memory that a process has ever had resident."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])
