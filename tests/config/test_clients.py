"""Only a proxy of ours says who the client is, and no client can speak in its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from config.edge.clients import believed
from tests.config.talk import Pairs, http_scope
from tests.config.test_edge_servers import Served, request, serving, wait_until

PROXY = "10.0.0.1"
TRUSTED = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


def told(peer: str, *headers: tuple[str, str], type_: str = "http") -> dict[str, Any]:
    pairs: Pairs = list(headers)
    return believed(http_scope(headers=pairs) | {"client": (peer, 4711), "type": type_}, TRUSTED)


def client_of(*forwarded: str, peer: str = PROXY) -> str:
    found = told(peer, *[("X-Forwarded-For", value) for value in forwarded])
    return str(found["client"][0]) if "client" in found else peer


class TestWhoTheClientIs:
    def test_somebody_who_is_no_proxy_says_nothing(self) -> None:
        forged = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https")]
        assert told("203.0.113.9", *forged) == {}

    def test_a_proxy_names_its_client(self) -> None:
        assert client_of("192.0.2.1") == "192.0.2.1"

    def test_what_the_client_wrote_before_it_means_nothing(self) -> None:
        assert client_of("198.51.100.1, 192.0.2.1") == "192.0.2.1"
        assert client_of("198.51.100.1", "192.0.2.1") == "192.0.2.1"

    def test_a_client_that_names_a_proxy_of_ours_stays_itself(self) -> None:
        assert client_of("10.9.9.9, 192.0.2.1") == "192.0.2.1"

    def test_several_proxies_are_passed(self) -> None:
        assert client_of("198.51.100.1, 192.0.2.1, 10.2.2.2, 10.3.3.3") == "192.0.2.1"

    def test_where_all_are_ours_the_first_one_asked(self) -> None:
        assert client_of("10.2.2.2, 10.3.3.3") == "10.2.2.2"

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:DB8::7]:4711", "2001:db8::7"),
            ('"[2001:db8::7]:4711"', "2001:db8::7"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("fe80::1%eth0", "fe80::1"),
        ],
    )
    def test_every_way_of_writing_an_address_is_read(self, written: str, meant: str) -> None:
        assert client_of(written) == meant

    @pytest.mark.parametrize(
        "garbage", ["", "unknown", "_hidden", "192.0.2.256", "[::1", "<script>", "1" * 5000, "::g"]
    )
    def test_what_is_no_address_ends_the_search_at_the_last_that_was_vouched_for(self, garbage: str) -> None:
        assert client_of(f"192.0.2.1, {garbage}") == PROXY
        assert client_of(f"{garbage}, 10.4.4.4") == "10.4.4.4"

    def test_a_very_long_header_is_read_from_its_end(self) -> None:
        assert client_of(", ".join(["198.51.100.1"] * 5000 + ["192.0.2.1"])) == "192.0.2.1"

    def test_proxies_by_ipv6_and_by_mapped_addresses_are_known(self) -> None:
        assert client_of("192.0.2.1", peer="2001:db8:ffff::5") == "192.0.2.1"
        assert client_of("192.0.2.1", peer="::ffff:10.0.0.1") == "192.0.2.1"

    def test_forwarded_is_not_read(self) -> None:
        assert told(PROXY, ("Forwarded", "for=192.0.2.1;proto=https")) == {}

    def test_a_server_that_names_no_peer_is_nobody(self) -> None:
        assert believed(http_scope() | {"client": None}, TRUSTED) == {}


class TestTheScheme:
    def test_is_the_nearest_proxys_word(self) -> None:
        assert told(PROXY, ("X-Forwarded-Proto", "http, https"))["scheme"] == "https"
        assert told(PROXY, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http"))["scheme"] == "http"

    def test_of_a_socket_is_a_sockets(self) -> None:
        assert told(PROXY, ("X-Forwarded-Proto", "HTTPS"), type_="websocket")["scheme"] == "wss"

    def test_of_another_word_is_the_connections(self) -> None:
        assert "scheme" not in told(PROXY, ("X-Forwarded-Proto", "gopher"))


FORGED = ("X-Forwarded-For: 192.0.2.66", "X-Forwarded-Proto: https", "Forwarded: for=192.0.2.67;proto=https")


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def straight(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(request.param, tmp_path_factory.mktemp("straight") / "stdout", TRUSTED="10.0.0.0/8") as running:
        yield running


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    networks = "127.0.0.1/32,10.0.0.0/8"
    with serving(request.param, tmp_path_factory.mktemp("behind") / "stdout", TRUSTED=networks) as running:
        yield running


class TestThroughARealServer:
    def test_forged_headers_change_nothing(self, straight: Served) -> None:
        _, headers, body = straight.ask(request("GET", "/api/who", "X-Request-ID: forged-1", *FORGED))
        assert json.loads(body) == {"client": "127.0.0.1", "secure": False}
        assert "strict-transport-security" not in headers
        wait_until(lambda: bool(straight.lines("forged-1")))
        assert straight.lines("forged-1")[0]["client"] == "127.0.0.1"

    def test_a_trusted_proxy_is_believed(self, behind: Served) -> None:
        sent = ("X-Forwarded-For: 198.51.100.1, 192.0.2.5, 10.1.1.1", "X-Forwarded-Proto: https")
        _, headers, body = behind.ask(request("GET", "/api/who", "X-Request-ID: proxied-1", *sent))
        assert json.loads(body) == {"client": "192.0.2.5", "secure": True}
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        wait_until(lambda: bool(behind.lines("proxied-1")))
        assert behind.lines("proxied-1")[0]["client"] == "192.0.2.5"
