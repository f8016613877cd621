"""clamd, asked over its socket: INSTREAM of clamd(8). The only module that speaks to it, never in a transaction.

A session is one file: `zINSTREAM\\0`, pieces that each begin with their length (4 bytes, the highest first), a length
of zero, and one answer that ends with NUL.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings

from helpdesk.scanning.rules import ScannerAway, Verdict, verdict_of

CONNECT_TIMEOUT_S, ANSWER_TIMEOUT_S = 3.0, 120.0
LONGEST_ANSWER = 4096


def is_set() -> bool:
    """Does this hub have a scanner?"""
    return bool(settings.CLAMAV_SOCKET or settings.CLAMAV_HOST)


def scan(content: Iterable[bytes]) -> Verdict:
    """What clamd says of this file. Raises ScannerAway; what `content` raises goes through."""
    try:
        line = _connect()
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    with line:
        return verdict_of(_ask(line, content))


def ask() -> None:
    """Is it there? Raises ScannerAway."""
    try:
        with _connect() as line:
            line.settimeout(CONNECT_TIMEOUT_S)
            line.sendall(b"zPING\0")
            answer = _read(line)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if answer != "PONG":
        raise ScannerAway(answer)


def _connect() -> socket.socket:
    if settings.CLAMAV_SOCKET:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT_TIMEOUT_S)
        try:
            line.connect(settings.CLAMAV_SOCKET)
        except OSError:
            line.close()
            raise
    else:
        line = socket.create_connection((settings.CLAMAV_HOST, settings.CLAMAV_PORT), timeout=CONNECT_TIMEOUT_S)
    line.settimeout(ANSWER_TIMEOUT_S)
    return line


def _ask(line: socket.socket, content: Iterable[bytes]) -> str:
    pieces = iter(content)
    # A file that is too large for it is answered in the middle, and the line closed: what it said is still there.
    broken: OSError | None = None
    try:
        line.sendall(b"zINSTREAM\0")
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    for piece in pieces:
        try:
            line.sendall(struct.pack("!L", len(piece)) + piece)
        except OSError as error:
            broken = error
            break
    if broken is None:
        with suppress(OSError):
            line.sendall(struct.pack("!L", 0))
    try:
        return _read(line)
    except OSError as error:
        raise ScannerAway(type(broken or error).__name__) from error


def _read(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    if not answer.endswith(b"\0"):
        raise ScannerAway("an answer without an end")
    return answer.rstrip(b"\0").decode(errors="replace")
