"""`DATABASE_URL=<nobody there> python -m tests.contracts.without_database`: what is answered, as JSON by name."""

from __future__ import annotations

import os
import sys
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import orjson  # noqa: E402

from helpdesk.people.tokens import Bearer, issue_token  # noqa: E402
from helpdesk.vocabulary import Role  # noqa: E402
from tests.contracts.edge import EdgeApi  # noqa: E402

LOGIN = {"email": "agent@acme.example", "password": "test-password"}


def main() -> None:
    """Asks as somebody whose token is signed by us, and as nobody."""
    token = issue_token(Bearer(uuid4(), "agent@acme.example", Role.AGENT, uuid4()), session_id=uuid4())[0]
    platform = issue_token(Bearer(uuid4(), "root@platform.example", Role.PLATFORM_ADMIN, None), session_id=uuid4())[0]
    agent, nobody = EdgeApi(token), EdgeApi()
    asked = {
        "list": agent.get("/tickets"),
        "create": agent.post("/tickets", {"title": "sekret"}),
        "me": agent.get("/auth/me"),
        "host": nobody.at("acme.localhost").get("/tickets"),
        "header": nobody.with_(X_Tenant="acme").get("/tickets"),
        "login": nobody.post("/auth/login", LOGIN),
        "refresh": nobody.post("/auth/refresh", {"refreshToken": "x"}),
        "tenants": nobody.as_token(platform).get("/tenants"),
        "ready": nobody.get("/health/ready"),
        "live": nobody.get("/health/live"),
    }
    told = {name: [answer.status, answer.headers.get("Retry-After"), answer.body] for name, answer in asked.items()}
    sys.stdout.write(f"ANSWERS {orjson.dumps(told).decode()}\n")


if __name__ == "__main__":
    main()
