"""A new installation's secrets: random, made once, and nobody's but those who need them."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from config.env import Env
from config.first_secrets import make_secrets
from config.weak_secrets import is_weak, weak_password_of


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("hub", "services"):
        (tmp_path / name).mkdir()
    return tmp_path / "hub", tmp_path / "services"


def test_are_what_the_hub_reads(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets(*folders)
    hub, services = folders
    for file in hub.iterdir():
        monkeypatch.delenv(file.name.upper(), raising=False)
    told = Env(_env_file=None, _secrets_dir=hub)
    assert not any(map(is_weak, (told.hub_secret_key, told.hub_metrics_token, *told.hub_encryption_keys)))
    assert not weak_password_of(told.database_url)
    assert conninfo_to_dict(told.database_url)["password"] == (services / "postgres_password").read_text()
    password = (services / "valkey_password").read_text()
    assert f":{password}@" in told.redis_url
    assert f"requirepass {password}\n" in (services / "valkey.conf").read_text()
    assert (services / "store_keys").read_text() == f"{told.s3_access_key_id},{told.s3_secret_access_key}"
    assert {file.name.upper().lower() for file in hub.iterdir()} <= set(Env.model_fields)


def test_stay_what_they_are(folders: tuple[Path, Path]) -> None:
    make_secrets(*folders)
    before = {file: file.read_text() for folder in folders for file in folder.iterdir()}
    (folders[0] / "hub_metrics_token").unlink()
    assert make_secrets(*folders) == ["hub_metrics_token"]
    after = {file: file.read_text() for folder in folders for file in folder.iterdir()}
    assert {file.name for file in before if before[file] != after[file]} == {"hub_metrics_token"}


def test_are_of_this_installation_alone(folders: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    make_secrets(*folders)
    make_secrets(other, folders[1])
    assert (other / "database_url").read_text() == (folders[0] / "database_url").read_text()
    assert (other / "hub_secret_key").read_text() != (folders[0] / "hub_secret_key").read_text()


def test_what_the_services_get_opens_no_hub(folders: tuple[Path, Path]) -> None:
    make_secrets(*folders)
    hub, services = folders
    given = "\n".join(file.read_text() for file in services.iterdir())
    for name in ("hub_secret_key", "hub_encryption_keys", "hub_metrics_token"):
        assert (hub / name).read_text() not in given
