"""The events of exports: what was taken out of the hub as a file, and by whom, is the admins' to know."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from helpdesk.events.payloads import ExportPayload
from helpdesk.shapes import Shape
from helpdesk.vocabulary import ExportFormat, ExportKind


class ExportCreated(Shape):
    """Somebody has a file made of what they may see."""

    type: Literal["export.created"] = "export.created"
    export: ExportPayload


class ExportFinished(Shape):
    """The file is there, or it has failed: its `status` says which."""

    type: Literal["export.finished"] = "export.finished"
    export: ExportPayload


class ExportStreamed(Shape):
    """Somebody took it as an answer, without a file being kept."""

    type: Literal["export.streamed"] = "export.streamed"
    what: ExportKind
    format: ExportFormat
    query: dict[str, Any]


class ExportDownloaded(Shape):
    """Somebody was led to the file."""

    type: Literal["export.downloaded"] = "export.downloaded"
    export_id: UUID
    user_id: UUID
    """Whose it is."""
    what: ExportKind
    format: ExportFormat


class ExportDeleted(Shape):
    """Given up before its end, or taken away before its time."""

    type: Literal["export.deleted"] = "export.deleted"
    export_id: UUID
    user_id: UUID
    what: ExportKind
    format: ExportFormat


ExportEvent = ExportCreated | ExportFinished | ExportStreamed | ExportDownloaded | ExportDeleted
