"""Everything that was acknowledged stands in the log; nothing that was asked for once stands there twice.

What a deleted ticket's rows said has been taken back, so of those only the deletion itself is looked for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson

from helpdesk.events.queries import LogRow
from tests.chaos.verdict import Verdict

Said = list[tuple[LogRow, dict[str, Any]]]


def judge_writes(verdict: Verdict, rows: list[LogRow], done: dict[str, Any]) -> None:
    gone = {str(row.ticket) for row in rows if row.type == "ticket.deleted"}
    created = Counter(str(row.ticket) for row in rows if row.type == "ticket.created")
    comments = _of(rows, "comment.added")
    added = Counter(data["comment"]["id"] for _, data in comments)
    versions = {(str(row.ticket), data["ticket"]["version"]) for row, data in _of(rows, "ticket.") if "ticket" in data}
    _keep(verdict, "ticket", [id_ for id_ in done["tickets"] if created[id_] != 1])
    _keep(verdict, "comment", [id_ for id_, of in done["comments"].items() if added[id_] != 1 and of not in gone])
    _keep(verdict, "deletion", [id_ for id_ in done["deleted"] if id_ not in gone])
    _keep(
        verdict, "change", [f"{of} {to}" for of, to in done["versions"] if (of, to) not in versions and of not in gone]
    )
    markers = [data["ticket"]["title"] for _, data in _of(rows, "ticket.created")]
    markers += [data["comment"]["content"] for _, data in comments]
    for marker, times in Counter(markers).items():
        if times > 1:
            verdict.note("repeated", f"{marker}, {times} times", times - 1)


def _keep(verdict: Verdict, what: str, missing: list[str]) -> None:
    for one in missing:
        verdict.note("unkept", f"{what} {one}")


def _of(rows: list[LogRow], type_: str) -> Said:
    found = ((row, orjson.loads(row.payload)) for row in rows if row.type.startswith(type_))
    return [(row, payload["data"]) for row, payload in found if not payload.get("redacted")]
