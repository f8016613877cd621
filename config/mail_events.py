"""`POST /mail/events/<provider>`: a mail service tells what became of a mail, through anymail's tracking views.

Only the provider that carries our mail is heard, and only behind its signature or ANYMAIL_WEBHOOK_SECRET.
anymail hands its events out by a signal; the one receiver stands here, and calls one action.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import structlog
from anymail import urls as anymail_urls
from anymail.signals import AnymailTrackingEvent, tracking
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from helpdesk.answers import refusal
from helpdesk.errors import BadRequest, MethodNotAllowed
from helpdesk.mail.actions.reports import record_report
from helpdesk.mail.rules import Report, report_of
from helpdesk.mail.tokens import read_message_id
from helpdesk.work import unit_of_work
from tenants import context
from tenants.resolve import tenant_by_id

_VIEWS: dict[str, Callable[..., Any]] = {pattern.name: pattern.callback for pattern in anymail_urls.urlpatterns}
_log = structlog.get_logger(__name__)


@csrf_exempt
def hear(request: HttpRequest, provider: str) -> HttpResponse:
    """The provider's report, in its own form. 404 for every other provider than ours; 400 for what it never sends."""
    view = _VIEWS.get(f"{provider}_tracking_webhook")
    if view is None or provider != settings.MAIL_BACKEND:
        raise Http404
    if not _is_guarded(view):
        _log.error("mail_events_unguarded", provider=provider, hint="Set ANYMAIL_WEBHOOK_SECRET.")
        raise Http404
    try:
        response: HttpResponse = view(request)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        _log.warning("mail_event_unreadable", error=type(error).__name__)
        return refusal(request, BadRequest("This is not a report of the mail service."))
    except ImproperlyConfigured:
        _log.exception("mail_events_misconfigured")
        return refusal(request, BadRequest("This hub does not take such reports."))
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return refusal(request, MethodNotAllowed())
    return response


def _is_guarded(view: Callable[..., Any]) -> bool:
    """Does it ask for a password, or check a signature? anymail only warns where it does neither."""
    view_class, options = getattr(view, "view_class"), getattr(view, "view_initkwargs")  # noqa: B009
    try:
        with warnings.catch_warnings(action="ignore"):
            made = view_class(**options)
    except ImproperlyConfigured:
        _log.exception("mail_events_misconfigured")
        return False
    return bool(made.basic_auth) or not made.warn_if_no_basic_auth


@receiver(tracking, dispatch_uid="config.mail_events")
def _write_down(*, event: AnymailTrackingEvent, **_: Any) -> None:
    report = report_of(
        event_type=event.event_type or "",
        reject_reason=event.reject_reason,
        description=str(event.mta_response or event.description or ""),
    )
    named = _mail_named_by(event)
    if report is None or named is None:
        return
    _record(*named, report)


def _record(mail_id: UUID, tenant_id: UUID, report: Report) -> None:
    tenant = tenant_by_id(tenant_id)
    if tenant is None:
        return
    with context.tenant(tenant), unit_of_work():
        is_known = record_report(mail_id, report)
    _log.info("mail_reported", tenant=str(tenant_id), mail=str(mail_id), known=is_known, reason=report.reason)


def _mail_named_by(event: AnymailTrackingEvent) -> tuple[UUID, UUID] | None:
    """(mail, tenant), by what we gave along, or by our Message-ID where the provider keeps it."""
    known = event.metadata or {}
    try:
        return UUID(str(known["mail_id"])), UUID(str(known["tenant_id"]))
    except (KeyError, ValueError, TypeError):
        return read_message_id(str(event.message_id or ""))
