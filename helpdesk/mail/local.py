"""The local backend: a mail is kept in its desk's schema instead of leaving; a repeat is dropped by its Message-ID."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from helpdesk.mail.models import KeptMail
from helpdesk.work import unit_of_work


class EmailBackend(BaseEmailBackend):
    """Django's interface of a mail backend; the desk is the one that was entered."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with unit_of_work():
            KeptMail.objects.bulk_create([_kept(message) for message in email_messages], ignore_conflicts=True)
        return len(email_messages)


def _kept(message: EmailMessage) -> KeptMail:
    alternatives: Sequence[Any] = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    headers = {name: str(value) for name, value in message.extra_headers.items()}
    headers["To"] = ", ".join(message.to)
    if message.reply_to:
        headers["Reply-To"] = ", ".join(message.reply_to)
    message.message()  # refused here where it could not be written
    return KeptMail(
        message_id=headers["Message-ID"],
        to=[parseaddr(mailbox)[1] for mailbox in message.to],
        sender=message.from_email,
        subject=message.subject,
        text=message.body,
        html=next((str(one.content) for one in alternatives if one.mimetype == "text/html"), ""),
        headers=headers,
    )
