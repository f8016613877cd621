"""A master, a replica and three Sentinels that watch them, of the embedded service's package; all with passwords."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from config.embedded.valkey import PROGRAM, _package
from tenants.redis_server import redis_server
from tests.realtime.live import free_port

PASSWORD, SENTINEL_PASSWORD = "of the master: @/?", "of-sentinel"
SERVICE = "hub"
HANG_S = 60.0


class Sentinels:
    """`url` is what the hub is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.servers = {port: self._start_server(port, None) for port in [free_port()]}
        self.first = next(iter(self.servers))
        second = free_port()
        self.servers[second] = self._start_server(second, self.first)
        self._sentinels = [self._start_sentinel(free_port()) for _ in range(3)]
        hosts = ",".join(f"127.0.0.1:{port}" for port, _ in self._sentinels)
        self.url = f"redis+sentinel://:of%20the%20master%3A%20%40%2F%3F@{hosts}/{SERVICE}/0?sentinel_password={SENTINEL_PASSWORD}"
        self._wait_until_watched()

    def master(self) -> redis.Redis:
        """Whom Sentinel calls the master now."""
        return redis_server(self.url).client(decode_responses=True, socket_timeout=2)

    def master_port(self) -> int:
        with self.master() as client:
            return int(client.config_get("port")["port"])

    def kill_master(self) -> None:
        process = self.servers[self.master_port()]
        process.kill()
        process.wait()

    def has_another_master(self) -> bool:
        """Is somebody else master by now, and does it take writes?"""
        try:
            with self.master() as client:
                return self.master_port() != self.first and bool(client.set("hub:test:written", "1"))
        except redis.RedisError:
            return False

    def stop(self) -> None:
        for process in (*self.servers.values(), *(process for _, process in self._sentinels)):
            process.kill()
            process.wait()

    def _start_server(self, port: int, master: int | None) -> subprocess.Popen[bytes]:
        lines = [f'requirepass "{PASSWORD}"', f'masterauth "{PASSWORD}"', 'save ""', "repl-diskless-sync-delay 0"]
        return self._start(port, [*lines, *([f"replicaof 127.0.0.1 {master}"] if master else [])])

    def _start_sentinel(self, port: int) -> tuple[int, subprocess.Popen[bytes]]:
        lines = [
            f"sentinel monitor {SERVICE} 127.0.0.1 {self.first} 2",
            f'sentinel auth-pass {SERVICE} "{PASSWORD}"',
            f"sentinel down-after-milliseconds {SERVICE} 500",
            f"sentinel failover-timeout {SERVICE} 3000",
            f"requirepass {SENTINEL_PASSWORD}",
            f"sentinel sentinel-pass {SENTINEL_PASSWORD}",
        ]
        return port, self._start(port, lines, "--sentinel")

    def _start(self, port: int, lines: list[str], *more: str) -> subprocess.Popen[bytes]:
        folder = self._folder / str(port)
        folder.mkdir()
        file = folder / "valkey.conf"
        file.write_text("\n".join(["bind 127.0.0.1", f"port {port}", f'dir "{folder}"', *lines]) + "\n")
        return subprocess.Popen([str(_package() / PROGRAM), str(file), *more], stdout=subprocess.DEVNULL)

    def _wait_until_watched(self) -> None:
        """Until each Sentinel knows the replica, which is in step, and the two others."""
        deadline = time.monotonic() + HANG_S
        while not all(self._is_watching(port) for port, _ in self._sentinels):
            assert time.monotonic() < deadline, "Sentinel does not see the replica"
            time.sleep(0.1)

    def _is_watching(self, port: int) -> bool:
        try:
            with redis.Redis("127.0.0.1", port, password=SENTINEL_PASSWORD, socket_timeout=2) as client:
                seen = client.sentinel_master(SERVICE)
                replicas = client.sentinel_slaves(SERVICE)
            linked = [one for one in replicas if one["master-link-status"] == "ok"]
            return bool(seen["num-other-sentinels"] == 2 and linked)
        except redis.RedisError:
            return False


@contextmanager
def sentinels(folder: Path) -> Iterator[Sentinels]:
    """Running, and stopped at the end."""
    running = Sentinels(folder)
    try:
        yield running
    finally:
        running.stop()
