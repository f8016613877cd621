"""Every line in one form, without secrets, whoever writes it: asked of a process of its own."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from config.logging import MASK, redact

ROOT = Path(__file__).resolve().parents[2]


def written(code: str, *, env: str = "production", level: str = "INFO") -> list[Any]:
    """The JSON lines that a process with configured logging writes."""
    return [json.loads(line) for line in run(code, env=env, level=level).splitlines()]


def run(code: str, *, env: str, level: str, stdout: int = subprocess.PIPE) -> str:
    program = f"""
import asyncio, logging, sys, structlog, types
from structlog.contextvars import bind_contextvars
from config.logging import configure
configure({env!r}, {level!r})
log = structlog.get_logger("hub.test")
{textwrap.dedent(code)}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, stdout=stdout, stderr=subprocess.PIPE, text=True
    )
    assert done.stderr == ""
    return done.stdout or ""


class TestOneForm:
    def test_structlog_and_the_standard_library_write_the_same_line(self) -> None:
        ours, theirs = written("""
            bind_contextvars(request_id="r1", tenant="acme", person="p1")
            log.info("said %s", "hello")
            logging.getLogger("hub.test").info("said %s", "hello")
        """)
        for line in (ours, theirs):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp"))
        assert ours == theirs
        assert ours == {
            "event": "said hello",
            "level": "info",
            "logger": "hub.test",
            "request_id": "r1",
            "tenant": "acme",
            "person": "p1",
        }

    @pytest.mark.parametrize("name", ["django", "celery.worker", "uvicorn.error", "daphne.server", "channels", "any"])
    def test_every_library_writes_it(self, name: str) -> None:
        (line,) = written(f'logging.getLogger("{name}").warning("careful")')
        assert (line["event"], line["logger"], line["level"]) == ("careful", name, "warning")

    def test_an_exception_is_text_in_its_line(self) -> None:
        for line in written("""
            try: raise ValueError("no")
            except ValueError:
                log.exception("failed")
                logging.getLogger("x").exception("failed")
        """):
            assert line["level"] == "error"
            assert line["exception"].startswith("Traceback")
            assert line["exception"].endswith("ValueError: no")

    def test_a_line_is_never_lost_to_what_it_is_about(self) -> None:
        lines = written(r'log.info("odd", a=object(), b=2**70, c="\ud800", d={1: b"x"}, e=float("nan"))')
        assert [line["event"] for line in lines] == ["odd"]

    def test_the_level_holds_for_both(self) -> None:
        code = 'log.info("no"); log.warning("yes"); logging.info("no"); logging.warning("yes"); log.debug("no")'
        assert [line["event"] for line in written(code, level="WARNING")] == ["yes", "yes"]

    def test_configuring_twice_does_not_write_twice(self) -> None:
        assert len(written('configure("production", "INFO"); logging.warning("once")')) == 1

    def test_a_handler_that_a_server_put_there_is_taken_away(self) -> None:
        code = 'logging.getLogger("uvicorn").addHandler(logging.StreamHandler()); configure("production", "INFO")'
        assert len(written(code + '; logging.getLogger("uvicorn").warning("once")')) == 1


class TestQuiet:
    @pytest.mark.parametrize("name", ["uvicorn.access", "django.server", "django.channels.server"])
    def test_servers_write_no_access_log(self, name: str) -> None:
        assert written(f'logging.getLogger("{name}").info("GET /"); logging.getLogger("{name}").error("x")') == []

    def test_uvicorn_sees_that_nobody_listens(self) -> None:
        (line,) = written('log.info("any", answer=logging.getLogger("uvicorn.access").hasHandlers())')
        assert line["answer"] is False

    @pytest.mark.parametrize("status", [400, 404, 405, 499])
    def test_a_refusal_is_not_warned_of(self, status: int) -> None:
        code = f'logging.getLogger("django.request").warning("Not Found: /x", extra={{"status_code": {status}}})'
        assert written(code) == []

    def test_a_failure_is_an_error(self) -> None:
        code = 'logging.getLogger("django.request").error("broken", extra={"status_code": 500, "request": object()})'
        assert [line["level"] for line in written(code)] == ["error"]

    def test_a_forbidden_host_is_no_error(self) -> None:
        code = 'logging.getLogger("django.security.DisallowedHost").error("Invalid HTTP_HOST header")'
        assert [line["level"] for line in written(code)] == ["info"]
        assert written(code, level="WARNING") == []


class TestConsole:
    def terminal_says(self, code: str, *, env: str) -> str:
        """What a terminal shows of it."""
        master, slave = pty.openpty()
        try:
            run(code, env=env, level="INFO", stdout=slave)
            return os.read(master, 65536).decode()
        finally:
            os.close(master)
            os.close(slave)

    def test_development_on_a_terminal_is_one_readable_line(self) -> None:
        shown = self.terminal_says('log.info("request", path="/x", password="hunter2")', env="development")
        assert shown.count("\n") == 1
        assert "/x" in shown
        assert not shown.startswith("{")
        assert "hunter2" not in shown

    def test_production_on_a_terminal_is_json(self) -> None:
        assert json.loads(self.terminal_says('log.info("request")', env="production"))["event"] == "request"

    def test_development_without_a_terminal_is_json(self) -> None:
        assert written('log.info("request")', env="development")[0]["event"] == "request"


class TestRedaction:
    @pytest.mark.parametrize(
        "key",
        [
            "password",
            "PASSWORD",
            "token",
            "refreshToken",
            "access-token",
            "client_secret",
            "Authorization",
            "Set-Cookie",
        ],
    )
    def test_what_is_named_like_a_secret_is_masked(self, key: str) -> None:
        event = redact(None, "info", {"event": "x", key: "hunter2", "inner": {key: "hunter2", "fine": 1}})
        assert event == {"event": "x", key: MASK, "inner": {key: MASK, "fine": 1}}

    @pytest.mark.parametrize("key", ["event", "path", "tenant", "person", "request_id", "status", "key", "pass"])
    def test_what_is_not_is_not(self, key: str) -> None:
        assert redact(None, "info", {key: "value"}) == {key: "value"}

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("sent Bearer abc.def-ghi to them", "sent Bearer *** to them"),
            ("{'a': 'bearer abc'}", "{'a': 'bearer ***'}"),
            ("BEARER abc", "BEARER ***"),
            ("connect to postgres://hub:pw@db:5432/hub", "connect to postgres://hub:***@db:5432/hub"),
            ("see https://hub.test:8000/a@b", "see https://hub.test:8000/a@b"),
            ("the bearer", "the bearer"),
        ],
    )
    def test_tokens_and_passwords_inside_text_are_masked(self, said: str, kept: str) -> None:
        assert redact(None, "info", {"event": said, "more": {"said": said}}) == {"event": kept, "more": {"said": kept}}

    def test_the_event_dict_of_the_caller_is_left_alone(self) -> None:
        inner = {"password": "hunter2"}
        redact(None, "info", {"inner": inner})
        assert inner == {"password": "hunter2"}

    def test_reaches_the_text_of_an_exception_and_foreign_lines(self) -> None:
        text = json.dumps(
            written("""
            try: raise ValueError("sent Bearer s3cret")
            except ValueError: logging.getLogger("x").exception("with Bearer %s", "s3cret")
            log.info("x", token="s3cret")
        """)
        )
        assert "s3cret" not in text
