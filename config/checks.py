"""What must be right before a process serves: told by `manage.py check`, and refused at the start of web and worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from config.env import Env, env
from config.mail import is_known, mail_backend, mail_from
from config.weak_secrets import NEW_SECRET, SHORTEST_SECRET, is_weak, weak_password_of

FEWEST_ROUNDS = 10


@register("hub")
def check_environment(**_: Any) -> list[CheckMessage]:
    """The environment, as `config.env` read it."""
    return problems(env)


def problems(env: Env) -> list[CheckMessage]:
    """Everything that is wrong or doubtful in what was read."""
    return [*_needed(env), *_secrets(env), *_openings(env), *_places(env), *_mail(env)]


def require_sound_environment() -> None:
    """Raise ImproperlyConfigured, naming each error, where a process must not start like this."""
    if errors := [message.msg for message in check_environment() if isinstance(message, Error)]:
        raise ImproperlyConfigured(" ".join(errors))


def _needed(env: Env) -> Iterator[CheckMessage]:
    for name, value, id_ in (("DATABASE_URL", env.database_url, "E001"), ("REDIS_URL", env.redis_url, "E002")):
        if not value:
            text = f"{name} is unset and no embedded service is running."
            yield Error(text, hint="Set it, or use `make run`.", id=f"hub.{id_}")
    if env.hub_pgbouncer == "on" and env.hub_db_direct == "on" and not env.database_direct_url:
        text = "HUB_PGBOUNCER is on and DATABASE_DIRECT_URL is unset: commands and migrations need sessions."
        yield Error(text, hint="The same database, without PgBouncer. See docs/tenants.md.", id="hub.E005")


def _secrets(env: Env) -> Iterator[CheckMessage]:
    """In development a weak secret is told; in production nothing starts with one."""
    kind = checks.Warning if env.development else Error
    if is_weak(env.hub_secret_key):
        text = f"HUB_SECRET_KEY is missing or weak: it signs every token; give it {SHORTEST_SECRET} random characters."
        yield kind(text, hint=NEW_SECRET, id="hub.E003")
    if any(map(is_weak, (*env.hub_encryption_keys, *env.hub_old_secret_keys))):
        text = "HUB_ENCRYPTION_KEYS has a weak key: each needs 32 random characters."
        yield kind(text, hint=NEW_SECRET, id="hub.E011")
    if env.hub_metrics_token and is_weak(env.hub_metrics_token):
        text = "HUB_METRICS_TOKEN is weak: give it 32 random characters, or none."
        yield kind(text, hint=NEW_SECRET, id="hub.E006")
    if env.development:
        return
    for name in ("DATABASE_URL", "DATABASE_DIRECT_URL", "REDIS_URL"):
        url = getattr(env, name.lower())
        if weak_password_of(url):
            text = f"The password in {name} is one that is tried first: choose a random one."
            yield Error(text, hint=NEW_SECRET, id="hub.E007")
    if env.s3_endpoint_url and weak_password_of(f"s3://{env.s3_access_key_id}:{env.s3_secret_access_key}@store"):
        text = "S3_SECRET_ACCESS_KEY is one that is tried first: choose a random one."
        yield Error(text, hint=NEW_SECRET, id="hub.E008")
    if env.hub_bcrypt_rounds < FEWEST_ROUNDS:
        text = (
            f"HUB_BCRYPT_ROUNDS is {env.hub_bcrypt_rounds}: stolen hashes would be guessed; {FEWEST_ROUNDS} is least."
        )
        yield Error(text, id="hub.E009")


def _openings(env: Env) -> Iterator[CheckMessage]:
    """What lets in more than was meant."""
    for name, networks in (
        ("HUB_TRUSTED_PROXIES", env.hub_trusted_proxies),
        ("HUB_METRICS_NETWORKS", env.hub_metrics_networks),
        ("WEBHOOK_ALLOWED_NETWORKS", env.webhook_allowed_networks),
    ):
        if not env.development and any(network.prefixlen == 0 for network in networks):
            yield Error(f"{name} holds every address there is: name the networks that are meant.", id="hub.E010")
    if env.development:
        return
    if any(origin.startswith("http://") for origin in env.hub_cors_origins):
        text = "HUB_CORS_ORIGINS lists an origin without https: whoever is on the way may act as its people."
        yield checks.Warning(text, id="hub.W006")
    if env.hub_rate_limiting == "off":
        yield checks.Warning("HUB_RATE_LIMITING is off: passwords may be guessed at any pace.", id="hub.W007")


def _places(env: Env) -> Iterator[CheckMessage]:
    if not env.development and env.hub_base_domain == "localhost":
        yield checks.Warning("HUB_BASE_DOMAIN is localhost: tenants are at <slug>.localhost only.", id="hub.W001")
    elif not env.development and env.hub_public_url.startswith("http://"):
        text = "HUB_PUBLIC_URL is without https: links in mails lead to what anybody on the way can read."
        yield checks.Warning(text, id="hub.W008")
    if not env.s3_endpoint_url:
        text = "S3_ENDPOINT_URL is unset: there are no attachments."
        yield checks.Warning(text, hint="See docs/attachments.md.", id="hub.W005")


def _mail(env: Env) -> Iterator[CheckMessage]:
    name = mail_backend(env)
    if not name:
        text = "MAIL_BACKEND is empty: no mail leaves, and each waits, visibly, in /api/v1/mails."
        yield checks.Warning(text, hint="MAIL_BACKEND=smtp with SMTP_HOST, or a provider.", id="hub.W002")
        return
    if not is_known(name):
        text = "MAIL_BACKEND names neither local, smtp nor one of anymail's providers."
        yield Error(text, hint="See docs/mail.md.", id="hub.E004")
        return
    if env.development:
        return
    if name == "local":
        yield checks.Warning("MAIL_BACKEND is local: mail is kept, and none leaves.", id="hub.W003")
    if name == "smtp" and env.smtp_password and env.smtp_tls == "none":
        yield checks.Warning("SMTP_TLS is none: SMTP_PASSWORD goes over the network as it is.", id="hub.W009")
    if not env.mail_from:
        yield checks.Warning(f"MAIL_FROM is empty: mail comes from {mail_from(env)}.", id="hub.W004")
