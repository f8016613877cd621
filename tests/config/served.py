"""A small Django behind the edge, as a real server runs it: `python -m tests.config.served uvicorn|daphne PORT`.

`TRUSTED` (networks) and `ORIGINS`, comma-separated in the environment, are the edge's policy; it is told to be secure.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse

from config.logging import configure

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[f"{__name__}.name_the_tenant", "django.middleware.common.CommonMiddleware"],
    LOGGING_CONFIG=None,
    SECRET_KEY="for this test only",
)
configure("production", "INFO")

from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import require_GET  # noqa: E402

from config.edge import Policy, edge  # noqa: E402
from config.edge import body as edge_body  # noqa: E402

edge_body.SECONDS_BETWEEN_CHUNKS = 0.5


def name_the_tenant(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware that knows only sync, as a tenant door may."""

    def middleware(request: HttpRequest) -> HttpResponse:
        structlog.contextvars.bind_contextvars(tenant="acme")
        return get_response(request)

    return middleware


def echo(request: HttpRequest) -> HttpResponse:
    structlog.contextvars.bind_contextvars(person="ada")
    return JsonResponse({"id": request.headers["X-Request-ID"], "size": len(request.body)})


def who(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"client": request.META["REMOTE_ADDR"], "secure": request.is_secure()})


@require_GET
def only_get(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine", content_type="text/plain")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the password is hunter2")


def breaks_off(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("cable cut")

    return StreamingHttpResponse(parts())


urlpatterns = [
    path("api/echo", echo),
    path("api/who", who),
    path("api/only-get", only_get),
    path("api/broken", broken),
    path("api/breaks-off", breaks_off),
]


def listed(name: str) -> list[str]:
    return [entry for entry in os.environ.get(name, "").split(",") if entry]


application = edge(
    get_asgi_application(),
    Policy.of(trusted_proxies=map(ip_network, listed("TRUSTED")), origins=listed("ORIGINS"), https_only=True),
)


def main(server: str, port: int) -> None:
    if server == "uvicorn":
        import uvicorn

        from config.edge.under_uvicorn import Http

        uvicorn.run(
            application,
            host="127.0.0.1",
            port=port,
            http=Http,
            log_config=None,
            ws="none",
            proxy_headers=False,
            server_header=False,
        )
    else:
        from config.edge.under_daphne import prepare_daphne

        prepare_daphne()
        # By name: daphne has no types.
        daphne: Any = importlib.import_module("daphne.server")
        options = {"signal_handlers": True, "server_name": ""}
        daphne.Server(application, endpoints=[f"tcp:port={port}:interface=127.0.0.1"], **options).run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
