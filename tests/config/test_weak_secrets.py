"""What counts as a secret, and which start a weak one stops."""

from __future__ import annotations

import secrets

import pytest

from config.weak_secrets import is_weak, weak_password_of
from tests.config.test_deploy import check

STRONG = "yT8vQ2mXc4Lr7NpZ0wKfH3sJ"


class TestSecret:
    @pytest.mark.parametrize(
        "secret",
        ["", "short", "a" * 64, "abcabcabc" * 6, "change-me", "change-me" + "1" * 40, "secretsecret", "1234567" * 8],
    )
    def test_is_weak(self, secret: str) -> None:
        assert is_weak(secret)

    def test_a_random_one_is_not(self) -> None:
        assert not any(is_weak(make()) for _ in range(50) for make in (secrets.token_urlsafe, secrets.token_hex))


class TestPassword:
    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://hub:postgres@db/hub",
            "postgresql://hub:hub@db/hub",
            "postgresql://ticket-hub:ticket-hub@db/hub",
            "postgresql://hub:Password123@db/hub",
            "postgresql://hub:p%61ssword@db/hub",
            "redis://:aaaaaaaaaaaa@cache",
            "redis://:s3cr3t@cache",
        ],
    )
    def test_is_one_that_is_tried_first(self, url: str) -> None:
        assert weak_password_of(url)

    @pytest.mark.parametrize("url", [f"postgresql://hub:{STRONG}@db/hub", "postgresql:///hub", "redis://cache:6379/0"])
    def test_is_fine_or_none_at_all(self, url: str) -> None:
        assert not weak_password_of(url)


class TestProduction:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"HUB_SECRET_KEY": ""}, "E003"),
            ({"HUB_ENCRYPTION_KEYS": f"{secrets.token_urlsafe(32)},old"}, "E011"),
            ({"HUB_METRICS_TOKEN": "prometheus"}, "E006"),
            ({"DATABASE_URL": "postgresql://hub:postgres@db/hub"}, "E007"),
            ({"REDIS_URL": "redis://:redis@cache"}, "E007"),
            ({"S3_SECRET_ACCESS_KEY": "minioadmin"}, "E008"),
            ({"HUB_BCRYPT_ROUNDS": "4"}, "E009"),
            ({"HUB_TRUSTED_PROXIES": "0.0.0.0/0"}, "E010"),
            ({"HUB_METRICS_NETWORKS": "::/0"}, "E010"),
            ({"HUB_RATE_LIMITING": "off"}, "W007"),
            ({"HUB_CORS_ORIGINS": "http://app.example.com"}, "W006"),
            ({"HUB_PUBLIC_URL": "http://hub.example.com"}, "W008"),
            ({"SMTP_TLS": "none", "SMTP_PASSWORD": STRONG}, "W009"),
        ],
    )
    def test_says_which(self, said: dict[str, str], code: str) -> None:
        # In this process: to start one for each would take a minute.
        from config import checks
        from config.env import Env
        from tests.config.test_deploy import PRODUCTION

        named = {name.lower(): value for name, value in (PRODUCTION | SERVICES | said).items()}
        told = Env(_env_file=None, _secrets_dir=None, **named)  # type: ignore[arg-type]
        found = [message.id for message in checks.problems(told)]
        assert found == [f"hub.{code}"]

    def test_does_not_start_the_web(self) -> None:
        done = check(HUB_METRICS_TOKEN="prometheus")
        assert done.returncode == 1
        assert "HUB_METRICS_TOKEN is weak" in done.stderr
        assert "prometheus" not in done.stderr


SERVICES = {"DATABASE_URL": f"postgresql://hub:{STRONG}@db/hub", "REDIS_URL": f"redis://:{STRONG}@cache"}
