"""Remembering which words there are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from helpdesk.words.documents import is_worth_knowing


def remember_words(words: Iterable[str], *, public: bool) -> None:
    """Add those that are new. A word that was known from notes alone is added as public when it becomes so."""
    worth = sorted({word for word in words if is_worth_knowing(word)})
    if not worth:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO known_word (word, is_public) SELECT w, %s FROM unnest(%s::varchar[]) w"
            " WHERE NOT EXISTS (SELECT 1 FROM known_word k WHERE k.word = w AND (k.is_public OR NOT %s))",
            [public, worth, public],
        )
