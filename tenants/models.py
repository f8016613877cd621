"""What lives in `public`: tenants, their domains, platform admins, and the sign-in directory.

No row of a tenant's schema points here by foreign key, so that a schema can move to a node of its own.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import DomainMixin, TenantMixin

from helpdesk.clock import now
from helpdesk.ids import new_id
from helpdesk.vocabulary import Role
from tenants.context import TenantRef


class Tenant(TenantMixin):
    """An organisation with a help desk in a schema of its own (`t_<base32 of the id>`)."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    settings = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    schema_version = models.CharField(max_length=200, default="")
    """The newest migrations its schema has; `migrate_hub` skips tenants that are up to date by this."""
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "tenant"

    def ref(self) -> TenantRef:
        return TenantRef(self.id, self.slug, self.name, self.is_active, dict(self.settings))


class Domain(DomainMixin):
    """A host name of a tenant's own, beside `<slug>.<HUB_BASE_DOMAIN>`."""

    class Meta:
        db_table = "domain"


class TenantImport(models.Model):
    """That a tenant was taken over from the original service. Until it is finished, nobody else writes to it."""

    tenant_id = models.UUIDField(primary_key=True)
    began_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    """When an import first came to its end; what another one takes is told to those who work there."""

    class Meta:
        db_table = "tenant_import"


class PlatformAdmin(models.Model):
    """Somebody who runs the hub: makes tenants, sees no tickets."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.CharField(max_length=254, unique=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    password_hash = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    role = Role.PLATFORM_ADMIN.value

    class Meta:
        db_table = "platform_admin"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class PlatformSession(models.Model):
    """A signed-in platform admin: what a refresh token stands for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    admin = models.ForeignKey(PlatformAdmin, on_delete=models.CASCADE, related_name="sessions")
    refresh_sha256 = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "platform_session"


class Wakeup(models.Model):
    """That a tenant has something due, written with it in one transaction: so nobody polls a thousand schemas."""

    pk = models.CompositePrimaryKey("tenant_id", "kind")
    tenant_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    due_at = models.DateTimeField(db_index=True)
    """When somebody is to look; moved ahead while somebody does."""
    due_since = models.DateTimeField(db_default=Now())
    """Since when something waits, or since when it last went on: what is late shows here."""

    class Meta:
        db_table = "wakeup"


class SignInDirectory(models.Model):
    """Which tenants know a sha256 (of a lower-cased address, or of a refresh token). An index, not truth."""

    pk = models.CompositePrimaryKey("sha256", "tenant_id")
    sha256 = models.BinaryField(max_length=32)
    tenant_id = models.UUIDField(db_index=True)

    class Meta:
        db_table = "sign_in_directory"


class TenantRecord(models.Model):
    """What was done to a tenant as a whole, kept when the tenant is gone: made, taken along, put back, erased."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=now)
    what = models.CharField(max_length=20)
    tenant_id = models.UUIDField(db_index=True)
    slug = models.CharField(max_length=63)
    by = models.CharField(max_length=200)
    """Who did it, as far as we know: a platform admin's id, or who ran the command where."""
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "tenant_record"
