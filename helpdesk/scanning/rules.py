"""What a scanner's answer means, and which files may be fetched. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from helpdesk.errors import Conflict, Forbidden
from helpdesk.vocabulary import ScanState

LEASE = timedelta(minutes=10)
"""Longer than a scan may take: what somebody claimed and did not finish is due again then."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 600
LONGEST_THREAT = 200
_OK, _FOUND = "OK", " FOUND"
_TOO_LARGE = "size limit exceeded"


class NotScannedYet(Conflict):
    """This file is still being looked at for viruses. Try again in a moment."""

    reason = "not_scanned_yet"


class Quarantined(Forbidden):
    """This file is in quarantine: the virus scanner has not found it clean."""

    reason = "quarantined"


class ScannerAway(Exception):
    """The scanner does not answer, or with nothing that says something about the file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`threat`: what was found, in the scanner's words; with UNSCANNABLE, why it could not look."""

    state: ScanState
    threat: str = ""


def verdict_of(answer: str) -> Verdict:
    """clamd's answer to INSTREAM (clamd(8)), without its end. Raises ScannerAway where it says nothing of the file."""
    said = answer.removeprefix("stream:").strip()
    if said == _OK:
        return Verdict(ScanState.CLEAN)
    if said.endswith(_FOUND):
        return Verdict(ScanState.INFECTED, said.removesuffix(_FOUND).strip()[:LONGEST_THREAT])
    if _TOO_LARGE in said:
        return Verdict(ScanState.UNSCANNABLE, "larger than the scanner takes")
    raise ScannerAway(said[:LONGEST_THREAT] or "no answer")


def pause_after(attempts: int) -> timedelta:
    """How long a scanner is left alone that did not answer; it is asked for ever."""
    return timedelta(seconds=min(FIRST_PAUSE_S * 2 ** min(attempts - 1, 10), LONGEST_PAUSE_S))


def require_fetchable(state: ScanState, *, is_scanning: bool, only_clean: bool) -> None:
    """Raise where nobody may have this file (now). `is_scanning`: there is a scanner, so what waits is looked at."""
    if state in (ScanState.INFECTED, ScanState.UNSCANNABLE):
        raise Quarantined
    if state is ScanState.PENDING and is_scanning and only_clean:
        raise NotScannedYet(headers={"Retry-After": "5"})
