"""A verdict as header fields: those that the original service sent, and draft-ietf-httpapi-ratelimit-headers-11's."""

from __future__ import annotations

from tenants.limits.rules import Verdict


def fields_of(verdict: Verdict) -> dict[str, str]:
    """`RateLimit-Reset` and `t` are the seconds until the window ends, or until there is room where there is none."""
    limit, policy = verdict.bucket.limit, verdict.bucket.policy
    reset_s = verdict.wait_s or verdict.reset_s
    fields = {
        "RateLimit-Limit": str(limit.count),
        "RateLimit-Remaining": str(verdict.remaining),
        "RateLimit-Reset": str(reset_s),
        "RateLimit-Policy": f'"{policy}";q={limit.count};w={limit.seconds}',
        "RateLimit": f'"{policy}";r={verdict.remaining};t={reset_s}',
    }
    if verdict.wait_s:
        fields["Retry-After"] = str(verdict.wait_s)
    return fields
