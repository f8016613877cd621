"""REDIS_URL names one server, or a service that Sentinel watches; each part of the hub is told in its own way."""

from __future__ import annotations

import pytest
from kombu import Connection
from pydantic import ValidationError

from config.env import Env
from tenants.redis_server import redis_server

PLAIN = "redis://:pw@cache:6379/2"
WATCHED = "redis+sentinel://joe:p%40ss%2Fword@one:26379,two,[::1]:3/hub/4?sentinel_password=s%3Fp"


class TestOneServer:
    def test_is_passed_on_as_it_is(self) -> None:
        server = redis_server(PLAIN)
        assert (server.layer_host(), server.broker_url(), server.broker_options()) == (PLAIN, PLAIN, {})
        known = server.pool(socket_timeout=1).connection_kwargs
        assert (known["host"], known["port"], known["db"], known["socket_timeout"]) == ("cache", 6379, 2, 1)

    def test_may_be_unset(self) -> None:
        assert redis_server("").broker_url() == ""


class TestBehindSentinel:
    def test_every_part_of_the_url_is_read(self) -> None:
        server = redis_server(WATCHED)
        assert server.sentinels == (("one", 26379), ("two", 26379), ("::1", 3))
        assert server.service == "hub"
        assert server.known == {"username": "joe", "password": "p@ss/word", "db": 4}
        assert server.sentinel_known == {"password": "s?p"}

    def test_connections_know_the_master_by_sentinel_alone(self) -> None:
        pool = redis_server(WATCHED).pool(socket_timeout=0.05)
        assert "host" not in pool.connection_kwargs
        assert pool.connection_kwargs["password"] == "p@ss/word"
        asked = pool.sentinel_manager.sentinels[0].connection_pool.connection_kwargs  # type: ignore[attr-defined]
        assert (asked["host"], asked["password"], asked["socket_timeout"]) == ("one", "s?p", 0.05)

    def test_celery_reads_its_url_as_it_was_meant(self) -> None:
        server = redis_server(WATCHED)
        with Connection(server.broker_url(), transport_options=server.broker_options()) as connection:
            assert connection.transport_cls == "sentinel"
            assert (connection.userid, connection.password, connection.virtual_host) == ("joe", "p@ss/word", "4")
            assert len(connection.alt) == 3
            options = connection.transport_options or {}
            assert (options["master_name"], options["sentinel_kwargs"]["password"]) == ("hub", "s?p")

    def test_the_channel_layer_gets_the_same(self) -> None:
        host = redis_server(WATCHED).layer_host()
        assert isinstance(host, dict)
        assert (host["master_name"], host["db"], host["password"]) == ("hub", 4, "p@ss/word")
        assert host["sentinel_kwargs"]["password"] == "s?p"


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://one",
        "redis+sentinel:///hub",
        "redis+sentinel://one/hub/first",
        "redis+sentinel://one:many/hub",
        "redis+sentinel://one/hub?password=secret-word",
    ],
)
def test_what_cannot_be_meant_stops_the_start_without_telling_secrets(url: str) -> None:
    with pytest.raises(ValidationError, match="redis_url") as refused:
        Env(redis_url=url)
    assert "secret-word" not in str(refused.value)
