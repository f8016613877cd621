"""Content-Security-Policies of our pages: what a page runs inline is named by its hash, never by 'unsafe-inline'.

CSP level 3 (w3.org/TR/CSP3): a hash is of the element's text, byte by byte, so it is computed from what is sent.
"""

from __future__ import annotations

import base64
import hashlib
import re

from django.http import HttpRequest

NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_ELEMENT = {name: re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL) for name in ("script", "style")}
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")


def hashes(element: str, page: str) -> str:
    """The sources that allow this page's inline `script` or `style` elements."""
    texts = _ELEMENT[element].findall(page)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)


def own_socket(request: HttpRequest) -> str:
    """Our socket as a source: older browsers do not count it to 'self'."""
    host = request.headers.get("Host", "")
    return f"{'wss' if request.is_secure() else 'ws'}://{host}" if _HOST.fullmatch(host) else ""
