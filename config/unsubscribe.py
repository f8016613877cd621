"""`/mail/unsubscribe/<token>`: no more mails of a kind, in one click, without signing in (RFC 8058).

GET changes nothing, because mail scanners follow links; it shows a button. The signed token says which
desk and whom; at another desk's address it is worth nothing.
"""

from __future__ import annotations

import html

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.csp import NOTHING, hashes
from helpdesk.mail.composing import unsubscribe_keys
from helpdesk.mail.rules import PREFERENCES
from helpdesk.mail.tokens import Unsubscription, read_unsubscribe_token
from helpdesk.notifications.actions import stop_mails
from helpdesk.vocabulary import MailKind
from helpdesk.work import unit_of_work
from tenants import context
from tenants.resolve import tenant_by_id

_KINDS = {
    MailKind.PUBLIC_REPLY: "replies to your tickets",
    MailKind.STATUS_CHANGED: "changed statuses of your tickets",
    MailKind.ASSIGNED: "tickets that are assigned to you",
    MailKind.MENTIONED: "comments that mention you",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Mails of {desk}</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; box-sizing: border-box;
  background: light-dark(#f7f7f8, #0e0f12); color: light-dark(#16171c, #ececf0); }}
main {{ max-width: 420px; padding: 32px; border-radius: 12px; border: 1px solid light-dark(#e8e8ec, #26282e);
  background: light-dark(#fff, #15161a); }}
h1 {{ margin: 0 0 8px; font-size: 20px; }}
p {{ margin: 0 0 20px; color: light-dark(#565963, #a3a7b3); overflow-wrap: anywhere; }}
p:last-child {{ margin: 0; }}
button {{ font: inherit; font-weight: 600; padding: 10px 18px; border: 0; border-radius: 8px; cursor: pointer;
  background: light-dark(#4f46e5, #7c78ff); color: light-dark(#fff, #0d0c1d); }}
button:focus-visible {{ outline: 2px solid light-dark(#16171c, #fff); outline-offset: 2px; }}
</style>
</head>
<body><main>{content}</main></body>
</html>
"""
_CSP = f"{NOTHING}; style-src {hashes('style', _PAGE.format(desk='', content=''))}; form-action 'self'"
_ASK = """<h1>Stop these mails?</h1>
<p>{desk} will no longer mail you about {about}. In the app you are told as before.</p>
<form method="post"><button>Stop these mails</button></form>"""
_DONE = """<h1>Done</h1>
<p>{desk} no longer mails you about {about}. You can change this in your notification preferences.</p>"""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """200 with a page, for GET the question, for POST the confirmation; 404 where the token is not one."""
    read = (read_unsubscribe_token(token, key=key) for key in unsubscribe_keys())
    asked = next((one for one in read if one is not None), None)
    tenant = tenant_by_id(asked.tenant_id) if asked else None
    if asked is None or tenant is None or request.tenant not in (None, tenant):  # type: ignore[attr-defined]
        raise Http404
    if request.method == "POST":
        _stop(tenant, asked)
    return _page(_DONE if request.method == "POST" else _ASK, desk=tenant.name, kind=asked.kind)


def _stop(tenant: context.TenantRef, asked: Unsubscription) -> None:
    preference = PREFERENCES[asked.kind]
    with context.tenant(tenant), unit_of_work():
        if preference is None or not stop_mails(asked.person_id, preference):
            raise Http404


def _page(content: str, *, desk: str, kind: MailKind) -> HttpResponse:
    shown = content.format(desk=html.escape(desk), about=_KINDS.get(kind, "this"))
    response = HttpResponse(_PAGE.format(desk=html.escape(desk), content=shown))
    response["Content-Security-Policy"] = _CSP
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
