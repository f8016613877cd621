"""The console is built once and when its sources have changed, with whatever Node there is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from config.embedded import console, node
from config.embedded.errors import EmbeddedError
from config.env import ROOT
from config.run import build_console

CALLS = "calls"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console of two sources; its npm writes down what it was asked for, and "builds" one script."""
    folder = tmp_path / "console"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.tsx").write_text("draw()")
    (folder / "package-lock.json").write_text("{}")
    npm = tmp_path / "npm"
    npm.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path / CALLS}\nmkdir -p node_modules dist\n'
        'case "$*" in *fails*) exit 3;; *build) cat src/main.tsx > dist/main.js;; esac\n'
    )
    npm.chmod(0o755)
    for name, value in {
        "ROOT": tmp_path,
        "FOLDER": folder,
        "DIST": folder / "dist",
        "BUILT": folder / "dist" / "built",
        "INSTALLED": folder / "node_modules" / "installed",
        "SOURCES": ("console/src", "console/package-lock.json"),
        "find_node": lambda: node.Node((str(npm),), str(tmp_path)),
    }.items():
        monkeypatch.setattr(console, name, value)
    return tmp_path


def calls(project: Path) -> list[str]:
    made = project / CALLS
    return made.read_text().splitlines() if made.exists() else []


class TestBuild:
    def test_installs_builds_and_compresses(self, project: Path) -> None:
        (project / "console/src/main.tsx").write_text("draw() " * 200)
        console.build()
        assert calls(project) == ["ci --no-audit --no-fund --silent", "run --silent types", "run --silent build"]
        assert {file.name for file in (project / "console/dist").iterdir()} == {"main.js", "main.js.gz", "built"}

    def test_is_done_once(self, project: Path) -> None:
        console.build()
        before = calls(project)
        console.build()
        assert calls(project) == before

    def test_is_done_again_when_a_source_has_changed(self, project: Path) -> None:
        console.build()
        (project / "console/src/main.tsx").write_text("draw(more)")
        console.build()
        assert calls(project)[3:] == ["run --silent types", "run --silent build"]
        assert (project / "console/dist/main.js").read_text() == "draw(more)"

    def test_installs_again_when_the_lock_file_has_changed(self, project: Path) -> None:
        console.build()
        (project / "console/package-lock.json").write_text('{"another": 1}')
        console.build()
        assert calls(project)[3].startswith("ci ")

    def test_that_was_interrupted_is_done_again(self, project: Path) -> None:
        console.build()
        console.BUILT.unlink()
        console.build()
        assert len(calls(project)) == 5

    def test_that_fails_is_told_and_the_rest_runs(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(console, "_ready", lambda: node.Node(("/bin/false",), "/"))
        with pytest.raises(EmbeddedError, match="npm run --silent types failed"):
            console.build()
        build_console()
        assert "everything else runs" in capfd.readouterr().err
        assert not console.is_built()


class TestNode:
    @pytest.mark.parametrize(
        ("version", "will_do"),
        [("v20.19.0", True), ("v24.1.0", True), ("v20.18.3", False), ("v18.20.1", False), ("", False)],
    )
    def test_is_new_enough_from_the_version_on_that_the_packages_need(self, version: str, will_do: bool) -> None:
        assert node.is_new_enough(f"{version}\n") is will_do

    def test_of_the_machine_is_left_alone_where_it_is_old(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("node", "npm"):
            (tmp_path / name).write_text("#!/bin/sh\necho v18.0.0\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert node.machines_node() is None

    @pytest.mark.slow
    def test_comes_as_a_package_where_the_machine_has_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(node, "FOLDER", tmp_path / "node")
        monkeypatch.setattr(node, "machines_node", lambda: None)
        try:
            found = node.find_node()
        except EmbeddedError as error:
            pytest.skip(f"Node was not tried as a package: {error}")
        done = subprocess.run(
            [*found.npm, "exec", "--call", "node --version"], check=False, cwd=tmp_path, capture_output=True,
            text=True, env=found.environment({"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert node.is_new_enough(done.stdout)


@pytest.mark.parametrize("folder", ["console", "clients/typescript"])
def test_the_lock_names_no_address(folder: str) -> None:
    assert "://" not in (ROOT / folder / "package-lock.json").read_text()
