"""The API's documents at `/api-docs`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from config.csp import NOTHING

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
