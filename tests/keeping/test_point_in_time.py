"""A lost cluster is restored to a moment, as docs/keeping.md says: what was acknowledged until then, and no more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.keeping.clusters import HANG_S, Cluster, make_cluster, place_in, run_there
from tests.keeping.history import SLUGS
from tests.realtime.live import ROOT

A_FEW = 15
"""Acknowledged writes in each stretch of the story: before the backup, after it, after the moment."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the account may go that PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="hub-moment-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


class Writer:
    """Somebody who goes on writing, and notes what was acknowledged."""

    def __init__(self, cluster: Cluster) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.keeping.history", "write"],
            cwd=ROOT,
            env=environment(cluster),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told: list[dict[str, Any]] = []
        self.more = threading.Condition()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                with self.more:
                    self.told.append(json.loads(line))
                    self.more.notify_all()
        with self.more:
            self.more.notify_all()

    def wait_for_more(self) -> None:
        """Until so many further writes of each desk were acknowledged."""
        begin = {slug: len(self.of(slug)) for slug in SLUGS}
        with self.more:
            self.more.wait_for(lambda: self._wrote(begin) or self.process.poll() is not None, timeout=HANG_S)
        assert self._wrote(begin), "it does not write"

    def _wrote(self, begin: dict[str, int]) -> bool:
        return all(len(self.of(slug)) >= begin[slug] + A_FEW for slug in SLUGS)

    def of(self, slug: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one.get("slug") == slug]

    def stop(self) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.close()
            assert self.process.wait(HANG_S) == 0
        finally:
            self.process.kill()
            self.reader.join()


def environment(cluster: Cluster) -> dict[str, str]:
    given = {"DATABASE_URL": cluster.url, "DATABASE_DIRECT_URL": cluster.url, "HUB_SECRET_KEY": settings.SECRET_KEY}
    return os.environ | given | {"DJANGO_SETTINGS_MODULE": "config.settings", "HUB_LOG_LEVEL": "ERROR"}


@pytest.mark.slow
def test_a_lost_cluster_has_what_was_acknowledged_until_the_moment(folder: Path) -> None:
    place = place_in(folder)
    archive, base = folder / "wal", folder / "base"
    archive.mkdir()
    place.give(archive)
    lost = make_cluster(folder / "lost", place)
    lost.configure(archive_mode="on", archive_command=f"test ! -f {archive}/%f && cp %p {archive}/%f")
    with lost.running():
        writer = Writer(lost)
        try:
            writer.wait_for_more()
            backup = ["--pgdata", str(base), "--checkpoint", "fast", "--wal-method", "stream", "--dbname", lost.url]
            run_there(place, "pg_basebackup", *backup)
            run_there(place, "pg_verifybackup", str(base))
            writer.wait_for_more()
            target = datetime.now(UTC)
            writer.wait_for_more()
        finally:
            writer.stop()
        last = lost.ask("SELECT pg_walfile_name(pg_switch_wal())")
        lost.wait_for(f"SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver")
    shutil.rmtree(lost.data)
    restored = Cluster(base, place, lost.port)
    restore_to(restored, target, archive)
    with restored.running():
        restored.wait_for("SELECT NOT pg_is_in_recovery()")
        epochs, ends = writer.told[0], writer.told[-1]["ends"]
        found = look(restored, {slug: f"{epochs[slug]}.{ends[slug]}" for slug in SLUGS})
    assert "BROKEN" not in found["log"]
    for slug in SLUGS:
        of_the_moment(found["desks"][slug], writer.of(slug), target)
        assert found["desks"][slug]["restored_epoch"] == epochs[slug] != found["desks"][slug]["epoch"]
        assert found["desks"][slug]["told"] == ["reset"]


def restore_to(cluster: Cluster, target: datetime, archive: Path) -> None:
    """As the page says."""
    (cluster.data / "recovery.signal").touch()
    cluster.configure(
        restore_command=f"cp {archive}/%f %p",
        recovery_target_time=target.isoformat(sep=" "),
        recovery_target_action="promote",
    )


def look(cluster: Cluster, known: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.keeping.history", "look", json.dumps(known)],
        check=False,
        cwd=ROOT,
        env=environment(cluster),
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def of_the_moment(desk: dict[str, Any], written: list[dict[str, Any]], target: datetime) -> None:
    """All that was acknowledged before it, nothing that was begun after it; the one under way, whole or not at all."""
    read: Callable[[str], datetime] = datetime.fromisoformat
    before = [one["ticket"] for one in written if read(one["acknowledged"]) < target]
    begun = [one["ticket"] for one in written if read(one["begun"]) < target]
    assert len(before) >= 2 * A_FEW
    assert len(written) >= len(begun) + A_FEW - 1
    assert desk["tickets"] in (before, begun)
    assert desk["logged"] == desk["tickets"]
