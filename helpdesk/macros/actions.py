"""What is done to macros, and what they do: all of it with the ordinary actions and rights, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from helpdesk import desk
from helpdesk.comments.actions import add_comment
from helpdesk.custom_fields.queries import known_fields
from helpdesk.errors import ValidationFailed
from helpdesk.events.payloads import CommentPayload, TicketPayload
from helpdesk.macros.models import Macro
from helpdesk.macros.rules import LONGEST, filled, require_known
from helpdesk.macros.schemas import SetOfMacro
from helpdesk.macros.shapes import MacroTelling
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.sharing.actions import Keeper
from helpdesk.sharing.queries import get_shared
from helpdesk.sharing.rules import Archived
from helpdesk.tickets.actions import change_ticket
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.queries import get_ticket, lock_ticket
from helpdesk.tickets.rules import tags_after

MACROS = Keeper(Macro, MacroTelling())


def create_macro(actor: Person, *, fields: Mapping[str, Any]) -> Macro:
    """A new macro of the actor. `fields` by Python name, with every field there is."""
    require(actor, "createMacro")
    columns = _columns_of(fields)
    if not any(columns[name] for name in ("comment", "set_fields", "add_tags", "remove_tags")):
        raise ValidationFailed.of("comment", "Give something to do: comment, set, addTags or removeTags.", "empty")
    return MACROS.create(actor, columns)


def change_macro(actor: Person, macro_id: UUID, *, fields: Mapping[str, Any], if_match: str | None = None) -> Macro:
    """Set the given fields."""
    require(actor, "updateMacro")
    return MACROS.change(actor, macro_id, _columns_of(fields), if_match=if_match)


def delete_macro(actor: Person, macro_id: UUID, *, if_match: str | None = None) -> None:
    """Take it away. What it has done stays."""
    require(actor, "deleteMacro")
    MACROS.delete(actor, macro_id, if_match=if_match)


def apply_macro(
    actor: Person,
    ticket_id: UUID,
    macro_id: UUID,
    *,
    content: str | None = None,
    seen_seq: int | None = None,
    draft_id: UUID | None = None,
    if_match: str | None = None,
) -> tuple[TicketPayload, CommentPayload | None]:
    """Say what it says, then set what it sets; where one part is refused nothing is done."""
    require(actor, "applyMacro")
    ticket = lock_ticket(actor, ticket_id)
    macro = get_shared(Macro, actor, macro_id)
    text = _text_of(actor, macro, ticket) if content is None else content
    comment = None
    if macro.comment:
        comment = add_comment(
            actor,
            ticket.id,
            content=text or "",
            is_internal=macro.comment["is_internal"],
            seen_seq=seen_seq,
            draft_id=draft_id,
        )
    elif content is not None:
        raise ValidationFailed.of("content", "This macro says nothing.", "no_comment")
    payload = change_ticket(actor, ticket.id, fields=_fields_of(actor, macro, ticket), if_match=if_match)
    MACROS.use(macro)
    return payload, comment


def preview_macro(actor: Person, ticket_id: UUID, macro_id: UUID) -> tuple[str | None, bool, dict[str, Any]]:
    """The text filled in, whether it is a note, and the fields to set. Nothing is done."""
    require(actor, "previewMacro")
    ticket, macro = get_ticket(actor, ticket_id), get_shared(Macro, actor, macro_id)
    if macro.is_archived:
        raise Archived
    fields = _fields_of(actor, macro, ticket)
    return _text_of(actor, macro, ticket), bool(macro.comment and macro.comment["is_internal"]), fields


def _columns_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    columns = dict(fields)
    if "visibility" in columns:
        columns["visibility"] = columns["visibility"].value
    if comment := columns.get("comment"):
        require_known(comment.content, field="comment.content")
        columns["comment"] = comment.model_dump()
    if "set_" in columns:
        wanted: SetOfMacro = columns.pop("set_")
        columns["set_fields"] = wanted.model_dump(mode="json", by_alias=True, exclude_unset=True)
        _require_values(columns["set_fields"].get("setCustomFields", {}))
    return columns


def _require_values(given: Mapping[str, Any]) -> None:
    known_fields().after({}, given, is_staff=True, within="set.setCustomFields")


def _fields_of(actor: Person, macro: Macro, ticket: Ticket) -> dict[str, Any]:
    fields = SetOfMacro.model_validate(macro.set_fields).given()
    if fields.get("assigned_to_id") == "me":
        fields["assigned_to_id"] = actor.id
    tags = tags_after(ticket.tags, add=macro.add_tags, remove=macro.remove_tags)
    return fields if tags == list(ticket.tags) else fields | {"tags": tags}


def _text_of(actor: Person, macro: Macro, ticket: Ticket) -> str | None:
    if not macro.comment:
        return None
    requester = ticket.requester
    text = filled(
        macro.comment["content"],
        {
            "ticket.number": str(ticket.number),
            "ticket.title": ticket.title,
            "ticket.status": ticket.status.replace("_", " "),
            "ticket.priority": ticket.priority_word().value,
            "requester.name": requester.name,
            "requester.firstName": requester.first_name,
            "requester.lastName": requester.last_name,
            "requester.email": requester.email,
            "agent.name": actor.name,
            "agent.firstName": actor.first_name,
            "agent.lastName": actor.last_name,
            "team.name": ticket.team.name if ticket.team else "",
            "desk.name": desk.current().name,
        },
    ).strip()
    if not text or len(text) > LONGEST:
        raise ValidationFailed.of("content", f"Filled in it has between 1 and {LONGEST:,} characters.", "length")
    return text
