"""What must be right before a process serves: told by `manage.py check`, and refused at the start of web and worker."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from config.env import env
from config.mail import is_known, mail_backend, mail_from

SHORTEST_SECRET = 32
_WELL_KNOWN = ("change-me", "changeme", "secret", "unset", "password")


@register("hub")
def check_environment(**_: Any) -> list[CheckMessage]:
    """The environment, as `config.env` read it."""
    found: list[CheckMessage] = []
    if not env.database_url:
        found.append(_unset("DATABASE_URL", "hub.E001"))
    if not env.redis_url:
        found.append(_unset("REDIS_URL", "hub.E002"))
    if _is_weak(env.hub_secret_key):
        text = f"HUB_SECRET_KEY is missing or weak: it signs every token; give it {SHORTEST_SECRET} random characters."
        kind = checks.Warning if env.development else Error
        found.append(kind(text, hint="python3 -c 'import secrets; print(secrets.token_urlsafe(48))'", id="hub.E003"))
    if not env.development and env.hub_base_domain == "localhost":
        found.append(
            checks.Warning("HUB_BASE_DOMAIN is localhost: tenants are at <slug>.localhost only.", id="hub.W001")
        )
    if not env.s3_endpoint_url:
        text = "S3_ENDPOINT_URL is unset: there are no attachments."
        found.append(checks.Warning(text, hint="See docs/attachments.md.", id="hub.W005"))
    if env.hub_pgbouncer == "on" and env.hub_db_direct == "on" and not env.database_direct_url:
        text = "HUB_PGBOUNCER is on and DATABASE_DIRECT_URL is unset: commands and migrations need sessions."
        found.append(Error(text, hint="The same database, without PgBouncer. See docs/tenants.md.", id="hub.E005"))
    return found + _mail()


def _mail() -> list[CheckMessage]:
    name = mail_backend()
    if not name:
        text = "MAIL_BACKEND is empty: no mail leaves, and each waits, visibly, in /api/v1/mails."
        return [checks.Warning(text, hint="MAIL_BACKEND=smtp with SMTP_HOST, or a provider.", id="hub.W002")]
    if not is_known(name):
        text = "MAIL_BACKEND names neither local, smtp nor one of anymail's providers."
        return [Error(text, hint="See docs/mail.md.", id="hub.E004")]
    if env.development:
        return []
    found: list[CheckMessage] = []
    if name == "local":
        found.append(checks.Warning("MAIL_BACKEND is local: mail is kept, and none leaves.", id="hub.W003"))
    if not env.mail_from:
        found.append(checks.Warning(f"MAIL_FROM is empty: mail comes from {mail_from()}.", id="hub.W004"))
    return found


def require_sound_environment() -> None:
    """Raise ImproperlyConfigured, naming each error, where a process must not start like this."""
    if errors := [message.msg for message in check_environment() if isinstance(message, Error)]:
        raise ImproperlyConfigured(" ".join(errors))


def _unset(name: str, id_: str) -> Error:
    return Error(f"{name} is unset and no embedded service is running.", hint="Set it, or use `make run`.", id=id_)


def _is_weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 8 or secret.lower() in _WELL_KNOWN
