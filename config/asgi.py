"""The ASGI application: HTTP through the edge into Django, WebSocket to the realtime consumers."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from config.checks import require_sound_environment  # noqa: E402
from config.edge import Policy, edge  # noqa: E402
from config.env import env  # noqa: E402
from realtime.routing import websocket_urlpatterns  # noqa: E402
from realtime.sse import EventStreams  # noqa: E402

require_sound_environment()
application = edge(
    ProtocolTypeRouter({"http": EventStreams(_django), "websocket": URLRouter(websocket_urlpatterns)}),
    Policy.of(trusted_proxies=env.hub_trusted_proxies, origins=env.hub_cors_origins, https_only=not env.development),
)
