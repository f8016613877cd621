"""Handing letters to whoever carries our mail, over one connection, and telling what came of each in words.

No words of ours hold a secret: of what a server said, the code and its text; of everything else, its kind.
"""

from __future__ import annotations

import re
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog
from anymail.exceptions import AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from helpdesk.mail.composing import Letter
from helpdesk.mail.headers import one_line

LONGEST_ROUND_S, LETTER_WITHIN_S = 60.0, 120.0
"""No letter is begun later than this after the first, and none takes longer: so a claim's lease outlasts its last one.

A server may scan a letter for a while before it answers (RFC 5321, 4.5.3.2.6); to give up early is to send it twice.
"""
LONGEST_WORDS = 200
_ABOUT_US = frozenset({500, 501, 502, 503, 504, 521, 530, 535})
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})
_ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}")
_ANSWERS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, AnymailError)
"""After these the connection can be used on."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier has taken it."""

    carrier_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """For good: another try would be refused too. `is_bounce`: because of the address, and not of us."""

    reason: str
    is_bounce: bool = False


@dataclass(frozen=True, slots=True)
class Delayed:
    """It may go another time."""

    reason: str


@dataclass(frozen=True, slots=True)
class Untried:
    """Its turn did not come."""


@dataclass(frozen=True, slots=True)
class Away:
    """Our own carrier cannot be reached, or does not let us in: mail waits, and that counts as no try."""

    reason: str


Outcome = Sent | Refused | Delayed | Untried | Away


class Carrier:
    """The connection of one claim: opened with the first letter, anew after it broke, given up where it cannot be."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._is_open = False
        self._away = ""
        self._until = time.monotonic() + LONGEST_ROUND_S

    def __enter__(self) -> Carrier:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._is_open:
            self._let_go()

    def carry(self, letter: Letter) -> Outcome:
        """Send it. Never raises what a server or a network does."""
        if self._away:
            return Away(self._away)
        if time.monotonic() > self._until:
            return Untried()
        if not self._is_open and (reason := self._open()):
            self._away = reason
            return Away(reason)
        return self._send(letter)

    def _open(self) -> str:
        """Why it cannot be opened; empty where it could."""
        try:
            self._connection = self._connection or get_connection(settings.MAIL_BACKEND_CLASS)
            self._connection.open()
        except Exception as error:
            _log.warning("mail_server_away", error=type(error).__name__)
            self._drop()
            return _words(error)
        self._is_open = True
        return ""

    def _send(self, letter: Letter) -> Outcome:
        try:
            message = message_of(letter)
            message.message()
        except Exception as error:
            _log.warning("mail_not_written", mail=str(letter.mail_id), error=type(error).__name__)
            return Refused("The address or a header cannot be written in a mail.")
        try:
            with self._deadline():
                self._connection.send_messages([message])
        except Exception as error:
            if not isinstance(error, _ANSWERS) or self._hung_up():
                self._drop()
            outcome = failure_of(error)
            _log.warning("mail_not_sent", mail=str(letter.mail_id), attempt=letter.attempt, outcome=repr(outcome))
            return outcome
        told = getattr(getattr(message, "anymail_status", None), "message_id", None)
        return Sent("" if told is None else str(told)[:200])

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """For all of the server's answers together: one that drips them would hold us for ever."""
        smtp = getattr(self._connection, "connection", None)
        if not isinstance(smtp, smtplib.SMTP) or smtp.sock is None:
            yield
            return
        smtp.sock.settimeout(LETTER_WITHIN_S)
        timer = threading.Timer(LETTER_WITHIN_S, _shut, [smtp.sock])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _hung_up(self) -> bool:
        """Did the server close the connection after its answer, as with 421?"""
        smtp = getattr(self._connection, "connection", None)
        return isinstance(smtp, smtplib.SMTP) and smtp.sock is None

    def _let_go(self) -> None:
        try:
            self._connection.close()
        except Exception as error:
            _log.info("mail_connection_broke", error=type(error).__name__)
        self._is_open = False

    def _drop(self) -> None:
        """Without a word to the server: it may be hanging."""
        for name in ("connection", "_partial_connection"):
            if isinstance(smtp := getattr(self._connection, name, None), smtplib.SMTP):
                smtp.close()
                setattr(self._connection, name, None)
        if self._is_open:
            self._let_go()


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """The message as Django and anymail want it."""
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        from_email=letter.sender,
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=dict(letter.headers),
    )
    message.attach_alternative(letter.html, "text/html")
    message.metadata = dict(letter.metadata)  # type: ignore[attr-defined]  # anymail's: given back with its reports
    return message


def failure_of(error: Exception) -> Outcome:
    """Refused where the server said 5xx of this recipient or this letter, or it cannot be addressed; else delayed."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            code, said = next(iter(recipients.values()))
            return _answered(code, said, of_the_address=True)
        case smtplib.SMTPDataError(smtp_code=code, smtp_error=said):
            return _answered(code, said, of_the_address=False)
        case AnymailRecipientsRefused():
            return Refused("The mail service refused the recipient.", is_bounce=True)
        case AnymailInvalidAddress():
            return Refused("The mail service cannot read this address.")
        case _:
            return Delayed(_words(error))


def _answered(code: int, said: bytes | str, *, of_the_address: bool) -> Outcome:
    """Only what is said of the address is the address's: 5.7.x, 503, 530 and the like are about us (RFC 3463)."""
    words = f"{code} {_plain(said)}"
    enhanced = _ENHANCED.match(_plain(said))
    detail = enhanced[0] if enhanced else ""
    about_us = of_the_address and detail.startswith(("5.7.", "5.5.", "5.3.", "5.4.", "5.2.2"))
    if not 500 <= code < 600 or code in _ABOUT_US or about_us:
        return Delayed(words)
    is_bounce = of_the_address and (detail.startswith(("5.1.", "5.2.1")) or (not detail and code in _NO_SUCH_MAILBOX))
    return Refused(words, is_bounce=is_bounce)


def _words(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return f"The mail server refused our name or password ({code})."
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            return f"{code} {_plain(said)}"
        case TimeoutError() | smtplib.SMTPServerDisconnected() if "timed out" in str(error):
            return "The mail server did not answer in time."
        case smtplib.SMTPServerDisconnected():
            return "The mail server closed the connection."
        case AnymailError(status_code=code) if code:
            return f"The mail service answered {code}."
        case OSError(errno=errno) if errno:
            return f"The mail server cannot be reached ({type(error).__name__})."
        case _:
            return f"It could not be sent ({type(error).__name__})."


def _plain(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(text, longest=LONGEST_WORDS)


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
