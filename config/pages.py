"""The pages that are not the API: the live page at `/`, and the API's documents at `/api-docs`."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from config.csp import NOTHING, hashes, own_socket
from config.env import ROOT

_API_DOCS = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Ticket hub API</title>
  <link rel="stylesheet" href="{css}">
  <link rel="icon" href="{icon}">
</head>
<body>
  <div id="swagger-ui"></div>
  <script type="application/json" id="swagger-settings">
    {{"url": "/api/v1/openapi.json", "layout": "BaseLayout", "deepLinking": true}}
  </script>
  <script src="{bundle}"></script>
  <script src="{start}"></script>
</body>
</html>
"""

_DOCS_POLICY = (
    f"{NOTHING}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'"
)


def live_page(request: HttpRequest) -> HttpResponse:
    """Somebody who comes by sees the queue moving."""
    response = HttpResponse(_live_page())
    response["Content-Security-Policy"] = (
        f"{_live_policy()}; connect-src 'self' {own_socket(request)} {_store()}".strip()
    )
    return response


def api_docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI over the OpenAPI document; every asset is served by us."""
    assets = {
        "css": "ninja/swagger-ui.css",
        "icon": "ninja/favicon.png",
        "bundle": "ninja/swagger-ui-bundle.js",
        "start": "ninja/swagger-ui-init.js",
    }
    response = HttpResponse(_API_DOCS.format(**{name: static(path) for name, path in assets.items()}))
    response["Content-Security-Policy"] = _DOCS_POLICY
    return response


@cache
def _live_page() -> str:
    page = (ROOT / "console" / "live.html").read_text()
    return page.replace("__HUB_ENV__", settings.HUB_ENV)


@cache
def _live_policy() -> str:
    page = _live_page()
    return (
        f"{NOTHING}; script-src {hashes('script', page)}; style-src {hashes('style', page)}; img-src 'self' data:; "
        "form-action 'self'"
    )


@cache
def _store() -> str:
    """Where the browser puts attachments itself: the object store's origin, where there is one."""
    url = urlsplit(getattr(settings, "S3_PUBLIC_URL", "") or getattr(settings, "S3_ENDPOINT_URL", "") or "")
    return f"{url.scheme}://{url.netloc}" if url.netloc else ""
