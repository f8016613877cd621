"""What stands in a ticket's custom fields once somebody has written to them: read, checked, and refused where wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from helpdesk.custom_fields.queries import known_fields, unknown_people
from helpdesk.custom_fields.rules import MOST_BYTES, changed_keys, patched
from helpdesk.errors import Detail, ValidationFailed
from helpdesk.people.models import Person
from helpdesk.shapes import same_json
from helpdesk.tickets.models import Ticket
from helpdesk.vocabulary import FieldRequired, FieldType, TicketStatus

_FIELDS = "customFields"
_FINISHED = frozenset({TicketStatus.RESOLVED.value, TicketStatus.CLOSED.value})


def fields_given(actor: Person, given: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody gives a new ticket, as it will be kept."""
    return _read(actor, {}, given, within=_FIELDS) if given else {}


def fields_of_new(actor: Person, given: Mapping[str, Any]) -> dict[str, Any]:
    """With what a new ticket has besides; raises where something is missing."""
    fields = known_fields()
    found = fields.with_defaults(given)
    fields.require_complete(found, FieldRequired.CREATING, is_staff=actor.is_staff)
    _require_small(found)
    return found


def with_fields_after(actor: Person | None, ticket: Ticket, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns to set; `custom_fields`, where they are among them, as all that the ticket will hold.

    `actor` None: the hub itself. `set_custom_fields` changes only those that it names; where both are given, after
    all others were replaced.
    """
    if not {"custom_fields", "set_custom_fields"} & wanted.keys():
        return wanted
    before: Mapping[str, Any] = ticket.custom_fields
    seen = before if _is_staff(actor) else _shown(before)
    given, within = wanted.get("custom_fields", seen), _FIELDS
    if "set_custom_fields" in wanted:
        given = patched(given, wanted["set_custom_fields"])
        within = _FIELDS if "custom_fields" in wanted else "setCustomFields"
    after = before if same_json(given, seen) else _read(actor, before, given, within=within)
    return {name: value for name, value in wanted.items() if name != "set_custom_fields"} | {"custom_fields": after}


def require_resolvable(actor: Person | None, ticket: Ticket, wanted: Mapping[str, Any]) -> None:
    """Staff finish a ticket only once what must not be empty then is filled in."""
    status = wanted.get("status", ticket.status)
    if actor is None or not actor.is_staff or str(status) not in _FINISHED or ticket.status in _FINISHED:
        return
    values = wanted.get("custom_fields", ticket.custom_fields)
    known_fields().require_complete(values, FieldRequired.RESOLVING, is_staff=True)


def are_theirs(ticket: Ticket, change: tuple[Any, Any] | None) -> bool:
    """May a requester have changed the custom fields so?"""
    return change is not None and known_fields().are_editable(*change)


def _read(actor: Person | None, before: Mapping[str, Any], given: Mapping[str, Any], *, within: str) -> dict[str, Any]:
    fields = known_fields()
    found = fields.after(before, given, is_staff=_is_staff(actor), within=within)
    changed = [key for key in changed_keys(before, found) if key in found]
    named = {key: found[key] for key in changed if (one := fields.get(key)) and one.type is FieldType.USER}
    if nobody := unknown_people(named.values()):
        raise ValidationFailed(
            details=[
                Detail(f"{within}.{key}", "There is no such active person.", "unknown_person")
                for key, value in named.items()
                if value in nobody
            ]
        )
    _require_small(found)
    return found


def _is_staff(actor: Person | None) -> bool:
    return actor is None or actor.is_staff


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    hidden = known_fields().hidden
    return {key: value for key, value in values.items() if key not in hidden}


def _require_small(values: Mapping[str, Any]) -> None:
    if len(orjson.dumps(values)) > MOST_BYTES:
        raise ValidationFailed.of(_FIELDS, f"At most {MOST_BYTES // 1024} kB of JSON.", "too_large")
