"""The API, put together: the routers of the features behind the door, and `/api/v1` listing what there is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from helpdesk.access_log.api import router as access_log
from helpdesk.analytics.api import router as analytics
from helpdesk.answers import answer
from helpdesk.api_keys.api import router as api_keys
from helpdesk.assignment.api import next_ticket
from helpdesk.assignment.api import people as away
from helpdesk.assignment.api import teams as team_load
from helpdesk.attachments.api import router as attachments
from helpdesk.audit.api import router as audit
from helpdesk.bulk.api import router as bulk
from helpdesk.bulk.api import teams
from helpdesk.comments.api import flat_router as flat_comments
from helpdesk.comments.api import router as ticket_comments
from helpdesk.conversation.api import router as tickets
from helpdesk.document import describe
from helpdesk.door import one_unit_of_work, own_units_of_work
from helpdesk.drafts.api import router as drafts
from helpdesk.drafts.api import tickets as ticket_drafts
from helpdesk.erasing.api import router as erasing
from helpdesk.exports.api import network_router as exported_files
from helpdesk.exports.api import router as exports
from helpdesk.field_settings.api import router as custom_fields
from helpdesk.macros.api import on_tickets as ticket_macros
from helpdesk.macros.api import router as macros
from helpdesk.mail.api import router as mail
from helpdesk.merging.api import router as merging
from helpdesk.notifications.api import router as notifications
from helpdesk.people.api import router as people
from helpdesk.refusals import tell_refusals
from helpdesk.relations.api import router as relations
from helpdesk.search.api import router as search
from helpdesk.sla.api import router as sla
from helpdesk.sla.api import tickets as ticket_promises
from helpdesk.strict_json import StrictParser
from helpdesk.tags.api import router as tags
from helpdesk.ticket_templates.api import router as ticket_templates
from helpdesk.ticket_views.api import router as views
from helpdesk.webhooks.api import router as webhooks


class _Parser(StrictParser):
    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """An empty value means: not given; but an empty cursor begins a list."""
        found = super().parse_querydict(data, list_fields, request)
        return {name: value for name, value in found.items() if value not in ("", [""]) or name == "cursor"}


class HubAPI(NinjaAPI):
    """Ninja's API; its document names the errors, the roles and how to sign in."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        for router in self._get_bound_routers():
            for path in router.path_operations.values():
                for operation in path.operations:
                    operation.by_alias = True  # what we answer has JSON's names, and so has what we say of it
        document = super().get_openapi_schema(**kwargs)
        describe(document)
        return document


api = HubAPI(
    title="Ticket hub",
    version="1.0.0",
    description="Tickets, live. Errors have one shape; lists are `{data, meta}`; times are UTC.",
    docs_url=None,
    openapi_url="/openapi.json",
    parser=_Parser(),
    urls_namespace="api",
)
tell_refusals(api)

tenant_operations = Router()
tenant_operations.add_decorator(one_unit_of_work, mode="view")
tenant_operations.add_router("/tickets/bulk", bulk, tags=["Tickets"])  # before the tickets' own: it is no id
tenant_operations.add_router("/tickets/next", next_ticket, tags=["Tickets"])
tenant_operations.add_router("/tickets", tickets, tags=["Tickets"])
tenant_operations.add_router("/tickets", ticket_comments, tags=["Comments"])
tenant_operations.add_router("/tickets", ticket_drafts, tags=["Drafts"])
tenant_operations.add_router("/tickets", relations, tags=["Tickets"])
tenant_operations.add_router("/tickets", merging, tags=["Tickets"])
tenant_operations.add_router("/tickets", ticket_promises, tags=["SLA"])
tenant_operations.add_router("/sla", sla, tags=["SLA"])
tenant_operations.add_router("/drafts", drafts, tags=["Drafts"])
tenant_operations.add_router("/notifications", notifications, tags=["Notifications"])
tenant_operations.add_router("/users", people, tags=["People"])
tenant_operations.add_router("/users", erasing, tags=["People"])
tenant_operations.add_router("/users", away, tags=["People"])
tenant_operations.add_router("/teams", teams, tags=["Teams"])
tenant_operations.add_router("/teams", team_load, tags=["Teams"])
tenant_operations.add_router("/api-keys", api_keys, tags=["API keys"])
tenant_operations.add_router("/views", views, tags=["Views"])
tenant_operations.add_router("/custom-fields", custom_fields, tags=["Custom fields"])
tenant_operations.add_router("/macros", macros, tags=["Macros"])
tenant_operations.add_router("/tickets", ticket_macros, tags=["Macros"])
tenant_operations.add_router("/ticket-templates", ticket_templates, tags=["Ticket templates"])
tenant_operations.add_router("/tags", tags, tags=["Tags"])
tenant_operations.add_router("/analytics", analytics, tags=["Analytics"])
tenant_operations.add_router("/exports", exports, tags=["Exports"])
tenant_operations.add_router("/webhooks", webhooks, tags=["Webhooks"])
tenant_operations.add_router("/access-log", access_log, tags=["Access log"])
tenant_operations.add_router("/audit", audit, tags=["Audit"])
tenant_operations.add_router("", mail, tags=["Mail"])
tenant_operations.add_router("/search", search, tags=["Search"])
tenant_operations.add_router("/comments", flat_comments, tags=["Comments"])
api.add_router("", tenant_operations)

network_operations = Router()
network_operations.add_decorator(own_units_of_work, mode="view")
network_operations.add_router("/tickets", attachments, tags=["Attachments"])
network_operations.add_router("/exports", exported_files, tags=["Exports"])
api.add_router("", network_operations)


def list_endpoints(request: HttpRequest) -> HttpResponse:
    """`GET /api/v1`: what there is."""
    paths = api.get_openapi_schema()["paths"]
    endpoints = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    return answer({"name": api.title, "version": api.version, "endpoints": endpoints})
