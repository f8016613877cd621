"""Taking something out of the hub: who took what is in the log."""

from __future__ import annotations

from helpdesk.events.export_events import ExportStreamed
from helpdesk.events.log import record
from helpdesk.people.models import Person
from helpdesk.shapes import Shape
from helpdesk.vocabulary import ExportFormat, ExportKind


def note_streamed(actor: Person, *, what: ExportKind, format_: ExportFormat, asked: Shape) -> None:
    """Somebody gets this as an answer."""
    query = asked.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    record(actor, ExportStreamed(what=what, format=format_, query=query))
