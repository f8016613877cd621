"""`/dev/mail` and `/dev/mail.json`: what the local backend kept, of all desks, in development only.

No sign-in, every host but foreign ones. Elsewhere there is nothing at these addresses.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from config.csp import NOTHING, hashes
from helpdesk.answers import JSON_TYPE, refusal
from helpdesk.clock import rfc3339
from helpdesk.errors import MethodNotAllowed
from helpdesk.mail.models import KeptMail
from helpdesk.mail.page import html_page
from tenants import context
from tenants.models import Tenant
from tenants.resolve import tenant_by_host

MOST_A_DESK = 200
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mail kept by the hub</title>
<style>
:root {{ color-scheme: light dark; font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --line: light-dark(#e8e8ec, #26282e); --soft: light-dark(#565963, #a3a7b3); }}
body {{ margin: 0 auto; max-width: 860px; padding: 32px 20px; background: light-dark(#f7f7f8, #0e0f12);
  color: light-dark(#16171c, #ececf0); }}
h1 {{ margin: 0 0 4px; font-size: 22px; letter-spacing: -.02em; }}
.soft {{ color: var(--soft); }}
details.mail {{ margin: 12px 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden;
  background: light-dark(#fff, #15161a); }}
details.mail > summary {{ display: grid; grid-template-columns: 1fr auto; gap: 2px 16px; padding: 14px 18px;
  cursor: pointer; list-style: none; overflow-wrap: anywhere; }}
details.mail > summary:hover {{ background: light-dark(#f3f3f6, #1b1d22); }}
summary b {{ font-weight: 600; }}
.desk {{ justify-self: end; padding: 0 8px; border-radius: 99px; font-size: 12px;
  background: light-dark(#eeeefc, #22233a); color: light-dark(#4038c7, #928eff); }}
time {{ justify-self: end; font-size: 12px; }}
iframe {{ display: block; width: 100%; height: 460px; border: 0; border-top: 1px solid var(--line); background: #fff; }}
.more {{ border-top: 1px solid var(--line); padding: 10px 18px; }}
.more summary {{ cursor: pointer; color: var(--soft); }}
pre {{ margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.5 ui-monospace, Menlo, monospace; }}
</style>
</head>
<body>
<h1>Mail kept by the hub</h1>
<p class="soft">Nothing leaves this machine in development. Newest first; the same as
<a href="/dev/mail.json">JSON</a>.</p>
{mails}
</body>
</html>
"""
# The mails are framed, and frames of that kind are held to this too: the one style of every mail, and the attributes
# that the sanitiser let through.
_CSP = (
    f"{NOTHING}; style-src-elem {hashes('style', _PAGE.format(mails=''))} {hashes('style', html_page('', desk=''))};"
    " style-src-attr 'unsafe-inline'; img-src data: https:; frame-src 'self'"
)
_MAIL = """<details class="mail"{opened}>
<summary><b>{subject}</b><span class="desk">{tenant}</span>
<span class="soft">{sender} &rarr; {to}</span><time class="soft" datetime="{at}">{at}</time></summary>
<iframe sandbox title="{subject}" srcdoc="{body}"></iframe>
<details class="more"><summary>Text</summary><pre>{text}</pre></details>
<details class="more"><summary>Headers</summary><pre>{headers}</pre></details>
</details>"""


View = Callable[[HttpRequest], HttpResponse]


def _of_development(view: View) -> View:
    """GET in development; elsewhere there is nothing here, whatever the method."""

    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        if settings.HUB_ENV != "development" or _is_foreign(request.headers.get("Host", "")):
            raise Http404
        if request.method not in ("GET", "HEAD"):
            return refusal(request, MethodNotAllowed(headers={"Allow": "GET, HEAD"}))
        return view(request)

    return page


def _is_foreign(host: str) -> bool:
    """A name of the world's that leads here may belong to somebody else's page: it must not read our mail."""
    name = host.partition(":")[0]
    is_of_the_world = "." in name and not name.replace(".", "").isdigit()
    return is_of_the_world and tenant_by_host(host) is None


@_of_development
def mail_json(request: HttpRequest) -> HttpResponse:
    """`[{id, tenant, to[], from, subject, text, html, headers, messageId, createdAt}]`, newest first."""
    response = HttpResponse(orjson.dumps(_kept_mails()), content_type=JSON_TYPE)
    response["Cache-Control"] = "no-store"
    return response


@_of_development
def mail_page(request: HttpRequest) -> HttpResponse:
    """The same for people; what a mail holds can run nothing here."""
    mails = [_shown(mail, opened=place == 0) for place, mail in enumerate(_kept_mails())]
    empty = '<p class="soft">There is none yet. Open a ticket, and its receipt appears here.</p>'
    response = HttpResponse(_PAGE.format(mails="\n".join(mails) or empty))
    response["Content-Security-Policy"] = _CSP
    response["Cache-Control"] = "no-store"
    return response


def _kept_mails() -> list[dict[str, Any]]:
    with context.platform(), transaction.atomic():
        tenants = [tenant.ref() for tenant in Tenant.objects.all()]
    mails = [mail for tenant in tenants for mail in _of(tenant)]
    return [shape for _, shape in sorted(mails, key=lambda mail: (mail[0], mail[1]["id"]), reverse=True)]


def _of(tenant: context.TenantRef) -> Iterator[tuple[datetime, dict[str, Any]]]:
    with context.tenant(tenant), transaction.atomic():
        rows = list(KeptMail.objects.order_by("-created_at", "-id")[:MOST_A_DESK])
    for row in rows:
        yield (
            row.created_at,
            {
                "id": str(row.id),
                "tenant": tenant.slug,
                "to": row.to,
                "from": row.sender,
                "subject": row.subject,
                "text": row.text,
                "html": row.html,
                "headers": row.headers,
                "messageId": row.message_id,
                "createdAt": rfc3339(row.created_at),
            },
        )


def _shown(mail: dict[str, Any], *, opened: bool) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in mail["headers"].items())
    return _MAIL.format(
        opened=" open" if opened else "",
        subject=html.escape(mail["subject"]),
        tenant=html.escape(mail["tenant"]),
        sender=html.escape(mail["from"]),
        to=html.escape(", ".join(mail["to"])),
        at=mail["createdAt"],
        body=html.escape(mail["html"]),
        text=html.escape(mail["text"]),
        headers=html.escape(headers),
    )
