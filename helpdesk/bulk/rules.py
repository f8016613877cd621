"""What a bulk change may ask for, and what it comes to for one ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.errors import Conflict, PreconditionFailed, ValidationFailed

MOST_TICKETS = 1_000


class TooManyTickets(Conflict):
    """At most 1,000 tickets are changed at once: narrow the filter. `data.count` says how many there are."""

    reason = "too_many"


def require_one_way_to_pick(given: Mapping[str, bool]) -> None:
    """Tickets are picked in one way. `given`: for each way (camelCase), whether it was used."""
    used = [name for name, is_used in given.items() if is_used]
    if len(used) != 1:
        ways = ", ".join(given)
        raise ValidationFailed.of(used[1] if used else next(iter(given)), f"Give one of {ways}.", "one_of")


def require_conditions(conditions: Mapping[str, Any]) -> None:
    """A filter that was left empty by mistake must not pick everything: null, `[]` and blank words say nothing."""
    if not any(value.strip() if isinstance(value, str) else value for value in conditions.values()):
        raise ValidationFailed.of("filter", "Give at least one condition.", "empty")


def require_something_to_do(*, changes: bool, deletes: bool) -> None:
    """Either a change or the end of the tickets."""
    if changes and deletes:
        raise ValidationFailed.of("delete", "What is deleted is not changed as well.", "one_of")
    if not (changes or deletes):
        raise ValidationFailed.of("set", "Give something to do: set, addTags, removeTags, comment or delete.", "empty")


def require_version(wanted: int | None, version: int) -> None:
    """Raise PreconditionFailed unless it is the version that was seen; None: any will do."""
    if wanted is not None and wanted != version:
        raise PreconditionFailed


def changed_fields(fields: Mapping[str, Any], tags: Sequence[str], after: Sequence[str]) -> dict[str, Any]:
    """The columns to set on one ticket."""
    return dict(fields) | ({} if list(tags) == list(after) else {"tags": list(after)})
