"""The file: a tar whose members come in one order, none of which is ever unpacked to a file system. Pure.

    manifest.json                    what it is, and of which release
    rows/<table>/<number>.gz         PostgreSQL's COPY text, whole rows, about 4 MB a piece, in the order of loading
    objects/<ticket>/<object>        what lies in the store
    seal.json                        counts and hashes of all that came before, signed under the passphrase

The seal is the last: without it the archive was cut off. It is read and written as a stream, at any size.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Self

import orjson

from tenants.keeping.errors import NotAnArchive, WrongPassphrase
from tenants.keeping.passphrase import ArchiveKeys

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "seal.json"
PIECE_BYTES = 4 * 1024 * 1024
READ_BYTES = 256 * 1024
MOST_DOCUMENT_BYTES = 16 * 1024 * 1024
LONGEST_NAME = 512
_NAME = "[0-9a-z][0-9a-z.-]{0,99}"
ROWS = re.compile(r"rows/([a-z][a-z0-9_]{0,62})/(\d{6,})\.gz")
OBJECT = re.compile(rf"objects/({_NAME}(?:/{_NAME}){{0,3}})")


@dataclass(frozen=True, slots=True)
class Member:
    """A piece of rows or an object, as it comes by. `content` is good until the next one is asked for."""

    name: str
    size: int
    content: IO[bytes]


class Writer:
    """Writes one archive into an open file. Without `end` it is none."""

    def __init__(self, file: IO[bytes], keys: ArchiveKeys) -> None:
        # GNU's format: the same bytes for the same content, and names of any length.
        self._tar = tarfile.open(fileobj=file, mode="w:", format=tarfile.GNU_FORMAT)  # noqa: SIM115  `end` closes it
        self._keys = keys
        self._sum = hashlib.sha256()
        self._members = 0

    def document(self, name: str, content: dict[str, Any]) -> None:
        written = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        self.member(name, len(written), BytesIO(written))

    def rows(self, table: str, number: int, rows: bytes) -> None:
        packed = gzip.compress(rows, compresslevel=6, mtime=0)
        self.member(f"rows/{table}/{number:06}.gz", len(packed), BytesIO(packed))

    def member(self, name: str, size: int, content: IO[bytes]) -> None:
        """Raises OSError where the content is shorter than was said."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._sum.update(_head_of(name, size))
        self._tar.addfile(info, _Summed(content, self._sum))
        _forget_members(self._tar)
        self._members += 1

    def end(self, seal: dict[str, Any]) -> None:
        """The last member; `seal` is what else is to be believed."""
        told = seal | {"members": self._members, "sha256": self._sum.hexdigest()}
        self.document(SEAL, {"sealed": told, "signature": self._keys.sign(_canonical(told))})
        self._tar.close()


@dataclass(frozen=True, slots=True)
class Checked:
    """An archive that was read to its end and is what was written."""

    path: Path
    manifest: dict[str, Any]
    sealed: dict[str, Any]
    keys: ArchiveKeys

    def members(self) -> Iterator[Member]:
        """What lies between manifest and seal, in order."""
        for member in read_members(self.path):
            if member.name not in (MANIFEST, SEAL):
                yield member


def check(path: Path, passphrase: str, *, on_member: Callable[[], object] = lambda: None) -> Checked:
    """Read all of it. Raises NotAnArchive or WrongPassphrase; what it says of itself can be believed afterwards."""
    try:
        return _check(path, passphrase, on_member)
    except (tarfile.TarError, EOFError) as error:
        raise _cut_off(error) from error


def _check(path: Path, passphrase: str, on_member: Callable[[], object]) -> Checked:
    members = read_members(path)
    first = next(members, None)
    if first is None or first.name != MANIFEST:
        raise NotAnArchive("This is no archive of a tenant: it does not begin with a manifest.")
    total, count = hashlib.sha256(), 1
    manifest = _document(first, total)
    keys = _keys_of(manifest, passphrase)
    for member in members:
        if member.name == SEAL:
            sealed = _require_seal(_document(member, None), keys, total.hexdigest(), count)
            if next(members, None) is not None:
                raise NotAnArchive("The archive goes on behind its seal.")
            return Checked(path, manifest, sealed, keys)
        total.update(_head_of(member.name, member.size))
        while block := member.content.read(READ_BYTES):
            total.update(block)
        count += 1
        on_member()
    raise NotAnArchive("The archive ends before its seal: it was cut off.")


def read_members(path: Path) -> Iterator[Member]:
    """All members. Raises NotAnArchive for what no archive of ours holds, before anything of it is read."""
    try:
        with tarfile.open(path, mode="r:", tarinfo=_OurHeader) as tar:
            while (info := tar.next()) is not None:
                _forget_members(tar)
                _require_ours(info)
                if (content := tar.extractfile(info)) is not None:
                    yield Member(info.name, info.size, content)
    except (tarfile.TarError, EOFError, RecursionError) as error:  # the last one: long names of long names, for ever
        raise _cut_off(error) from error


def unpacked(member: Member) -> Iterator[bytes]:
    """The rows of a piece, in blocks, however large it says it is."""
    inflate = zlib.decompressobj(wbits=31)
    try:
        while block := member.content.read(READ_BYTES):
            while block:
                yield inflate.decompress(block, READ_BYTES)
                block = inflate.unconsumed_tail
        yield inflate.flush()
    except (zlib.error, tarfile.TarError) as error:
        raise NotAnArchive(f"{member.name} cannot be read: {error}.") from error
    if not inflate.eof:
        raise NotAnArchive(f"{member.name} ends too early.")


def _forget_members(tar: Any) -> None:
    """Else it remembers every one that was ever read or written."""
    tar.members = []


def _cut_off(error: Exception) -> NotAnArchive:
    return NotAnArchive(f"This is no archive of a tenant, or it was cut off: {error}.")


class _OurHeader(tarfile.TarInfo):
    """A plain file's, or a long name before one. All others are refused before what they lead to is read: they may say
    any size.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        info = super().frombuf(buf, encoding, errors)
        is_name = info.type == tarfile.GNUTYPE_LONGNAME and 0 <= info.size <= LONGEST_NAME
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) and not is_name:
            raise NotAnArchive(f"This is no archive of a tenant: it holds {info.name[:100]!r}.")
        return info


class _Summed:
    """Reads through, and adds to a sum."""

    def __init__(self, content: IO[bytes], total: Any) -> None:
        self._content, self._total = content, total

    def read(self, size: int = -1, /) -> bytes:
        block = self._content.read(size)
        self._total.update(block)
        return block


def _head_of(name: str, size: int) -> bytes:
    return f"{name}\n{size}\n".encode()


def _require_ours(info: tarfile.TarInfo) -> None:
    known = info.name in (MANIFEST, SEAL) or ROWS.fullmatch(info.name) or OBJECT.fullmatch(info.name)
    if not (known and info.isreg() and not info.issparse()):
        raise NotAnArchive(f"This is no archive of a tenant: it holds {info.name[:100]!r}.")


def _document(member: Member, total: Any) -> dict[str, Any]:
    if member.size > MOST_DOCUMENT_BYTES:
        raise NotAnArchive(f"{member.name} is too large.")
    written = member.content.read()
    if total is not None:
        total.update(_head_of(member.name, member.size))
        total.update(written)
    try:
        told = orjson.loads(written)
    except orjson.JSONDecodeError as error:
        raise NotAnArchive(f"{member.name} cannot be read.") from error
    if not isinstance(told, dict):
        raise NotAnArchive(f"{member.name} cannot be read.")
    return told


def _keys_of(manifest: dict[str, Any], passphrase: str) -> ArchiveKeys:
    if manifest.get("format") != FORMAT:
        raise NotAnArchive(
            f"The archive has format {manifest.get('format')!r}; this release reads {FORMAT}. A newer release made it."
        )
    try:
        keys = ArchiveKeys(passphrase, bytes.fromhex(manifest["salt"]))
        proof = str(manifest["proof"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnArchive("The manifest cannot be read.") from error
    if not _is_same(keys.proof(), proof):
        raise WrongPassphrase
    return keys


def _require_seal(told: dict[str, Any], keys: ArchiveKeys, total: str, count: int) -> dict[str, Any]:
    sealed, signature = told.get("sealed"), told.get("signature")
    if not isinstance(sealed, dict) or not _is_same(keys.sign(_canonical(sealed)), str(signature)):
        raise NotAnArchive("The archive's seal is not the one it was made with: it was altered.")
    if (sealed.get("sha256"), sealed.get("members")) != (total, count):
        raise NotAnArchive("The archive is not what was written: it was altered, or is damaged.")
    return sealed


def _is_same(known: str, told: str) -> bool:
    """In bytes: `compare_digest` takes no text beyond ASCII, which an archive may well hold."""
    return hmac.compare_digest(known.encode(), told.encode())


def _canonical(told: dict[str, Any]) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
