"""The hosts of a tenant's own, beside `<slug>.<base domain>`: written with the tenant, in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from helpdesk.errors import Conflict


class DomainTaken(Conflict):
    """One of these domains is another tenant's."""

    reason = "domain_taken"


def set_domains(tenant_id: UUID, domains: Collection[str]) -> None:
    """These and no others. By name of the schema: who makes a tenant stands in the tenant's. Raises DomainTaken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.domain WHERE tenant_id = %s AND domain <> ALL (%s::text[])", [tenant_id, list(domains)]
        )
        try:
            with transaction.atomic():
                cursor.execute(
                    "INSERT INTO public.domain (domain, is_primary, tenant_id)"
                    " SELECT DISTINCT name, false, %s::uuid FROM unnest(%s::text[]) name"
                    " WHERE NOT EXISTS (SELECT 1 FROM public.domain WHERE domain = name AND tenant_id = %s)",
                    [tenant_id, list(domains), tenant_id],
                )
        except IntegrityError as error:
            raise DomainTaken from error
