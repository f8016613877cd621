"""What stands for the placeholders of a macro. Pure.

A text is filled in once, and what was filled in is never read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from helpdesk.errors import ValidationFailed

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "ticket.number": "42",
        "ticket.title": "The VPN drops",
        "ticket.status": "open",
        "ticket.priority": "high",
        "requester.name": "José Álvarez",
        "requester.firstName": "José",
        "requester.lastName": "Álvarez",
        "requester.email": "jose@acme.example",
        "agent.name": "Ada Lovelace",
        "agent.firstName": "Ada",
        "agent.lastName": "Lovelace",
        "team.name": "Network",
        "desk.name": "Acme",
    }
)
"""All there are, each with an example. `agent` is whoever applies the macro."""
LONGEST = 10_000
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def require_known(content: str, *, field: str) -> None:
    """Raise ValidationFailed for a placeholder that there is not, or that does not end."""
    for match in _PLACEHOLDER.finditer(content):
        if match[1].strip() not in PLACEHOLDERS:
            known = ", ".join(PLACEHOLDERS)
            raise ValidationFailed.of(field, f"There is no such placeholder. Known are {known}.", "unknown_placeholder")
    if "{{" in _PLACEHOLDER.sub("", content):
        raise ValidationFailed.of(field, "A placeholder ends with }}.", "open_placeholder")


def filled(content: str, values: Mapping[str, str]) -> str:
    """The text with what stands for its placeholders, at most so long as a comment may be."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1].strip(), match[0]), content)
