"""`/account/<purpose>`: where links in mails lead. A form that posts to the API with the token behind `#`.

The token is in the fragment, which browsers send to nobody: it comes into no log and no Referer. Script and style
are files of ours, and nothing else runs here.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'none';"
    " frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{css}">
<script src="{script}" defer></script>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{lead}</p>
<form hidden data-api="{api}" data-done="{done}"{needs_token}>
{field}
<button>{button}</button>
</form>
<p role="status"></p>
<p id="next" hidden><a href="/">Go on</a></p>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
</body>
</html>
"""
_CHOOSE = (
    '<label>New password, at least 8 characters<input type="password" name="password" minlength="8" maxlength="72"'
    ' autocomplete="new-password" required autofocus></label>'
)
_EMAIL = (
    '<label>Your email address<input type="email" name="email" maxlength="254" autocomplete="email" required'
    " autofocus></label>"
)


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    lead: str
    api: str
    button: str
    done: str
    field: str = ""
    with_token: bool = True


_PAGES = {
    "invitation": _Page(
        "Welcome to {desk}",
        "Choose a password, and you are in.",
        "/api/v1/auth/accept",
        "Accept the invitation",
        "You are in, and signed in on this device.",
        _CHOOSE,
    ),
    "reset": _Page(
        "A new password",
        "For {desk}; every other device is signed out.",
        "/api/v1/auth/reset",
        "Set the password",
        "Your password is changed, and you are signed in on this device.",
        _CHOOSE,
    ),
    "confirmation": _Page(
        "Is this your address?",
        "Confirm that the mails of {desk} reach you.",
        "/api/v1/auth/confirm",
        "Confirm the address",
        "Thank you. Your address is confirmed.",
    ),
    "forgot": _Page(
        "Forgot your password?",
        "For {desk}, we mail you a link with which you choose a new one.",
        "/api/v1/auth/forgot",
        "Mail me a link",
        "If this address can sign in here, a mail with a link is on its way.",
        _EMAIL,
        with_token=False,
    ),
}


def account_page(request: HttpRequest, purpose: str) -> HttpResponse:
    """The page for this purpose, the same for everybody; 404 where there is none."""
    page = _PAGES.get(purpose)
    if page is None:
        raise Http404
    tenant = request.tenant  # type: ignore[attr-defined]
    desk = html.escape(tenant.name) if tenant else "the help desk"
    shown = _PAGE.format(
        title=page.title.format(desk=desk),
        lead=page.lead.format(desk=desk),
        api=page.api,
        done=page.done,
        button=page.button,
        field=page.field,
        needs_token=' data-token="yes"' if page.with_token else "",
        css=static("hub/page.css"),
        script=static("hub/account.js"),
    )
    response = HttpResponse(shown)
    response["Content-Security-Policy"] = _CSP
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
