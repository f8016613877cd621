"""Words that somebody may have meant."""

from __future__ import annotations

from django.db import connection

from helpdesk.words.documents import is_worth_knowing
from helpdesk.words.nearness import distance, forgiven

_MOST_LIKE = 60
_MOST = 10


def list_near_words(word: str, *, with_notes: bool) -> list[str]:
    """Known words a few slips from this one, the nearest first. Without notes: those of public texts alone."""
    if not is_worth_knowing(word) or not forgiven(len(word)):
        return []
    public = "" if with_notes else "AND is_public"
    # Short words share few trigrams with what they were meant to be.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true)", ["0.3" if len(word) > 5 else "0.2"]
        )
        cursor.execute(
            f"SELECT word FROM known_word WHERE word %% %s AND length(word) BETWEEN %s AND %s {public}"
            " GROUP BY word ORDER BY similarity(word, %s) DESC, word LIMIT %s",
            [word, len(word) - 2, len(word) + 2, word, _MOST_LIKE],
        )
        like = [found for (found,) in cursor.fetchall() if found != word]
    near = sorted((slips, found) for found in like if (slips := distance(word, found)) <= forgiven(len(word)))
    return [found for _, found in near[:_MOST]]
