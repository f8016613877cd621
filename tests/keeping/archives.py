"""Archives taken apart and put together anew, and desks that are gone."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from tasks.objects import empty_prefix
from tenants import context, resolve
from tenants.actions import delete_tenant
from tenants.keeping import archive as archives
from tenants.models import Tenant
from tests.conftest import Desk
from tests.keeping.scene import command


def erase(desk: Desk) -> None:
    delete_tenant(desk.ref.id, confirm=desk.ref.slug)
    empty_prefix(str(desk.ref.id))
    resolve.forget()


def there(desk: Desk) -> bool:
    with context.platform(), transaction.atomic():
        return bool(Tenant.objects.filter(id=desk.ref.id).exists())


def schemas_of(desk: Desk) -> int:
    with context.platform(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [desk.ref.schema_name])
        return int(cursor.fetchone()[0])


def refused(file: Path, why: str, **options: Any) -> None:
    with pytest.raises(CommandError, match=why):
        command("import_tenant", file, **options)


def contents(file: Path) -> list[tuple[str, bytes]]:
    return [(member.name, member.content.read()) for member in archives.read_members(file)]


def everything(file: Path) -> Iterator[bytes]:
    for member in archives.read_members(file):
        yield b"".join(archives.unpacked(member)) if member.name.endswith(".gz") else member.content.read()


def write(file: Path, members: list[tuple[str, bytes]], *, kind: bytes = tarfile.REGTYPE) -> None:
    with tarfile.open(file, "w:", format=tarfile.GNU_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = (len(content), kind) if kind == tarfile.REGTYPE else (0, kind)
            info.linkname = "elsewhere" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            tar.addfile(info, io.BytesIO(content))
