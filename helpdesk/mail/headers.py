"""What people named themselves and their tickets, made fit for a mail's headers. Pure.

Nothing that somebody typed can end a header, begin another, or be read as an encoded word (RFC 2047).
"""

from __future__ import annotations

import unicodedata

LONGEST_SUBJECT = 250
LONGEST_NAME = 80
_BLANK = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
_TURNS_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def one_line(text: str, *, longest: int = LONGEST_SUBJECT) -> str:
    """In one line of printable characters; what looks like an encoded word is taken apart."""
    plain = "".join(_printable(character) for character in text)
    line = " ".join(plain.split()).replace("=?", "= ?")
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def mailbox(name: str, address: str) -> str:
    """`"Ada Lovelace (Acme)" <help@example.com>`, for Django to encode; the bare address where the name is blank."""
    shown = one_line(name, longest=LONGEST_NAME * 2)
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if shown else address


def sender_name(*, actor: str, desk: str) -> str:
    """Who the mail is from: the person and their desk, or the desk alone."""
    desk = one_line(desk, longest=LONGEST_NAME)
    actor = one_line(actor, longest=LONGEST_NAME)
    return f"{actor} ({desk})" if actor else desk


def _printable(character: str) -> str:
    if character in _TURNS_TEXT_AROUND:
        return ""
    return " " if unicodedata.category(character) in _BLANK else character
