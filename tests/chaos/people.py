"""Who takes part: staff and requesters of one tenant, signed in over REST."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from ticket_hub_client import SignIn

TENANT = "acme"
PASSWORD = "demo-password"
STAFF = ("agent", "ada", "admin")
REQUESTERS = ("user", "rosa", "tom")
NEW = ("rosa", "tom")


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody, by the first word of their address. `tokens` renews itself."""

    word: str
    id: str
    role: str
    tokens: SignIn

    @property
    def is_staff(self) -> bool:
        return self.word in STAFF


def take_part(port: int) -> dict[str, Participant]:
    """Everybody, by their word; the new ones register first."""
    api = f"http://127.0.0.1:{port}/api/v1"
    found: dict[str, Participant] = {}
    with httpx.Client(base_url=api, timeout=30) as http:
        for word in NEW:
            name = {"firstName": word.title(), "lastName": "Tester"}
            who = {"email": f"{word}@acme.example", "password": PASSWORD, "tenantSlug": TENANT}
            http.post("/auth/register", json=who | name).raise_for_status()
        for word in (*STAFF, *REQUESTERS):
            who = {"email": f"{word}@acme.example", "password": PASSWORD, "tenantSlug": TENANT}
            user = http.post("/auth/login", json=who).raise_for_status().json()["user"]
            tokens = SignIn(api, email=who["email"], password=PASSWORD, tenant=TENANT)
            found[word] = Participant(word, user["id"], user["role"], tokens)
    return found
