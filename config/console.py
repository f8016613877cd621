"""The console at `/`: the page that was built from `console/` (its script and style are files of ours, below /static/).

Where it has not been built, because there is no Node, the page says so; the rest of the hub runs without it.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.csp import NOTHING, own_socket
from config.env import ROOT

BUILT = ROOT / "console" / "dist"
_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Ticket hub</title><link rel="icon" href="data:,"></head>
<body>
<h1>The console has not been built</h1>
<p>The hub runs: its API is described at <a href="/api-docs">/api-docs</a>.</p>
<p>To build this page, install Node 20.19 or newer and start the hub again, or run <code>make console</code>.</p>
</body>
</html>
"""


def console_page(request: HttpRequest) -> HttpResponse:
    """The same for everybody: who is there, it asks the API."""
    response = HttpResponse(_page())
    response["Content-Security-Policy"] = (
        f"{NOTHING}; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        f"form-action 'self'; connect-src 'self' {own_socket(request)} {_store()}".strip()
    )
    return response


@cache
def _page() -> str:
    built = BUILT / "index.html"
    if not built.is_file():
        return _NOT_BUILT
    return built.read_text().replace('<html lang="en">', f'<html lang="en" data-env="{settings.HUB_ENV}">', 1)


@cache
def _store() -> str:
    """Where the browser puts attachments itself: the object store's origin, where there is one."""
    url = urlsplit(getattr(settings, "S3_PUBLIC_URL", "") or getattr(settings, "S3_ENDPOINT_URL", "") or "")
    return f"{url.scheme}://{url.netloc}" if url.netloc else ""
