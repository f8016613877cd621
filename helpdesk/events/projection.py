"""What of the agents' shape somebody gets: the one function through which every way out passes."""

from __future__ import annotations

from typing import Any

from helpdesk.events.catalogue import HIDDEN_FROM_REQUESTERS
from helpdesk.events.rules import Viewer


def for_viewer(shape: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
    """The shape as the viewer may have it: staff all of it, a requester without metadata and addresses.

    Takes JSON-ready camelCase values: a ticket, a comment, a list's item or an event. Returns a new
    dict where anything was taken away.
    """
    if viewer.role.is_staff:
        return shape
    return _pruned_object(shape, str(viewer.id))


def _pruned_object(shape: dict[str, Any], own_id: str) -> dict[str, Any]:
    foreign = "firstName" in shape and shape.get("id") != own_id
    return {
        key: inner if key == "customFields" else _pruned(inner, own_id)
        for key, inner in shape.items()
        if key not in HIDDEN_FROM_REQUESTERS and not (foreign and key == "email")
    }


def _pruned(value: Any, own_id: str) -> Any:
    if isinstance(value, dict):
        return _pruned_object(value, own_id)
    if isinstance(value, list):
        return [_pruned(inner, own_id) for inner in value]
    return value
