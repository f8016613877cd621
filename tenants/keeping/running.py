"""What the commands of this part share: a tenant by its slug, and that they can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import transaction

from helpdesk.errors import HelpdeskError
from tenants import context
from tenants.context import TenantRef
from tenants.keeping.errors import Refused
from tenants.models import Tenant


def tenant_named(slug: str) -> TenantRef:
    """Raises CommandError where there is none."""
    with context.platform(), transaction.atomic():
        tenant: Tenant | None = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no tenant {slug}.")
    return tenant.ref()


@contextmanager
def stoppable(what_is_left: str) -> Iterator[None]:
    """A refusal in its own words, and Ctrl-C in one line, instead of where in the code it happened."""
    try:
        yield
    except Refused as error:
        raise CommandError(str(error)) from None
    except HelpdeskError as error:
        raise CommandError(error.message) from None
    except KeyboardInterrupt:
        raise CommandError(f"Stopped. {what_is_left}") from None
