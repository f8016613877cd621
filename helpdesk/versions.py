"""ETag and If-Match over a row's version (RFC 9110, 8.8.3 and 13.1.1): `"3"`, `W/"3"` and `3` are one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from helpdesk.errors import PreconditionFailed, ValidationFailed

_ONE = re.compile(r'\s*(?:W/)?(?:"(\d{1,18})"|(\d{1,18}))\s*')


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def require_match(if_match: str | None, version: int, current: Callable[[], dict[str, Any]]) -> None:
    """Raise PreconditionFailed with `data.current` unless one of the header's versions is this one."""
    if if_match is None or if_match.strip() == "*":
        return
    found = [_ONE.fullmatch(part) for part in if_match.split(",")]
    if not all(found):
        raise ValidationFailed.of("If-Match", 'If-Match takes a version such as "3".', "version")
    if version not in {int(match[1] or match[2]) for match in found if match}:
        raise PreconditionFailed(data={"current": current()})
