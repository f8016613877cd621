"""Which mail backend carries the hub's mail, from MAIL_BACKEND: local, smtp, or one of anymail's by its name."""

from __future__ import annotations

from importlib.util import find_spec

from config.env import Env, env

TIMEOUT_S = 10
_ALIASES = {"ses": "amazon_ses", "amazon-ses": "amazon_ses"}
_NO_PROVIDERS = frozenset({"base", "base_requests", "console", "test"})
_OURS = {"local": "helpdesk.mail.local.EmailBackend", "smtp": "django.core.mail.backends.smtp.EmailBackend"}


def mail_backend(env: Env = env) -> str:
    """Its name; empty where production was told none."""
    name = env.mail_backend.strip().lower() or ("local" if env.development else "")
    return _ALIASES.get(name, name)


def backend_class(name: str) -> str:
    """The dotted path of Django's interface to it."""
    return _OURS.get(name) or f"anymail.backends.{name}.EmailBackend"


def is_known(name: str) -> bool:
    """Is there such a backend?"""
    return name in _OURS or (
        name not in _NO_PROVIDERS and name.isidentifier() and find_spec(f"anymail.backends.{name}") is not None
    )


def mail_from(env: Env = env) -> str:
    return env.mail_from or f"help@{env.hub_base_domain}"


def reply_domain() -> str:
    """Where answers go, and whose Message-IDs are ours."""
    return env.mail_reply_domain or mail_from().rpartition("@")[2]


def public_url() -> str:
    """The platform's address; a desk's has its slug before the host."""
    if env.hub_public_url:
        return env.hub_public_url.rstrip("/")
    return f"http://{env.hub_base_domain}:{env.port}" if env.development else f"https://{env.hub_base_domain}"
