"""What clamd's answers mean: only its OK is clean."""

from __future__ import annotations

import pytest

from helpdesk.scanning.rules import (
    LONGEST_PAUSE_S,
    NotScannedYet,
    Quarantined,
    ScannerAway,
    Verdict,
    pause_after,
    require_fetchable,
    verdict_of,
)
from helpdesk.vocabulary import ScanState


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("stream: OK", Verdict(ScanState.CLEAN)),
        ("stream: Win.Test.EICAR_HDB-1 FOUND", Verdict(ScanState.INFECTED, "Win.Test.EICAR_HDB-1")),
        ("stream: OK FOUND", Verdict(ScanState.INFECTED, "OK")),
        ("INSTREAM size limit exceeded. ERROR", Verdict(ScanState.UNSCANNABLE, "larger than the scanner takes")),
    ],
)
def test_an_answer_about_the_file(answer: str, verdict: Verdict) -> None:
    assert verdict_of(answer) == verdict


@pytest.mark.parametrize("answer", ["", "stream:", "stream: NOT OK", "UNKNOWN COMMAND", "stream: no memory ERROR"])
def test_anything_else_says_nothing_of_it(answer: str) -> None:
    with pytest.raises(ScannerAway):
        verdict_of(answer)


def test_pauses_grow_to_an_end() -> None:
    pauses = [pause_after(attempts).total_seconds() for attempts in range(1, 60)]
    assert pauses == sorted(pauses)
    assert (pauses[0] > 0, pauses[-1]) == (True, LONGEST_PAUSE_S)


@pytest.mark.parametrize("is_scanning", [True, False])
@pytest.mark.parametrize("only_clean", [True, False])
@pytest.mark.parametrize("state", ScanState)
def test_who_may_have_a_file(state: ScanState, is_scanning: bool, only_clean: bool) -> None:
    refusal = {
        ScanState.INFECTED: Quarantined,
        ScanState.UNSCANNABLE: Quarantined,
        ScanState.PENDING: NotScannedYet if is_scanning and only_clean else None,
    }.get(state)
    if refusal is None:
        require_fetchable(state, is_scanning=is_scanning, only_clean=only_clean)
        return
    with pytest.raises(refusal):
        require_fetchable(state, is_scanning=is_scanning, only_clean=only_clean)
