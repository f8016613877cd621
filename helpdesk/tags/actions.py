"""What is done to tags, over all tickets at once."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.errors import ValidationFailed
from helpdesk.events import field_events
from helpdesk.events.log import record
from helpdesk.people.models import Person
from helpdesk.permissions import require
from helpdesk.sweeps.actions import Swept, begin_sweep
from helpdesk.sweeps.rules import TagsRenamed


def rename_tags(actor: Person, *, tags: Sequence[str], to: str) -> Swept:
    """They become one; each ticket tells of its change, and saved views follow."""
    require(actor, "renameTags")
    old = tuple(dict.fromkeys(tag for tag in tags if tag != to))
    if not old:
        raise ValidationFailed.of("to", "Give the tags another name.", "same")
    record(actor, field_events.TagsRenamed(tags=list(old), to=to))
    return begin_sweep(actor, TagsRenamed(old, to))
