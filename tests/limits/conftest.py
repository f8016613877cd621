"""Limits are off elsewhere; here they are on, and every caller comes from an address that nobody had before."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from tenants.limits import scripts
from tests.api import Answer

Ask = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _a_patient_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Redis shares its processors with everything else, 50 ms may pass, which is not what is tested."""
    monkeypatch.setattr(scripts, "TIMEOUT_S", 5.0)


def some_address() -> str:
    return f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1"


@pytest.fixture
def address() -> str:
    return some_address()


@pytest.fixture
def ask(settings: Any, address: str) -> Ask:
    """`ask(path, token=…, address=…, body=…)`: with a body it is a POST."""
    settings.HUB_RATE_LIMITING = True
    client = Client(raise_request_exception=False)

    def asked(path: str, *, token: str | None = None, body: Any = None, **more: Any) -> Answer:
        headers = {"Host": "localhost"} | ({"Authorization": f"Bearer {token}"} if token else {})
        method, content = ("POST", orjson.dumps(body)) if body is not None else ("GET", b"")
        peer = more.get("address", address)
        response = client.generic(method, path, content, "application/json", headers=headers, REMOTE_ADDR=peer)
        return Answer(response)

    return asked
