"""A macro as its payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from helpdesk.events import macro_events
from helpdesk.events.macro_events import MacroComment, MacroPayload
from helpdesk.macros.models import Macro
from helpdesk.shapes import to_json_name
from helpdesk.sharing.queries import list_named
from helpdesk.vocabulary import ViewVisibility


def macro_payload(macro: Macro) -> MacroPayload:
    """The row's columns as the API names them."""
    return MacroPayload(
        id=macro.id,
        name=macro.name,
        description=macro.description,
        visibility=ViewVisibility(macro.visibility),
        team_id=macro.team_id,
        owner_id=macro.owner_id,
        is_archived=macro.is_archived,
        usage_count=macro.usage_count,
        last_used_at=macro.last_used_at,
        version=macro.version,
        created_at=macro.created_at,
        updated_at=macro.updated_at,
        comment=MacroComment(**macro.comment) if macro.comment else None,
        set_=macro.set_fields,
        add_tags=macro.add_tags,
        remove_tags=macro.remove_tags,
    )


def fields_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Columns to set, by their JSON names."""
    return {to_json_name(name): str(value) if isinstance(value, UUID) else value for name, value in fields.items()}


class MacroTelling:
    """The events of macros."""

    def created(self, thing: Macro) -> macro_events.MacroCreated:
        return macro_events.MacroCreated(macro=macro_payload(thing), people=list_named(thing))

    def updated(self, thing: Macro, changes: dict[str, tuple[Any, Any]]) -> macro_events.MacroUpdated:
        return macro_events.MacroUpdated(macro=macro_payload(thing), people=list_named(thing), changes=changes)

    def deleted(self, thing: Macro) -> macro_events.MacroDeleted:
        visibility = ViewVisibility(thing.visibility)
        return macro_events.MacroDeleted(
            macro_id=thing.id, name=thing.name, visibility=visibility, people=list_named(thing)
        )

    def shape(self, thing: Macro) -> dict[str, Any]:
        return macro_payload(thing).model_dump(mode="json", by_alias=True)
