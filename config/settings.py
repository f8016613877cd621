"""Django's settings, all of them. What an operator may change comes from `config.env`."""

from __future__ import annotations

import warnings
from typing import Any

import config.checks  # noqa: F401  registers them
from config import mail
from config.database import database
from config.env import ROOT, anymail_settings, env
from config.logging import configure
from tenants.redis_server import redis_server

configure(env.hub_env, env.hub_log_level)

HUB_ENV = env.hub_env
HUB_BASE_DOMAIN = env.hub_base_domain
HUB_PORT = env.port
HUB_ACCESS_TOKEN_MINUTES = env.hub_access_token_minutes
HUB_REFRESH_TOKEN_DAYS = env.hub_refresh_token_days
HUB_ENCRYPTION_KEYS = env.hub_encryption_keys
WEBHOOK_ALLOWED_NETWORKS = env.webhook_allowed_networks
HUB_BCRYPT_ROUNDS = env.hub_bcrypt_rounds
HUB_CORS_ORIGINS = frozenset(env.hub_cors_origins)
HUB_MOST_SOCKETS = env.hub_most_sockets
HUB_MOST_SOCKETS_PERSON = env.hub_most_sockets_person
HUB_RATE_LIMITING = env.hub_rate_limiting == "on"
HUB_KEEP_DAYS = {
    "log": env.hub_keep_log_days,
    "origins": env.hub_keep_origins_days,
    "mails": env.hub_keep_mails_days,
    "deliveries": env.hub_keep_deliveries_days,
    "accessLog": env.hub_access_log_days,
    "notifications": env.hub_keep_notifications_days,
}
HUB_LIMITS = {
    "anonymous": env.hub_limit_anonymous,
    "person": env.hub_limit_person,
    "key": env.hub_limit_key,
    "tenant": env.hub_limit_tenant,
    "handshakes": env.hub_limit_handshakes,
}

SECRET_KEY = env.hub_secret_key or "unset"  # config.checks refuses a weak one
SECRET_KEY_FALLBACKS = list(env.hub_old_secret_keys)
DEBUG = False  # its HTML pages would break the error contract
ALLOWED_HOSTS = ["*"]  # tenants.middleware answers 404 to a host that is not ours
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None

# Ours first: django-tenants has a create_tenant command of its own, and the earlier app wins.
SHARED_APPS = ["tenants", "django_tenants", "django.contrib.contenttypes"]
TENANT_APPS = ["helpdesk"]
INSTALLED_APPS = [
    *SHARED_APPS,
    *TENANT_APPS,
    "realtime",
    "tasks",
    "channels",
    "ninja",
    "django.contrib.staticfiles",
]
if env.hub_server == "daphne":
    INSTALLED_APPS.insert(0, "daphne")

TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
PG_EXTRA_SEARCH_PATHS = ["extensions"]
SKIP_PG_EXTRA_VALIDATION = True  # it asks the database while apps load; our schemas are named t_…

MIDDLEWARE = [
    "config.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.static_files.StaticFiles",
    "tenants.watch.middleware.WatchMiddleware",
    "tenants.limits.middleware.LimitMiddleware",
    "tenants.middleware.TenantMiddleware",
]
# The edge says the same on its own refusals and on static files: config/edge/headers.py.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if env.development else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not env.development

STATIC_URL = "/static/"
_CONSOLE = ROOT / "console" / "dist"
STATICFILES_DIRS = [("hub", ROOT / "console" / "static"), *([("console", _CONSOLE)] if _CONSOLE.is_dir() else [])]
STATIC_ROOT = env.hub_static_root or None  # where nothing was collected, whitenoise serves what the finders find
WHITENOISE_USE_FINDERS = not env.hub_static_root
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/console/.+-[\w-]{8}\.\w+$"
# whitenoise reads files synchronously, which is right for files this small.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

TEMPLATES: list[dict[str, Any]] = []


DATABASES = {"default": database(env)}

REDIS_URL = env.redis_url
_redis = redis_server(REDIS_URL)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [_redis.layer_host()], "prefix": "hub"},
    }
}

CELERY_BROKER_URL = _redis.broker_url()
CELERY_BROKER_TRANSPORT_OPTIONS = _redis.broker_options()
CELERY_TASK_IGNORE_RESULT = True  # a result backend blocks 19 s on a dead Redis
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # a job whose process was killed is put back at once
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

S3_ENDPOINT_URL = env.s3_endpoint_url
S3_PUBLIC_URL = env.s3_public_url or env.s3_endpoint_url
S3_BUCKET, S3_REGION = env.s3_bucket, env.s3_region
ATTACHMENT_MAX_BYTES = env.attachment_max_mb * 1024 * 1024
ATTACHMENT_TYPES = frozenset(name.lower() for name in env.attachment_types)
HUB_FONTS = env.hub_fonts
CLAMAV_SOCKET, CLAMAV_HOST, CLAMAV_PORT = env.clamav_socket, env.clamav_host, env.clamav_port
CLAMAV_ONLY_CLEAN = env.clamav_only_clean == "on"
S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY = env.s3_access_key_id, env.s3_secret_access_key

HUB_PUBLIC_URL = mail.public_url()
MAIL_BACKEND = mail.mail_backend()
MAIL_FROM = DEFAULT_FROM_EMAIL = mail.mail_from()
MAIL_REPLY_DOMAIN = mail.reply_domain()
MAIL_BACKEND_CLASS = EMAIL_BACKEND = mail.backend_class(MAIL_BACKEND)
EMAIL_HOST, EMAIL_PORT = env.smtp_host, env.smtp_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.smtp_user, env.smtp_password
EMAIL_USE_TLS, EMAIL_USE_SSL = env.smtp_tls == "starttls", env.smtp_tls == "tls"
EMAIL_TIMEOUT = mail.TIMEOUT_S
ANYMAIL: dict[str, Any] = {
    "REQUESTS_TIMEOUT": mail.TIMEOUT_S,
    "IGNORE_UNSUPPORTED_FEATURES": True,
    **anymail_settings(),
    "DEBUG_API_REQUESTS": False,  # it writes keys and mails to the console
}

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: the edge sets it on every answer, also on those that never reach Django
    "security.W003",  # CSRF: no forms; a cookie must come with our own page's origin (helpdesk.people.credentials)
    "security.W008",  # the redirect to https is the proxy's: here it would answer a balancer's health check with it
    "security.W021",  # the preload list binds a whole domain for years: for its owner to decide, at the proxy
]
BASE_DIR = ROOT
