"""The socket's address. Everything else is accepted and closed with 4404, because a bare 403 tells nobody why."""

from __future__ import annotations

from typing import Any

from django.urls import re_path

from realtime.consumers import HubConsumer, NowhereConsumer

websocket_urlpatterns: list[Any] = [
    re_path(r"^ws/v1$", HubConsumer.as_asgi()),
    re_path(r"", NowhereConsumer.as_asgi()),
]
