"""What the endpoints of macros take and give."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool

from helpdesk.comments.schemas import Content
from helpdesk.events.macro_events import MacroPayload
from helpdesk.events.payloads import CommentPayload, TicketPayload
from helpdesk.paging import PageMeta
from helpdesk.shapes import Input, Shape
from helpdesk.sharing.schemas import ChangeShared, CreateShared, Me
from helpdesk.tickets.filter import AnyPriority, AnyStatus
from helpdesk.tickets.schemas import SmallObject, Tags
from helpdesk.vocabulary import TicketPriority, TicketStatus


class CommentOfMacro(Input):
    """What is said. `content` may hold placeholders such as `{{requester.firstName}}`."""

    content: Content
    is_internal: StrictBool = False


class SetOfMacro(Input):
    """The fields that are set; those left out stay. `me` is whoever applies it."""

    status: AnyStatus = TicketStatus.OPEN
    priority: AnyPriority = TicketPriority.MEDIUM
    assigned_to_id: UUID | Me | None = None
    team_id: UUID | None = None
    set_custom_fields: SmallObject = Field(default_factory=dict)


class CreateMacro(CreateShared):
    """A new macro: a reply or note, fields, tags; at least one of them."""

    comment: CommentOfMacro | None = None
    set_: SetOfMacro = Field(default_factory=SetOfMacro, alias="set")
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)


class ChangeMacro(ChangeShared):
    """The fields to change; those left out stay. `comment`, `set` and the tags are replaced whole."""

    comment: CommentOfMacro | None = None
    set_: SetOfMacro = Field(default_factory=SetOfMacro, alias="set")
    add_tags: Tags = Field(default_factory=list)
    remove_tags: Tags = Field(default_factory=list)


class MacroList(Shape):
    data: list[MacroPayload]
    meta: PageMeta


class MacroPreview(Shape):
    """What the macro would come to: its text filled in, and the fields that it would set. Nothing is done."""

    content: str | None
    is_internal: bool
    set_: dict[str, Any] = Field(alias="set")


class ApplyMacro(Input):
    """`content`: the text as it was edited, instead of the macro's own. `seenSeq`, `draftId`: as on a comment."""

    content: Content | None = None
    seen_seq: Annotated[int, Field(strict=True, ge=0)] | None = None
    draft_id: UUID | None = None


class MacroApplied(Shape):
    """The ticket as it is now, and what was said."""

    ticket: TicketPayload
    comment: CommentPayload | None
