"""Every address there is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from config import health
from config.account import account_page
from config.console import console_page
from config.dev_mail import mail_json, mail_page
from config.mail_events import hear
from config.metrics import metrics
from config.pages import api_docs
from config.unsubscribe import unsubscribe
from helpdesk.answers import refusal
from helpdesk.api import api, list_endpoints
from helpdesk.errors import BadRequest, InternalError, NotFound
from realtime.api import router as events
from tenants.api import router as tenants
from tenants.signin.api import router as signin

api.add_router("/auth", signin, tags=["Sign in"])
api.add_router("/tenants", tenants, tags=["Tenants"])
api.add_router("/health", health.router)
api.add_router("/events", events, tags=["Events"])

urlpatterns = [
    path("", require_safe(console_page)),
    path("api-docs", require_safe(api_docs)),
    path("metrics", require_safe(metrics)),
    path("health", require_safe(health.ready)),
    path("health/live", require_safe(health.live)),
    path("health/ready", require_safe(health.ready)),
    path("dev/mail", mail_page),
    path("dev/mail.json", mail_json),
    path("account/<slug:purpose>", require_safe(account_page)),
    path("mail/unsubscribe/<str:token>", unsubscribe),
    path("mail/events/<slug:provider>", hear),
    path("api/v1", require_safe(list_endpoints)),
    path("api/v1/", api.urls),
]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, NotFound("There is nothing at this address."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, BadRequest())


def server_error(request: HttpRequest) -> HttpResponse:
    return refusal(request, InternalError())


handler404, handler400, handler500 = not_found, bad_request, server_error
