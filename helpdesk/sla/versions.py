"""What a version of a policy keeps, as rules and clocks want it; versions never change, so they are read once."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import orjson

from helpdesk.sla.clocks import Terms
from helpdesk.sla.models import SlaPolicyVersion
from helpdesk.sla.rules import VersionTerms, terms_of


def kept_terms(version: SlaPolicyVersion) -> VersionTerms:
    """Everything that decides."""
    return _kept(version.id, orjson.dumps(version.terms))


def clock_terms(version: SlaPolicyVersion) -> Terms:
    """What clocks need of it."""
    return _clocks(version.id, orjson.dumps(version.terms), orjson.dumps(version.holidays))


@lru_cache(maxsize=256)
def _kept(version_id: UUID, terms: bytes) -> VersionTerms:
    return VersionTerms.model_validate_json(terms)


@lru_cache(maxsize=256)
def _clocks(version_id: UUID, terms: bytes, holidays: bytes) -> Terms:
    return terms_of(_kept(version_id, terms), orjson.loads(holidays))
