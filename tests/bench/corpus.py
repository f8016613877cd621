"""Texts as a help desk has them: a few words everywhere, most words seldom, and some that occur once."""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

_OFTEN = """
the to and is a not i in of my it on for with have after since please this when error does can from login password
printer account server email access network update screen cannot vpn laptop file page window office install reset
phone system user open connect restart driver client version shared folder message calendar request monitor keyboard
backup license meeting browser certificate firewall database report
"""
COMMON_WORD = "printer"
"""Stands in one of five tickets, whatever their number."""
RARE_WORD = "zeppelin"
"""Stands in ten tickets, whatever their number."""
RARE_IN_REPLIES = "quokka"
"""Stands in ten public replies."""
RARE_IN_NOTES = "axolotl"
"""Stands in ten notes, and nowhere else."""
TAGS = ("network", "hardware", "vpn", "printer", "accounts", "mail", "web", "payments", "calendar", "onboarding")
_SYLLABLES = """
ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo za bra cle dri flo gru pla ste tri
"""
_WORDS, _SENTENCES = 30_000, 20_000
_KEPT = {COMMON_WORD, RARE_WORD, RARE_IN_REPLIES, RARE_IN_NOTES}


@cache
def words() -> list[str]:
    """The vocabulary, the most frequent first."""
    chance = random.Random(4)
    made = dict.fromkeys(word for word in _OFTEN.split() if word not in _KEPT)
    while len(made) < _WORDS:
        made["".join(chance.choices(_SYLLABLES.split(), k=chance.choice((2, 3, 3, 4))))] = None
    return list(made)


@cache
def sentences() -> list[str]:
    """Sentences of words by Zipf's law: the n-th word is n times as rare as the first."""
    chance = random.Random(5)
    weights = list(accumulate(1 / (rank + 2) for rank in range(_WORDS)))
    return [
        " ".join(chance.choices(words(), cum_weights=weights, k=chance.randrange(5, 15))).capitalize() + "."
        for _ in range(_SENTENCES)
    ]


@cache
def subjects() -> list[str]:
    """What titles begin with."""
    return [" ".join(sentence.rstrip(".").split()[:6]) for sentence in sentences()]
