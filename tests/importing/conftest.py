"""An original's database for each test that asks, and what an import left of it here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tenants import context, resolve
from tenants.actions import delete_tenant
from tenants.models import Tenant
from tests.api import Api
from tests.importing import awkward
from tests.importing.original import PASSWORD, Original, at, original_database


@dataclass(slots=True)
class Import:
    """An original's database with an awkward tenant in it, and the command that takes it over."""

    original: Original
    slug: str
    folder: Path

    def run(self, **options: Any) -> tuple[str, list[dict[str, str]], bool]:
        """What it printed, the report's lines, and whether it said that all was taken."""
        report, told = self.folder / f"{uuid4().hex}.jsonl", StringIO()
        options = {"files": str(self.folder / "files")} | options
        done = True
        try:
            call_command("import_original", self.original.url, report=report, stdout=told, **options)
        except CommandError as refused:
            if not str(refused).startswith("Not every row was taken"):
                raise
            done = False
        return told.getvalue(), [orjson.loads(line) for line in report.read_text().splitlines()], done

    @property
    def ref(self) -> context.TenantRef:
        return self.ref_of(self.slug)

    def ref_of(self, name: str) -> context.TenantRef:
        with context.platform(), transaction.atomic():
            tenant: Tenant = Tenant.objects.get(id=self.id(name))
        return tenant.ref()

    def id(self, name: str) -> UUID:
        """The id of what tests call by this name; kept by the import."""
        return UUID(self.original.ids[name])


@dataclass(slots=True)
class Imported:
    """What one import came to, for tests that only look at it."""

    imports: Import
    told: str
    lines: list[dict[str, str]]
    done: bool


@pytest.fixture
def imports(django_db_setup: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[Import]:
    """The awkward database. What is imported of it is deleted after the test."""
    with django_db_blocker.unblock():
        yield from _awkward(tmp_path)


@pytest.fixture(scope="module")
def imported(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    """The awkward database, imported once for all tests of a file."""
    with django_db_blocker.unblock():
        for found in _awkward(tmp_path_factory.mktemp("imported")):
            yield Imported(found, *found.run())


@pytest.fixture
def looking(django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


def sign_in(imports: Import, name: str) -> Api:
    """Somebody of the first tenant, with the password that they had there."""
    address = f"{name}@{imports.slug}.example"
    answer = Api().post("/auth/login", {"email": address, "password": PASSWORD, "tenantSlug": imports.slug})
    assert answer.status == 200, answer
    return Api(answer["token"])


STAYED = ("refused", "left")


def reasons(imports: Import, lines: list[dict[str, str]], *names: str, what: Collection[str] = STAYED) -> list[str]:
    """Why these rows were not taken, or how they were changed."""
    ids = [imports.original.ids[name] for name in names]
    return [line["reason"] for line in lines if line["id"] in ids and line["what"] in what]


def moment(minutes: int) -> str:
    """So many minutes after the beginning, as the API writes it."""
    return at(minutes).strftime("%Y-%m-%dT%H:%M:00.000Z")


def _awkward(folder: Path) -> Iterator[Import]:
    slug = f"old-{uuid4().hex[:8]}"
    with original_database() as original:
        awkward.fill(original, slug)
        awkward.write_files(original, folder)
        resolve.forget()
        try:
            yield Import(original, slug, folder)
        finally:
            drop_imported(original)


def drop_imported(original: Original) -> None:
    """Take away whatever of this original is here."""
    ids = [UUID(id_) for (id_,) in original.all('SELECT id FROM "Tenant"')]
    with context.platform(), transaction.atomic():
        found = list(Tenant.objects.filter(id__in=ids).values_list("id", "slug"))
    for id_, slug in found:
        delete_tenant(id_, confirm=slug)
    resolve.forget()
