"""What a passphrase protects in an archive: the secrets in it, and that nobody has changed it. Pure.

scrypt (RFC 7914) makes the root key of passphrase and salt; HKDF (RFC 5869) one key of it for each purpose. The costs
belong to the archive's format: what an archive says must not choose them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FEWEST_CHARACTERS = 12
SALT_BYTES = 16
_N, _R, _P, _MEMORY = 2**15, 8, 1, 64 * 1024 * 1024


class ArchiveKeys:
    """Of one archive."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        self._root = hashlib.scrypt(passphrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)
        self._box = Fernet(base64.urlsafe_b64encode(self._key("secrets")))

    def seal(self, text: str) -> bytes:
        return self._box.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Raises ValueError for what was not sealed with this."""
        try:
            return self._box.decrypt(sealed).decode()
        except InvalidToken as error:
            raise ValueError("not sealed with this passphrase") from error

    def proof(self) -> str:
        """Stands in the manifest, so that a wrong passphrase is told from a changed archive."""
        return self.sign(b"this is the passphrase")

    def sign(self, content: bytes) -> str:
        """HMAC-SHA256, in hex."""
        return hmac.digest(self._key("whole"), content, "sha256").hex()

    def _key(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hub archive: {purpose}".encode()).derive(
            self._root
        )
