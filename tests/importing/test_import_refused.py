"""What `import_original` does not begin with, and what it says."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.core.management import CommandError, call_command

from helpdesk.events.queries import LogRow, list_rows
from helpdesk.tickets.models import Ticket
from tenants import context
from tests.api import Api
from tests.conftest import Desk
from tests.helpdesk.log import last_seq
from tests.importing.conftest import drop_imported
from tests.importing.original import Original, original_database

pytestmark = pytest.mark.usefixtures("looking")


@pytest.fixture
def original(django_db_setup: None, looking: None) -> Iterator[Original]:
    with original_database() as found:
        yield found
        drop_imported(found)


def refused(*given: Any, **options: Any) -> str:
    with pytest.raises(CommandError) as why:
        call_command("import_original", *given, stdout=StringIO(), **options)
    return str(why.value)


class TestTheDatabase:
    @pytest.mark.parametrize("url", ["", "mysql://host/db", "postgresql://[", "not a url"])
    def test_has_an_address_of_postgresql(self, url: str) -> None:
        assert "postgresql://" in refused(url)

    def test_that_cannot_be_reached_tells_no_password(self) -> None:
        told = refused("postgresql://reader:s3cret@127.0.0.1:1/tickets")
        assert told.startswith("The database cannot be reached")
        assert "s3cret" not in told

    def test_that_is_another_ones_is_left_alone(self, original: Original) -> None:
        original.run('ALTER TABLE "Comment" RENAME COLUMN "authorId" TO "writerId"')
        assert refused(original.url) == 'The table "Comment" has no column authorId.'
        assert 'no table "Tenant"' in refused(original.url.replace("schema=public", "schema=other"))

    def test_is_only_read(self, original: Original) -> None:
        from tenants.importing.source import Source

        with Source(original.url) as source, pytest.raises(Exception, match="ReadOnlySqlTransaction"):
            source._all('DELETE FROM "Tenant" RETURNING id')  # type: ignore[arg-type]

    def test_may_stand_in_the_environment(self, original: Original, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(os.environ, "ORIGINAL_DATABASE_URL", original.url)
        told = StringIO()
        call_command("import_original", stdout=told)
        assert "WebhookDelivery" in told.getvalue()


class TestOptions:
    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ({"tenant": ["nobody"]}, "There is no tenant nobody there."),
            ({"slug": ["acme"]}, "--slug OLD=NEW"),
            ({"map": ["role=ADMIN"]}, "KIND.WORD=OURS"),
            ({"map": ["colour.RED=ADMIN"]}, "the kinds are"),
            ({"map": ["role.OWNER=PLATFORM_ADMIN"]}, "A role is one of ADMIN, AGENT, USER here."),
            ({"files": "/no/such/folder"}, "There is no folder"),
            ({"report": Path("/no/such/folder/report.csv")}, "There is no folder"),
        ],
    )
    def test_that_mean_nothing_change_nothing(self, original: Original, options: Any, why: str) -> None:
        assert why in refused(original.url, **options)

    def test_a_report_may_be_csv_that_runs_nothing(self, original: Original, tmp_path: Path) -> None:
        original.insert("Tenant", name="X", slug="=cmd|calc", createdAt="2024-01-01")
        refused(original.url, report=tmp_path / "report.csv")
        rows = list(csv.reader((tmp_path / "report.csv").read_text().splitlines()))
        assert rows[0] == ["tenant", "table", "id", "what", "reason"]
        assert rows[1][0] == "'=cmd|calc"


class TestWhoseTenantItIs:
    def test_one_of_the_same_id_that_no_import_made_is_left_alone(self, original: Original, acme: Desk) -> None:
        original.insert("Tenant", id=str(acme.ref.id), name="X", slug="acme-there", createdAt="2024-01-01")
        before = last_seq(acme.ref)
        try:
            report = StringIO()
            with pytest.raises(CommandError):
                call_command("import_original", original.url, stdout=report)
            assert last_seq(acme.ref) == before
        finally:
            original.run('DELETE FROM "Tenant"')

    def test_one_of_the_same_slug_is_left_alone(self, original: Original, acme: Desk, tmp_path: Path) -> None:
        original.insert("Tenant", name="X", slug="acme", createdAt="2024-01-01")
        refused(original.url, report=tmp_path / "report.jsonl")
        line = orjson.loads((tmp_path / "report.jsonl").read_text())
        assert "another tenant has the slug acme" in line["reason"]


class TestWhatIsPast:
    def test_cannot_be_claimed_by_what_somebody_writes(self, api: Api, acme: Desk) -> None:
        agent = api.as_(acme, acme.agent)
        odd = {"occurredAt": "2024-01-01T00:00:00.000Z"}
        made = agent.post("/tickets", {"title": "T", "customFields": odd, "metadata": odd})
        agent.post(f"/tickets/{made['id']}/comments", {"content": '"}'})
        with context.tenant(acme.ref):
            assert Ticket.objects.filter(id=made["id"]).exists()
            rows: list[LogRow] = list_rows(after=0, limit=10_000, ticket_id=UUID(made["id"]))
        assert len(rows) == 2
        assert not any(row.is_past for row in rows)
