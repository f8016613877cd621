"""/metrics, in the text format of Prometheus: for whoever brings the token, or asks directly from a listed network.

Everybody else is told that there is nothing. A request that came through a proxy never counts as from a network: the
proxy's own address may be listed, and anybody may come through it.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from config.env import Env, env
from config.meters import FOLDER, tell
from helpdesk.answers import refusal
from helpdesk.errors import NotFound
from helpdesk.meters import REGISTRY

PROXIED: Final = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


def metrics(request: HttpRequest) -> HttpResponse:
    """This part's processes together, and the state of the hub."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not may_read(headers, request.META["REMOTE_ADDR"], env):
        return refusal(request, NotFound("There is nothing at this address."))
    return HttpResponse(exposition(whole_hub=True), content_type=CONTENT_TYPE_LATEST)


def may_read(headers: Mapping[str, str], address: str, told: Env) -> bool:
    """Header names in small letters."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if told.hub_metrics_token and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), told.hub_metrics_token.encode())
    if any(name in headers for name in PROXIED):
        return False
    try:
        client = ip_address(address)
    except ValueError:
        return False
    client = getattr(client, "ipv4_mapped", None) or client
    return any(client in network for network in told.hub_metrics_networks)


def exposition(*, whole_hub: bool) -> bytes:
    """The text. `whole_hub`: with what is true of all parts together, which one of them is enough to tell."""
    tell()
    shared = FOLDER in os.environ
    registry = CollectorRegistry() if shared else REGISTRY
    if shared:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    told = generate_latest(registry)
    if whole_hub:
        from config.hub_state import hub_state

        state = CollectorRegistry()
        state.register(hub_state)
        told += generate_latest(state)
    return told
