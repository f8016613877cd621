"""What monitoring reads, and who may."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from config import metrics
from config.env import ROOT, Env
from config.hub_state import hub_state
from config.metrics import exposition, may_read
from helpdesk import meters
from helpdesk.tickets.actions import create_ticket
from helpdesk.work import unit_of_work
from tenants import context
from tests.api import Api
from tests.conftest import Desk

TOKEN = "k9dVt2PqLm4XwZr7Hs0Yb3Ng6Jc1Fe8U"
DOCUMENT = ROOT / "docs" / "operations.md"
ALERTS = ROOT / "docs" / "operations" / "alerts.yml"
DASHBOARD = ROOT / "docs" / "operations" / "dashboard.json"


def settings(**told: Any) -> Env:
    return Env(_env_file=None, _secrets_dir=None, **told)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    hub_state.forget()
    yield
    hub_state.forget()


def families() -> dict[str, Any]:
    """By the name that a query uses."""
    found = {}
    for family in text_string_to_metric_families(exposition(whole_hub=True).decode()):
        found[family.name + ("_total" if family.type == "counter" else "")] = family
    return found


def value(name: str, **labels: str) -> float:
    found: float = sum(
        sample.value
        for sample in families()[name].samples
        if not sample.name.endswith(("_created", "_bucket", "_sum")) and labels.items() <= sample.labels.items()
    )
    return found


class TestWhoMayRead:
    def test_nobody_where_nothing_is_set(self) -> None:
        assert not may_read({}, "127.0.0.1", settings())
        assert not may_read({"authorization": "Bearer "}, "127.0.0.1", settings())

    def test_who_brings_the_token(self) -> None:
        told = settings(hub_metrics_token=TOKEN)
        assert may_read({"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.9"}, "203.0.113.9", told)
        for wrong in ("Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ünmöglich"):
            assert not may_read({"authorization": wrong}, "127.0.0.1", told)

    def test_who_asks_directly_from_a_listed_network(self) -> None:
        told = settings(hub_metrics_networks="10.1.0.0/16, 2001:db8::/32")
        assert may_read({}, "10.1.2.3", told)
        assert may_read({}, "::ffff:10.1.2.3", told)
        assert may_read({}, "2001:db8::7", told)
        assert not may_read({}, "10.2.0.1", told)
        assert not may_read({}, "unknown", told)

    @pytest.mark.parametrize("header", metrics.PROXIED)
    def test_nobody_through_a_proxy_that_stands_in_such_a_network(self, header: str) -> None:
        told = settings(hub_metrics_networks="10.1.0.0/16")
        assert not may_read({header: "10.1.2.3"}, "10.1.2.3", told)


class TestTheAddress:
    def test_is_not_there_for_strangers(self, api: Api) -> None:
        answer = Client().get("/metrics", headers={"Host": "localhost"})
        assert answer.status_code == 404
        assert b'"NOT_FOUND"' in answer.content

    def test_tells_who_has_the_token(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(metrics, "env", settings(hub_metrics_token=TOKEN))
        answer = Client().get("/metrics", headers={"Host": "localhost", "Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=")
        assert b"hub_requests_total" in answer.content


class TestState:
    def test_knows_how_far_the_workers_are_behind(self, desk: Desk) -> None:
        before = value("hub_log_events_behind_max")
        with unit_of_work():
            made = [create_ticket(desk.user, fields={"title": "One"}) for _ in range(3)]
        hub_state.forget()
        with context.platform():
            behind = value("hub_log_events_behind_max")
        assert made
        assert behind >= max(3, before)
        hub_state.forget()
        assert value("hub_log_tenants_behind") >= 1

    def test_counts_tenants_and_connections(self, desk: Desk) -> None:
        assert value("hub_tenants", state="active") >= 2
        assert 0 < value("hub_database_connections") < value("hub_database_connections_max")

    def test_says_which_check_fails(self, desk: Desk) -> None:
        assert value("hub_check_ok", check="database") == 1
        assert value("hub_check_ok", check="redis") == 1
        assert value("hub_check_ok", check="worker") == 0, "no worker runs here"

    def test_is_kept_for_a_moment(self, desk: Desk) -> None:
        exposition(whole_hub=True)
        with CaptureQueriesContext(connection) as asked:
            exposition(whole_hub=True)
        assert len(asked) == 0

    def test_what_cannot_be_read_is_left_out(self, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
        monkeypatch.setattr("config.hub_state.QUEUES", {"worker": object()})
        names = set(families())
        assert "hub_queue_jobs" not in names
        assert "hub_tenants" in names


class TestLabels:
    ALLOWED = frozenset({"operation", "status", "kind", "code", "job", "outcome", "state", "check", "part", "le"})

    def test_name_no_tenant_person_or_address(self, api: Api, acme: Desk) -> None:
        api.as_(acme, acme.agent).get("/tickets")
        text = exposition(whole_hub=True).decode()
        labels = set(re.findall(r'[{,]([a-z_]+)="', text))
        assert labels <= self.ALLOWED
        for secret in (str(acme.ref.id), acme.ref.slug, acme.ref.schema_name, str(acme.agent.id), acme.agent.email):
            assert secret not in text

    def test_a_made_up_path_makes_none(self) -> None:
        from config.edge.access import _kind_of

        kinds = {
            _kind_of(path) for path in ("/x", "/api/v1/made-up", "/wp-admin", "/static/a.js", "/metrics", "/health")
        }
        assert kinds == {"other", "static", "metrics", "health"}


class TestDocuments:
    """What is documented is what is exported, and what alerts and charts ask exists."""

    @pytest.fixture
    def exported(self, desk: Desk) -> set[str]:
        return set(families())

    def test_every_name_is_documented_and_no_other(self, exported: set[str]) -> None:
        assert exported == documented()

    def test_every_label_is_documented(self, desk: Desk) -> None:
        text = DOCUMENT.read_text()
        for meter in vars(meters).values():
            for label in getattr(meter, "_labelnames", ()):
                assert re.search(rf"^\| `{meter._name}[a-z_]*\{{[^`]*{label}", text, flags=re.MULTILINE), meter._name

    def test_alerts_ask_for_what_is_exported(self, exported: set[str]) -> None:
        rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
        assert len(rules) >= 12
        for rule in rules:
            assert asked_by(rule["expr"]) <= exported, rule["alert"]
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert set(rule["annotations"]) == {"summary", "runbook"}
            place = rule["annotations"]["runbook"].partition("docs/operations.md#")[2]
            assert place in anchors(), rule["annotations"]["runbook"]

    def test_charts_ask_for_what_is_exported(self, exported: set[str]) -> None:
        panels = json.loads(DASHBOARD.read_text())["panels"]
        asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
        assert len(asked) >= 12
        for expression in asked:
            assert asked_by(expression)
            assert asked_by(expression) <= exported, expression
        assert len({panel["id"] for panel in panels}) == len(panels)


def documented() -> set[str]:
    return set(re.findall(r"^\| `(hub_[a-z_]+)", DOCUMENT.read_text(), flags=re.MULTILINE))


def asked_by(expression: str) -> set[str]:
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bhub_[a-z_]+", expression)}


def anchors() -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
