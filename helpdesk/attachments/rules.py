"""Names, and who may take an attachment away. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from urllib.parse import quote

from helpdesk.errors import Forbidden
from helpdesk.vocabulary import Role

UPLOAD_LASTS = timedelta(minutes=15)
REGISTERED_WITHIN = timedelta(hours=24)
"""A file is chosen when one begins to write, and attached when the text is sent: that may take a day."""
DOWNLOAD_LASTS = timedelta(seconds=60)
CHECKING_LASTS = timedelta(minutes=10)
"""Much longer than a registration takes: a copy that nobody holds by then is left over from a crash."""
MOST_OPEN_UPLOADS = 100
LONGEST_NAME = 255
MIME_TYPE = r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$"
"""RFC 6838, 4.2, lower-case, without parameters."""
_PATH = re.compile(r"[/\\]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode's categories of what cannot be seen: control characters, and those that turn the reading direction."""
_JOINERS = frozenset("\u200c\u200d")
"""Without these, names in Persian or Hindi, and many an emoji, could not be written."""


class NotYourAttachment(Forbidden):
    """Only who uploaded it may take an attachment away, or an admin."""

    reason = "not_uploader"


def clean_filename(text: str) -> str:
    """The name itself, without a path before it. Raises ValueError with a sentence."""
    name = unicodedata.normalize("NFC", _PATH.split(text)[-1]).strip()
    if not name or not name.strip("."):
        raise ValueError("Give the file a name.")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"At most {LONGEST_NAME} characters.")
    if any(unicodedata.category(one) in _HIDDEN and one not in _JOINERS for one in name):
        raise ValueError("A name holds no characters that cannot be seen.")
    return name


def plain_name(filename: str) -> str:
    """The same in ASCII, for programs that read no other."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    return re.sub(r'["\\%;]', "_", plain).strip() or "file"


def disposition_of(filename: str) -> str:
    """`Content-Disposition` that saves under this name (RFC 6266, with RFC 8187 for what is not ASCII)."""
    plain = plain_name(filename)
    if plain == filename:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def require_removable(role: Role, *, own: bool) -> None:
    """Who uploaded it, and admins."""
    if not own and role is not Role.ADMIN:
        raise NotYourAttachment
