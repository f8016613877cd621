"""What a mail carries so that an answer or a click finds its way back: Message-IDs and signed tokens. Pure.

Keys are passed in. Every token is bound to its tenant: one of another tenant reads as none.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from uuid import UUID

from helpdesk.vocabulary import MailKind

_HINT_BYTES = 4
_REPLY_MAC_BYTES = 10
"""80 bits: with a ticket's number of up to six bytes, `reply+` and the token are the 64 characters that a
local part may have (RFC 5321, 4.5.3.1.1)."""
_MOST_NUMBER_BYTES = 6
_CLICK_MAC_BYTES = 16
_KINDS = tuple(MailKind)


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Whose answer comes to this address, and to which ticket."""

    ticket_number: int
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """Who wants no more mails of a kind. The tenant is to be believed: it was signed with the rest."""

    tenant_id: UUID
    person_id: UUID
    kind: MailKind


def message_id_of(mail_id: UUID, *, tenant_id: UUID, domain: str) -> str:
    """A mail's Message-ID, the same on every try (RFC 5322, 3.6.4)."""
    return f"<{_short(mail_id)}.{_short(tenant_id)}@{domain}>"


def thread_id_of(ticket_id: UUID, *, tenant_id: UUID, domain: str) -> str:
    """The Message-ID that all mails of a ticket refer to; no mail has it."""
    return f"<ticket.{_short(ticket_id)}.{_short(tenant_id)}@{domain}>"


def read_message_id(message_id: str) -> tuple[UUID, UUID] | None:
    """(mail, tenant) of one that `message_id_of` made; None for any other."""
    local = message_id.strip().lstrip("<").partition("@")[0]
    mail_id, _, tenant_id = local.partition(".")
    try:
        return _long(mail_id), _long(tenant_id)
    except ValueError:
        return None


def reply_token(*, ticket_number: int, person_id: UUID, tenant_id: UUID, key: bytes) -> str:
    """At most 58 characters of base32, lower-case, because mailboxes fold case."""
    number = ticket_number.to_bytes(max(1, -(-ticket_number.bit_length() // 8)), "big")
    if len(number) > _MOST_NUMBER_BYTES:
        raise ValueError("A ticket's number in a reply address is below 2**48.")
    said = number + person_id.bytes + tenant_id.bytes[-_HINT_BYTES:]
    return _write(said + _mac(key, b"reply", tenant_id, said, _REPLY_MAC_BYTES))


def read_reply_token(token: str, *, tenant_id: UUID, key: bytes) -> ReplyTo | None:
    """What a token of this tenant says; None where it is not one, in any way."""
    raw = _read(token)
    number_bytes = len(raw) - 16 - _HINT_BYTES - _REPLY_MAC_BYTES
    if not 1 <= number_bytes <= _MOST_NUMBER_BYTES:
        return None
    said, mac = raw[:-_REPLY_MAC_BYTES], raw[-_REPLY_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, b"reply", tenant_id, said, _REPLY_MAC_BYTES)):
        return None
    person = said[number_bytes : number_bytes + 16]
    return ReplyTo(int.from_bytes(said[:number_bytes], "big"), UUID(bytes=person))


def tenant_hint(token: str) -> bytes:
    """The last four bytes of the id of the tenant whose reply token it may be: which tenants to try it with."""
    return _read(token)[:-_REPLY_MAC_BYTES][-_HINT_BYTES:]


def unsubscribe_token(unsubscription: Unsubscription, *, key: bytes) -> str:
    """For an address that is clicked, so of any length."""
    kind = _KINDS.index(unsubscription.kind).to_bytes(1, "big")
    said = unsubscription.tenant_id.bytes + unsubscription.person_id.bytes + kind
    return _write(said + _mac(key, b"unsubscribe", unsubscription.tenant_id, said, _CLICK_MAC_BYTES))


def read_unsubscribe_token(token: str, *, key: bytes) -> Unsubscription | None:
    """What it says; None where it is not one of ours, in any way."""
    raw = _read(token)
    if len(raw) != 33 + _CLICK_MAC_BYTES or raw[32] >= len(_KINDS):
        return None
    said, mac, tenant_id = raw[:33], raw[33:], UUID(bytes=raw[:16])
    if not hmac.compare_digest(mac, _mac(key, b"unsubscribe", tenant_id, said, _CLICK_MAC_BYTES)):
        return None
    return Unsubscription(tenant_id, UUID(bytes=raw[16:32]), _KINDS[raw[32]])


def _short(id_: UUID) -> str:
    """22 characters, so that most headers with two of them stay in one line of 78."""
    return base64.urlsafe_b64encode(id_.bytes).decode().rstrip("=")


def _long(short: str) -> UUID:
    return UUID(bytes=base64.b64decode(short + "==", altchars="-_", validate=True))


def _mac(key: bytes, purpose: bytes, tenant_id: UUID, said: bytes, length: int) -> bytes:
    return hmac.digest(key, purpose + tenant_id.bytes + said, "sha256")[:length]


def _write(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _read(token: str) -> bytes:
    """Empty where it is not base32, or not as `_write` writes it."""
    text = token.lower()
    if len(text) > 128 or not text.isascii():
        return b""
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return b""
    return raw if _write(raw) == text else b""
