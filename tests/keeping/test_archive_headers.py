"""Archives that nobody's program wrote: refused in words, before what their headers claim is believed."""

from __future__ import annotations

import random
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from tenants.keeping import passphrase
from tenants.keeping.archive import MANIFEST, SEAL, Writer, check
from tenants.keeping.errors import NotAnArchive, Refused, WrongPassphrase
from tenants.keeping.passphrase import ArchiveKeys

PASSPHRASE, SALT = "correct horse battery staple", b"s" * 16


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "_N", 2)


@pytest.fixture
def keys(cheap: None) -> ArchiveKeys:
    return ArchiveKeys(PASSPHRASE, SALT)


@pytest.fixture
def manifest(keys: ArchiveKeys) -> dict[str, Any]:
    return {"format": 1, "salt": SALT.hex(), "proof": keys.proof(), "tenant": {}}


@pytest.fixture
def whole(keys: ArchiveKeys, manifest: dict[str, Any]) -> bytes:
    file = BytesIO()
    writer = Writer(file, keys)
    writer.document(MANIFEST, manifest)
    writer.rows("ticket", 1, b"a\tb\n" * 100)
    writer.member("objects/a/b", 5, BytesIO(b"hello"))
    writer.end({"state": "x"})
    return file.getvalue()


@pytest.fixture
def looked_at(tmp_path: Path) -> Callable[[bytes], Any]:
    def look(content: bytes) -> Any:
        (tmp_path / "archive.tar").write_bytes(content)
        return check(tmp_path / "archive.tar", PASSPHRASE)

    return look


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE, pax: dict[str, str] | None = None) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.pax_headers = size, kind, pax or {}
    return info.tobuf(tarfile.PAX_FORMAT if pax else tarfile.GNU_FORMAT)


def document(name: str, told: Any) -> bytes:
    content = orjson.dumps(told)
    return header(name, len(content)) + content.ljust(-(-len(content) // 512) * 512, b"\0")


@pytest.mark.parametrize(
    "claimed",
    [
        header("././@LongLink", 2**40, tarfile.GNUTYPE_LONGNAME),
        header("x", 2**40, tarfile.XHDTYPE),
        (header("././@LongLink", 2, tarfile.GNUTYPE_LONGNAME) + b"a".ljust(512, b"\0")) * 3000,
        header("objects/a/b", 1, pax={"path": "../../etc/passwd"}),
        header("objects/a/b", 1, pax={"size": "-5"}),
        header("objects/a/b", 1, pax={"GNU.sparse.map": "a,b"}),
        header("objects/a/b", 1, pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}),
    ],
    ids=["endless name", "endless header", "headers of headers", "another path", "size", "sparse map", "sparse"],
)
def test_what_a_header_claims_is_not_believed(
    claimed: bytes, manifest: dict[str, Any], looked_at: Callable[[bytes], Any]
) -> None:
    for before in (b"", document(MANIFEST, manifest)):
        with pytest.raises(NotAnArchive, match=r"it holds|cut off"):
            looked_at(before + claimed + b"x".ljust(512, b"\0"))


def test_what_is_signed_in_another_script_is_not_signed(
    manifest: dict[str, Any], looked_at: Callable[[bytes], Any]
) -> None:
    with pytest.raises(WrongPassphrase):
        looked_at(document(MANIFEST, manifest | {"proof": "é" * 64}))
    with pytest.raises(NotAnArchive, match="altered"):
        looked_at(document(MANIFEST, manifest) + document(SEAL, {"sealed": {}, "signature": "é"}))


def test_whatever_is_altered_it_is_refused_in_words(whole: bytes, looked_at: Callable[[bytes], Any]) -> None:
    """Headers too, with their sums put right."""
    assert looked_at(whole).manifest["format"] == 1
    chance = random.Random(7)
    for _ in range(1500):
        altered = bytearray(whole)
        block = chance.randrange(len(altered) // 512 - 2) * 512
        altered[block + chance.choice([chance.randrange(512), chance.randrange(100, 160)])] ^= chance.randrange(1, 256)
        if altered[block + 257 : block + 262] == b"ustar":
            altered[block + 148 : block + 156] = b" " * 8
            altered[block + 148 : block + 156] = b"%06o\0 " % sum(altered[block : block + 512])
        try:
            found = looked_at(bytes(altered))
        except Refused:
            continue
        # What no reader reads: the owner's name, the padding.
        assert [member.name for member in found.members()] == ["rows/ticket/000001.gz", "objects/a/b"]
