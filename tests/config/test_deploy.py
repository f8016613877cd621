"""A production's settings pass Django's own check for deployment, every warning counted."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

from config.env import ROOT

PRODUCTION = {
    "HUB_ENV": "production",
    "HUB_SECRET_KEY": secrets.token_urlsafe(48),
    "HUB_BASE_DOMAIN": "hub.example.com",
    "HUB_BCRYPT_ROUNDS": "12",
    "HUB_RATE_LIMITING": "on",
    "HUB_TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::/32",
    "S3_ENDPOINT_URL": "https://store.example.com",
    "S3_BUCKET": "hub",
    "S3_ACCESS_KEY_ID": secrets.token_hex(10),
    "S3_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
    "MAIL_BACKEND": "smtp",
    "MAIL_FROM": "help@hub.example.com",
}


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        check=False,
        cwd=ROOT,
        env=os.environ | PRODUCTION | environment,
        capture_output=True,
        text=True,
    )


def test_production_is_clean() -> None:
    done = check()
    assert (done.returncode, done.stderr) == (0, "")


def test_a_weak_secret_is_told_and_fails() -> None:
    done = check(HUB_SECRET_KEY="change-me")
    assert done.returncode == 1
    assert "hub.E003" in done.stderr


def test_a_proxy_that_is_no_network_stops_the_start_with_its_name() -> None:
    done = check(HUB_TRUSTED_PROXIES="my-proxy")
    assert done.returncode != 0
    assert "hub_trusted_proxies" in done.stderr
