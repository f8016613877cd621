"""An export's row as its payload."""

from __future__ import annotations

from helpdesk.events.payloads import ExportPayload
from helpdesk.exports.models import Export
from helpdesk.vocabulary import ExportFormat, ExportKind, ExportProblem, ExportStatus


def export_payload(export: Export) -> ExportPayload:
    """As everybody gets it who may see it."""
    return ExportPayload(
        id=export.id,
        user_id=export.person_id,
        what=ExportKind(export.kind),
        format=ExportFormat(export.format),
        query=export.query,
        status=ExportStatus(export.status),
        rows_done=export.rows_done,
        rows_expected=export.rows_expected,
        problem=ExportProblem(export.problem) if export.problem else None,
        filename=export.filename,
        file_size=export.file_size,
        created_at=export.created_at,
        started_at=export.started_at,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
    )
