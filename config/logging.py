"""Every line a process writes goes to stdout in one form, with its request, tenant and person, and without secrets.

`configure(env, level)` is called once by the settings (`LOGGING_CONFIG = None`). Servers that configure logging
themselves are told not to: uvicorn with `log_config=None`, Celery by a receiver on its `setup_logging` signal.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from functools import lru_cache

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from helpdesk.clock import now, rfc3339

_SILENT = ("django.server", "django.channels.server", "uvicorn.access", "daphne.access")
"""The edge writes the access log."""
_QUIETER = {
    "asyncio": logging.WARNING,
    "botocore": logging.WARNING,
    "urllib3": logging.WARNING,
    "fontTools": logging.WARNING,
    "fpdf": logging.WARNING,
    "httpx": logging.WARNING,
    "celery.beat": logging.WARNING,  # tells of every job that it sends
    "celery.worker.strategy": logging.WARNING,  # tells of every job that comes
    "celery.app.trace": logging.WARNING,  # tells of every job that ends well
    "uvicorn.error": logging.WARNING,  # tells of every socket that opens and closes
}
_SECRET_KEY = re.compile(r"passw(or)?d|secret|token|authorization|cookie|apikey", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"(?P<bearer>\bBearer\s+)[^\s\"',;]+|(?P<user>://[^\s:/@]*:)[^\s/@]+(?=@)", re.IGNORECASE)
MASK = "***"


def configure(env: str, level: str) -> None:
    """Log to stdout: one JSON object a line, or readable lines where `env` is `development` and stdout a terminal.

    `level` is a name of the standard library (`INFO`). May be called again; the last call counts.
    """
    console = structlog.dev.ConsoleRenderer(
        pad_event_to=0, pad_level=False, exception_formatter=structlog.dev.plain_traceback
    )
    readable = env == "development" and sys.stdout.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        _timestamp,
    ]
    finish: list[Processor] = (
        [redact, console] if readable else [structlog.processors.format_exc_info, redact, _render_json]
    )
    structlog.configure(
        processors=[*shared, structlog.processors.StackInfoRenderer(), *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=_StdoutLogger,
        cache_logger_on_first_use=True,
    )
    _route_standard_library(shared, finish, level.upper())


def _route_standard_library(shared: list[Processor], finish: list[Processor], level: str) -> None:
    handler = logging.StreamHandler(_Stdout())
    handler.addFilter(_calm_refusals)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("django", "celery", "uvicorn", "uvicorn.error", "channels", "daphne"):
        inherit = logging.getLogger(name)
        inherit.handlers.clear()
        inherit.propagate = True
    for name, at_least in _QUIETER.items():
        logging.getLogger(name).setLevel(max(root.level, at_least))
    for name in _SILENT:
        silent = logging.getLogger(name)
        silent.handlers.clear()
        silent.propagate = False
        silent.disabled = True


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask what is named like a secret, here and in dicts one level below; mask tokens and passwords inside text."""
    for key, value in event.items():
        if _is_secret(key):
            event[key] = MASK
        elif isinstance(value, str):
            event[key] = _masked_text(value)
        elif isinstance(value, dict):
            event[key] = {name: _masked_member(name, member) for name, member in value.items()}
    return event


def _masked_member(name: object, member: object) -> object:
    if _is_secret(name):
        return MASK
    return _masked_text(member) if isinstance(member, str) else member


def _masked_text(text: str) -> str:
    # Looked for first: most text holds neither, and the expression is ten times slower.
    if "earer" in text or "EARER" in text or "://" in text:
        return _SECRET_TEXT.sub(_mask_found, text)
    return text


@lru_cache(maxsize=1024)
def _is_secret(key: object) -> bool:
    return isinstance(key, str) and _SECRET_KEY.search(key.replace("_", "").replace("-", "")) is not None


def _mask_found(found: re.Match[str]) -> str:
    return (found["bearer"] or found["user"]) + MASK


def _calm_refusals(record: logging.LogRecord) -> bool:
    """An expected refusal is no error: Django's warnings about 4xx are dropped, its security ones become info."""
    if record.name.startswith("django.security"):
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.exc_info = None
        return logging.getLogger().isEnabledFor(logging.INFO)
    return not (record.name == "django.request" and 400 <= getattr(record, "status_code", 500) < 500)


def _timestamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = rfc3339(now())
    return event


def _render_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        # A lone surrogate or an integer beyond 64 bits: a line is never lost to what it is about.
        return json.dumps(event, default=repr)


class _Stdout:
    """Whatever `sys.stdout` is when a line is written: test runners and daemons exchange it."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


class _StdoutLogger:
    """What structlog hands a finished line to. Straight to stdout: no record of the standard library in between."""

    def __init__(self, name: str = "hub") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        # One write a line, so that threads do not cut into each other's.
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = msg
