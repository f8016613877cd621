"""What of the agents' shape somebody gets: the one function through which every way out passes.

Which custom fields are hidden stands in each ticket as it was written; who reads old rows adds those of now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from helpdesk.events.catalogue import HIDDEN_FROM_REQUESTERS
from helpdesk.events.rules import Viewer


def for_viewer(shape: dict[str, Any], viewer: Viewer, *, hidden: Collection[str] = ()) -> dict[str, Any]:
    """The shape as the viewer may have it: staff all of it, a requester without metadata, addresses and hidden fields.

    Takes JSON-ready camelCase values: a ticket, a comment, a list's item or an event. `hidden`: keys of custom fields
    that are hidden now. Returns a new dict where anything was taken away.
    """
    if viewer.role.is_staff:
        return shape
    return _pruned_object(shape, str(viewer.id), frozenset(_hidden_in(shape)).union(hidden))


def _hidden_in(shape: dict[str, Any]) -> Iterator[str]:
    """What the ticket says that stands here, or in the data of an event."""
    yield from shape.get("hiddenFields", ())
    for inner in (shape.get("data"), shape.get("ticket")):
        if isinstance(inner, dict):
            yield from _hidden_in(inner)


def _pruned_object(shape: dict[str, Any], own_id: str, hidden: frozenset[str]) -> dict[str, Any]:
    foreign = "firstName" in shape and shape.get("id") != own_id
    return {
        key: _shown(inner, hidden) if key == "customFields" else _pruned(inner, own_id, hidden)
        for key, inner in shape.items()
        if key not in HIDDEN_FROM_REQUESTERS
        and not (foreign and key == "email")
        and not _says_nothing(key, inner, hidden)
    }


def _says_nothing(key: str, value: Any, hidden: frozenset[str]) -> bool:
    """A change of custom fields of which only hidden ones have changed."""
    if key != "customFields" or not isinstance(value, list):
        return False
    shown = _shown(value, hidden)
    return bool(shown) and all(one == shown[0] for one in shown)


def _pruned(value: Any, own_id: str, hidden: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return _pruned_object(value, own_id, hidden)
    if isinstance(value, list):
        return [_pruned(inner, own_id, hidden) for inner in value]
    return value


def _shown(fields: Any, hidden: frozenset[str]) -> Any:
    """A ticket's values, or those before and after a change. What stands in them is left as it was written."""
    if isinstance(fields, list):
        return [_shown(inner, hidden) for inner in fields]
    return {key: value for key, value in fields.items() if key not in hidden} if isinstance(fields, dict) else fields
