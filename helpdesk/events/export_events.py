"""The events of exports: what was taken out of the hub as a file, and by whom, is the admins' to know."""

from __future__ import annotations

from typing import Any, Literal

from helpdesk.shapes import Shape
from helpdesk.vocabulary import ExportFormat, ExportKind


class ExportStreamed(Shape):
    """Somebody took it as an answer, without a file being kept."""

    type: Literal["export.streamed"] = "export.streamed"
    what: ExportKind
    format: ExportFormat
    query: dict[str, Any]


ExportEvent = ExportStreamed
