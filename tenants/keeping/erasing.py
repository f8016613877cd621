"""Erasing a tenant now; what may still arrive in the store is removed an hour later, by the workers."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from helpdesk.objects import store
from helpdesk.objects.rules import prefix_of
from tenants.actions import delete_tenant
from tenants.context import TenantRef
from tenants.keeping.building import alone
from tenants.keeping.records import whoever_runs_this
from tenants.redis_server import redis_server


def count_objects(ref: TenantRef) -> int:
    """How many files it has in the store."""
    return sum(1 for _ in store.all_keys(prefix_of(ref.id))) if store.is_set() else 0


def erase_tenant(ref: TenantRef, *, on_progress: Callable[[int], object]) -> int:
    """Rows first: from then on there is no such tenant, whatever stops the rest. Says how many files went now.

    Raises StoreAway where the store does not answer: the workers empty it when it does.
    """
    with alone(ref):
        delete_tenant(ref.id, confirm=ref.slug, by=whoever_runs_this())
        on_progress(1)
        _forget_presence(ref)
        removed = 0
        while store.is_set() and (keys := store.list_keys(prefix_of(ref.id))):
            store.remove(keys)
            removed += len(keys)
            on_progress(len(keys))
        return removed


def _forget_presence(ref: TenantRef) -> None:
    """Who was where. All else that Redis holds of a tenant is counted without names, and forgotten within minutes."""
    client = redis_server(settings.REDIS_URL).client(socket_timeout=1, socket_connect_timeout=1)
    with client:
        keys = list(client.scan_iter(f"hub:presence:{{{ref.id}}}*", count=1000))
        if keys:
            client.delete(*keys)
