"""How many slips of the finger lie between two words. Pure."""

from __future__ import annotations


def distance(one: str, other: str) -> int:
    """Letters left out, added, exchanged, or swapped with their neighbour (optimal string alignment)."""
    before, last = list[int](), list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def forgiven(length: int) -> int:
    """How many slips a word of this length may hold and still be taken for another."""
    return 0 if length < 4 else 1 if length < 6 else 2
