"""The pages that are not the API: the live page at `/`, and the API's documents at `/api-docs`."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

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


def live_page(request: HttpRequest) -> HttpResponse:
    """Somebody who comes by sees the queue moving."""
    return HttpResponse(_live_page())


def api_docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI over the OpenAPI document; every asset is served by us."""
    assets = {
        "css": "ninja/swagger-ui.css",
        "icon": "ninja/favicon.png",
        "bundle": "ninja/swagger-ui-bundle.js",
        "start": "ninja/swagger-ui-init.js",
    }
    return HttpResponse(_API_DOCS.format(**{name: static(path) for name, path in assets.items()}))


@cache
def _live_page() -> str:
    page = (ROOT / "console" / "live.html").read_text()
    return page.replace("__HUB_ENV__", settings.HUB_ENV)
