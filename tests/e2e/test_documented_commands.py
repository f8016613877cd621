"""The commands in the documents run as they stand: each page is one script, on a desk that looks like the demo's."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded.home import ROOT
from tests.conftest import PASSWORD, Desk
from tests.realtime.live import Server, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="There is no curl on this machine: apt install curl"),
]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    if re.search(r"^```sh\n(?:(?!```).)*curl", page.read_text(), re.DOTALL | re.MULTILINE)
)
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
STRICT = 'set -eu -o pipefail\ncurl() { command curl --fail-with-body --show-error "$@"; echo; }\n'
"""A refusal ends the script, but where the page is about refusals: there it says `--no-fail`."""


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    with serving("uvicorn", HUB_RATE_LIMITING="off", HUB_LOG_LEVEL="ERROR") as process:
        yield process


def script_of(page: str) -> str:
    return "\n".join(block for block in BLOCK.findall((ROOT / page).read_text()) if "curl" in block)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_does_what_it_says(page: str, server: Server, own_desk: Callable[[], Desk], tmp_path: Path) -> None:
    desk = own_desk()
    script = STRICT + script_of(page)
    for written, here in {
        "localhost:8000": f"localhost:{server.port}",
        "acme.example": f"{desk.ref.slug}.example",
        "demo-password": PASSWORD,
        "--no-fail": "--no-fail-with-body",
    }.items():
        script = script.replace(written, here)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-1500:]}\n{done.stderr[-1500:]}"


def test_there_are_such_pages() -> None:
    assert {"README.md", "docs/api.md", "docs/attachments.md", "docs/webhooks.md"} <= set(PAGES)
