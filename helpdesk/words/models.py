"""Which words there are: where a mistyped one finds what was meant."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class KnownWord(models.Model):
    """A word of some text. `is_public`: it stood somewhere else than in notes and names.

    Not unique: two writers that meet the same new word at once both write it, and neither waits for the other.
    """

    id = models.BigAutoField(primary_key=True)
    word = models.CharField(max_length=32)
    is_public = models.BooleanField()

    class Meta:
        db_table = "known_word"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["word", "is_public"], name="known_word_word"),
            GinIndex(fields=["word"], opclasses=["extensions.gin_trgm_ops"], name="known_word_like"),
        ]
