"""What the environment may say, with its types and defaults. `.env.example` documents the same list.

Where DATABASE_URL, REDIS_URL or S3_ENDPOINT_URL are unset, the values of the embedded services stand in
`HUB_HOME/services.env`, written by whoever started them.
"""

from __future__ import annotations

import os
from functools import cached_property, partial
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, StringConstraints, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tenants.redis_server import redis_server

ROOT = Path(__file__).resolve().parent.parent


def _zero_or(fewest: int, days: int) -> int:
    """0 is for ever; else it has to be long enough for what is still being tried."""
    if days != 0 and days < fewest:
        raise ValueError(f"0 (for ever), or {fewest} days and more.")
    return days


Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.\-\[\]:]+$", to_lower=True)]

LimitText = Annotated[
    str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8}/[1-9][0-9]{0,4}[smh])$", strip_whitespace=True)
]
"""`100/15m` is a hundred in fifteen minutes (s, m, h); `0` is no limit."""


def _hub_home() -> Path:
    return Path(os.environ.get("HUB_HOME") or ROOT / "var").resolve()


def _secrets_dir() -> Path | None:
    """HUB_SECRETS_DIR, where it is a folder: pydantic warns of one that is not there."""
    named = os.environ.get("HUB_SECRETS_DIR")
    return Path(named) if named and Path(named).is_dir() else None


class Env(BaseSettings):
    """Read once at start. Unknown variables are left alone; wrong ones stop the start with their name.

    What neither the environment nor `.env` names may stand in a file of HUB_SECRETS_DIR: its name in small letters.
    """

    model_config = SettingsConfigDict(
        env_file=(_hub_home() / "services.env", ROOT / ".env"),
        secrets_dir=_secrets_dir(),
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    hub_env: Literal["development", "production"] = "production"
    hub_secret_key: str = ""
    """Signs tokens: at least 32 characters. Embedded development makes its own."""
    hub_base_domain: Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True)] = "localhost"
    hub_old_secret_keys: Annotated[tuple[str, ...], NoDecode] = ()
    """What HUB_SECRET_KEY was before: what was signed with these is still good."""
    hub_encryption_keys: Annotated[tuple[str, ...], NoDecode] = ()
    """What secrets are stored with: the first encrypts, all of them decrypt. Empty: the secret key."""
    hub_log_level: str = "INFO"
    hub_server: Literal["uvicorn", "daphne"] = "uvicorn"
    hub_db_pool: int = Field(default=0, ge=0, le=200)
    """Most connections of this process's pool; 0 = one connection a thread, closed after its work."""
    hub_db_lifetime: int = Field(default=1800, ge=10)
    """Seconds after which a connection of the pool is replaced, when nobody uses it."""
    hub_db_most_tenants: int = Field(default=200, ge=0)
    """A connection that has been to so many tenants is replaced: its backend keeps 0.25 MB for each. 0 is no limit."""
    hub_db_direct: Literal["on", "off"] = "off"
    """This process needs sessions of its own: manage.py says so, for commands and migrations."""
    hub_pgbouncer: Literal["on", "off"] = "off"
    """on: DATABASE_URL is a PgBouncer that pools transactions."""
    web_processes: int = Field(default=1, ge=1, le=64)
    """Web processes behind the one port: several are started, watched and exchanged one by one (on SIGHUP)."""
    hub_worker_processes: int = Field(default=2, ge=1, le=64)
    hub_courier_threads: int = Field(default=8, ge=4, le=64)
    hub_stop_seconds: float = Field(default=20.0, ge=1, le=600)
    """What is under way gets so long after SIGTERM: requests are finished, jobs too, or put back."""
    hub_drain_seconds: float = Field(default=0.0, ge=0, le=120)
    """Before that, so long new requests are still taken while /health/ready says 503: for balancers that ask it."""
    hub_static_root: str = ""
    """Where `collectstatic` has put the static files. Empty: they are served from where they lie."""
    hub_metrics_token: str = ""
    """Whoever brings it as a bearer token reads /metrics: at least 32 characters."""
    hub_metrics_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Whoever asks from there directly, through no proxy, reads /metrics without a token."""
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where a worker or courier answers /metrics; 0: nowhere."""
    hub_access_token_minutes: int = Field(default=24 * 60, ge=1)
    hub_refresh_token_days: int = Field(default=30, ge=1)
    hub_bcrypt_rounds: int = Field(default=12, ge=4, le=16)
    hub_trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    hub_cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    """Origins of other pages that count as our own, as in https://app.example.com."""
    hub_rate_limiting: Literal["on", "off"] = "on"
    """off: nobody is ever slowed or refused for how often they ask."""
    hub_limit_anonymous: LimitText = "100/15m"
    """Requests of one address without a valid sign-in."""
    hub_limit_person: LimitText = "600/1m"
    hub_limit_key: LimitText = "600/1m"
    hub_limit_tenant: LimitText = "0"
    """Of all people and keys of a tenant together."""
    hub_limit_handshakes: LimitText = "300/15m"
    """Sockets opened from one address before signing in."""
    hub_most_sockets: int = Field(default=20_000, ge=0)
    """Of one web process; 0 is no limit."""
    hub_most_sockets_person: int = Field(default=100, ge=0)
    """Of one person in one web process; 0 is no limit."""
    hub_access_log_days: int = Field(default=90, ge=1)
    hub_keep_log_days: Annotated[int, AfterValidator(partial(_zero_or, 30))] = 0
    """Days that the event log goes back; 0 is for ever. A desk's own settings go first, here and below."""
    hub_keep_origins_days: int = Field(default=180, ge=0)
    """Days that it is known from where something was done."""
    hub_keep_mails_days: Annotated[int, AfterValidator(partial(_zero_or, 8))] = 90
    hub_keep_deliveries_days: Annotated[int, AfterValidator(partial(_zero_or, 6))] = 30
    hub_keep_notifications_days: int = Field(default=0, ge=0)
    webhook_allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Inner networks that webhooks may be sent to all the same."""
    hub_public_url: Annotated[str, StringConstraints(pattern=r"^$|^https?://[^/\s]+/?$")] = ""
    """How people reach the platform, as in https://hub.example.com; a desk's address has its slug before the host."""
    clamav_socket: str = ""
    """clamd's socket file. Empty, and no CLAMAV_HOST: nobody looks for viruses."""
    clamav_host: str = ""
    clamav_port: int = Field(default=3310, ge=1, le=65535)
    clamav_only_clean: Literal["on", "off"] = "on"
    """off: a file may be fetched before the scanner has looked at it."""
    mail_backend: str = ""
    """local, smtp, or one of anymail's providers. Empty: local in development, none in production."""
    mail_from: Annotated[str, StringConstraints(pattern=r"^$|^[^\s@<>]+@[^\s@<>]+$")] = ""
    mail_reply_domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    smtp_host: str = "localhost"
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: str = ""
    database_direct_url: str = ""
    """Of the same database without PgBouncer: what manage.py uses where it is set."""
    redis_url: str = ""
    """Of one server, or redis+sentinel://… (tenants.redis_server)."""
    s3_endpoint_url: Annotated[str, StringConstraints(pattern=r"^$|^https?://[^\s?#]+$")] = ""
    """The object store that holds attachments. Empty: there are none."""
    s3_public_url: Annotated[str, StringConstraints(pattern=r"^$|^https?://[^\s?#]+$")] = ""
    """Where people's browsers reach it. Empty: at the endpoint."""
    s3_bucket: str = "hub"
    s3_region: str = "us-east-1"
    s3_access_key_id: str = ""
    s3_secret_access_key: str = ""
    attachment_max_mb: int = Field(default=25, ge=1, le=5000)
    attachment_types: Annotated[tuple[str, ...], NoDecode] = ()
    """Types that people may attach. Empty: those of helpdesk.attachments.kinds."""
    hub_fonts: Annotated[tuple[str, ...], NoDecode] = ("/usr/share/fonts", "/usr/local/share/fonts")
    """Folders in which fonts for PDF are looked for."""

    @field_validator(
        "hub_old_secret_keys",
        "hub_encryption_keys",
        "webhook_allowed_networks",
        "hub_trusted_proxies",
        "hub_cors_origins",
        "hub_metrics_networks",
        "attachment_types",
        "hub_fonts",
        mode="before",
    )
    @classmethod
    def _split_at_commas(cls, value: str | tuple[str, ...]) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _names_a_server(cls, value: str) -> str:
        redis_server(value)
        return value

    @cached_property
    def home(self) -> Path:
        """Where the embedded services and everything else that is not code live."""
        return _hub_home()

    @property
    def development(self) -> bool:
        return self.hub_env == "development"


def anymail_settings() -> dict[str, Any]:
    """Every ANYMAIL_… of the environment, `.env` or a secret's file, by its name without that: anymail checks them."""
    folder = _secrets_dir()
    files = {file.name.upper(): file.read_text().strip() for file in folder.glob("anymail_*")} if folder else {}
    known = {**files, **dotenv_values(ROOT / ".env"), **os.environ}
    return {name[8:]: value for name, value in known.items() if name.startswith("ANYMAIL_") and value}


env = Env()
