"""`.env.example` names everything that the hub reads, with its default."""

from __future__ import annotations

import os

import pytest
from dotenv import dotenv_values

from config.env import ROOT, Env

EXAMPLE = {name: value or "" for name, value in dotenv_values(ROOT / ".env.example").items()}
NOT_OF_ENV = {"HUB_HOME", "HUB_SECRETS_DIR", "ANYMAIL_WEBHOOK_SECRET"}
"""Read before the settings, or by anymail."""
OF_THE_WEB = {"HUB_DB_POOL": "16"}
"""The web's; commands and workers keep no pool."""


SAID_BY_COMMANDS = {"HUB_DB_DIRECT"}
"""manage.py says it for itself."""


def test_it_names_what_is_read_and_nothing_else() -> None:
    assert set(EXAMPLE) == ({name.upper() for name in Env.model_fields} | NOT_OF_ENV) - SAID_BY_COMMANDS


def test_its_values_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in EXAMPLE:
        monkeypatch.delenv(name, raising=False)
    default = Env(_env_file=None, _secrets_dir=None)
    for name, value in (EXAMPLE | dict.fromkeys(OF_THE_WEB, "0")).items():
        monkeypatch.setenv(name, value)
    assert Env(_env_file=None, _secrets_dir=None) == default
    assert {name: EXAMPLE[name] for name in OF_THE_WEB} == OF_THE_WEB


def test_it_holds_no_secret() -> None:
    words = ("SECRET", "PASSWORD", "TOKEN", "KEYS", "_URL")
    named = {name: value for name, value in EXAMPLE.items() if any(word in name for word in words)}
    assert len(named) > 8
    assert not {name for name, value in named.items() if value and name != "HUB_ACCESS_TOKEN_MINUTES"} - {
        "HUB_REFRESH_TOKEN_DAYS"
    }


class TestSecretsDir:
    def test_a_file_says_what_nobody_else_does(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("secrets")
        (folder / "database_url").write_text("postgresql://of-the-file/hub\n")
        (folder / "redis_url").write_text("redis://of-the-file")
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("REDIS_URL", "redis://of-the-environment")
        read = Env(_env_file=None, _secrets_dir=folder)
        assert read.database_url == "postgresql://of-the-file/hub"
        assert read.redis_url == "redis://of-the-environment"

    def test_the_environment_names_the_folder(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        import subprocess
        import sys

        folder = tmp_path_factory.mktemp("secrets")
        (folder / "hub_secret_key").write_text("of-the-file")
        (folder / "anymail_postmark_server_token").write_text("of-a-file")
        words = "from config.env import *; print(env.hub_secret_key, anymail_settings()['POSTMARK_SERVER_TOKEN'])"
        kept = {name: value for name, value in os.environ.items() if name != "HUB_SECRET_KEY"}
        environment = kept | {"HUB_SECRETS_DIR": str(folder), "HUB_HOME": str(folder)}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", words],
            check=False,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.stdout == "of-the-file of-a-file\n", done.stderr
