"""The whole cluster is backed up as docs/keeping.md says, restored into a second one, and is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from helpdesk.objects import store
from tests.conftest import Desk
from tests.keeping.scene import SECRET, command, faults, fill, row, state
from tests.keeping.tools import postgres_program
from tests.realtime.live import ROOT, database_url

OF_THE_FIRST = ("DATABASE_URL", "DATABASE_DIRECT_URL", "REDIS_URL", "S3_ENDPOINT_URL", "S3_PUBLIC_URL", "S3_BUCKET")


@pytest.mark.slow
def test_a_second_cluster_has_the_same_state(own_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = own_desk()
    fill(desk)
    expected, backup = state(desk.ref), tmp_path / "hub.dump"
    dump = [postgres_program("pg_dump"), "--format=custom", "--file", str(backup), "--dbname", database_url()]
    subprocess.run(dump, check=True)
    told = restored_elsewhere(desk, backup, tmp_path / "second")
    assert told["restored"] == told["state"] == expected.sha256
    assert "BROKEN" not in told["log"]
    assert f"{desk.ref.slug}: " in told["log"]
    assert f"{desk.ref.slug}: 2 files, 0 missing" in told["files"]
    assert told["is_another_epoch"]
    assert told["secret"] == SECRET
    connection.close()


def restored_elsewhere(desk: Desk, backup: Path, home: Path) -> dict[str, str]:
    """What `second_cluster` tells, beside a PostgreSQL and a store of its own."""
    home.mkdir()
    home.chmod(0o755)
    elsewhere = {name: value for name, value in os.environ.items() if name not in OF_THE_FIRST}
    elsewhere |= {
        "HUB_HOME": str(home),
        "HUB_ENV": "development",
        "HUB_SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BACKUP": str(backup),
        "FIRST_S3_ENDPOINT_URL": settings.S3_ENDPOINT_URL,
        "FIRST_S3_BUCKET": settings.S3_BUCKET,
        "FIRST_S3_ACCESS_KEY_ID": settings.S3_ACCESS_KEY_ID,
        "FIRST_S3_SECRET_ACCESS_KEY": settings.S3_SECRET_ACCESS_KEY,
    }
    beside = [sys.executable, "-m", "config.embedded", "--fast", "--"]
    done = subprocess.run(
        [*beside, sys.executable, "-m", "tests.keeping.second_cluster", desk.ref.slug],
        check=False,
        cwd=ROOT,
        env=elsewhere,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


class TestAfterARestore:
    def test_every_log_begins_another_epoch_and_stays_whole(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        fill(desk)
        before, epoch = state(desk.ref), row(desk.ref, "SELECT epoch FROM event_head")
        assert "tenants begin anew" in command("after_restore")
        assert row(desk.ref, "SELECT epoch FROM event_head") != epoch
        assert (state(desk.ref), faults(desk.ref)) == (before, [])
        connection.close()

    def test_files_that_are_missing_or_nobodys_are_named(self, own_desk: Callable[..., Desk]) -> None:
        desk = own_desk()
        fill(desk)
        assert "2 files, 0 missing, 0 strays" in command("verify_files", desk.ref.slug)
        lost = row(desk.ref, "SELECT key FROM attachment ORDER BY id LIMIT 1")
        store.put(f"{desk.ref.id}/stray", BytesIO(b"nobody's"), size=8)
        store.remove([lost])
        with pytest.raises(CommandError, match="1 attachments have no file"):
            command("verify_files", desk.ref.slug, remove_strays=True)
        assert f"{desk.ref.id}/stray" not in store.list_keys(f"{desk.ref.id}/")
        connection.close()
