"""Looking at what was uploaded: it is there, as large as said, of the type it says. Asks the store, so outside any
transaction, in pieces: a large file takes time and never memory.
"""

from __future__ import annotations

import hashlib
import time

from django.conf import settings

from helpdesk.attachments.actions import Registration
from helpdesk.attachments.kinds import HEAD, fits
from helpdesk.errors import ValidationFailed
from helpdesk.objects import store

LONGEST_S = 60.0
"""For the whole of a file; a store that is slower is treated as away."""


def check_upload(registration: Registration) -> bytes:
    """The sha256 of the copy that was made; raises ValidationFailed with what is wrong.

    The copy is looked at, not the original: whoever uploaded that can still change it.
    """
    size = store.get_size(registration.key)
    if size is None:
        raise _not_uploaded()
    _require_size(size, registration.size)
    if not store.copy(registration.key, to=registration.copy_key):
        raise _not_uploaded()
    return _read(registration)


def _read(registration: Registration) -> bytes:
    sha256, head, size, deadline = hashlib.sha256(), b"", 0, time.monotonic() + LONGEST_S
    for piece in store.read(registration.copy_key):
        sha256.update(piece)
        head, size = (head + piece)[:HEAD], size + len(piece)
        if size > registration.size:
            break
        if time.monotonic() > deadline:
            raise store.StoreAway
    _require_size(size, registration.size)
    if not fits(registration.mime_type, head, is_whole=size <= HEAD):
        raise ValidationFailed.of("mimeType", "The file is not of this type.", "wrong_type")
    return sha256.digest()


def _require_size(size: int, said: int) -> None:
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationFailed.of("fileSize", "The file is larger than files may be here.", "too_large")
    if size != said:
        raise ValidationFailed.of("fileSize", "The file is not of this size.", "wrong_size")


def _not_uploaded() -> ValidationFailed:
    return ValidationFailed.of("key", "Nothing was uploaded there.", "not_uploaded")
