"""Handing letters to whoever carries our mail, over one connection, and telling what came of each in words.

No words of ours hold a secret: of what a server said, the code and its text; of everything else, its kind.
"""

from __future__ import annotations

import smtplib
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog
from anymail.exceptions import AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from helpdesk.mail.composing import Letter
from helpdesk.mail.headers import one_line

LONGEST_ROUND_S = 60.0
"""No letter is begun later than this after the first: so a claim's lease outlasts its last letter."""
LONGEST_WORDS = 200
_ANSWERS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, AnymailError)
"""After these the connection can be used on."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier has taken it."""

    carrier_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """For good: another try would be refused too."""

    reason: str


@dataclass(frozen=True, slots=True)
class Delayed:
    """It may go another time."""

    reason: str


@dataclass(frozen=True, slots=True)
class Untried:
    """Its turn did not come."""


@dataclass(frozen=True, slots=True)
class Unset:
    """Nobody has said yet who carries our mail: it waits, and that counts as no try."""


Outcome = Sent | Refused | Delayed | Untried | Unset


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
        if not settings.MAIL_BACKEND:
            return Unset()
        if self._away:
            return Delayed(self._away)
        if time.monotonic() > self._until:
            return Untried()
        if not self._is_open and (reason := self._open()):
            self._away = reason
            return Delayed(reason)
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
            self._connection.send_messages([message])
        except Exception as error:
            if not isinstance(error, _ANSWERS) or self._hung_up():
                self._drop()
            outcome = failure_of(error)
            _log.warning("mail_not_sent", mail=str(letter.mail_id), attempt=letter.attempt, outcome=repr(outcome))
            return outcome
        told = getattr(getattr(message, "anymail_status", None), "message_id", None)
        return Sent("" if told is None else str(told)[:200])

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
            return _answered(code, said)
        case smtplib.SMTPDataError(smtp_code=code, smtp_error=said):
            return _answered(code, said)
        case AnymailRecipientsRefused():
            return Refused("The mail service refused the recipient.")
        case AnymailInvalidAddress() | ValueError():
            return Refused("The address or a header cannot be written in a mail.")
        case _:
            return Delayed(_words(error))


def _answered(code: int, said: bytes | str) -> Outcome:
    words = f"{code} {_plain(said)}"
    return Refused(words) if 500 <= code < 600 else Delayed(words)


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
