"""Moments: UTC, truncated to milliseconds when they are made, so that what is stored is what is shown."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment in UTC, truncated to milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """`2026-01-31T12:00:00.000Z`: RFC 3339 in UTC with milliseconds, the only form the hub writes."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
