"""What whitenoise serves, and what it would have served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from config.static_files import StaticFiles


def test_a_file_that_is_gone_since_the_start_is_not_there(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "STATIC_ROOT", str(tmp_path))
    (tmp_path / "page.js").write_text("1;")
    serving = StaticFiles(lambda request: HttpResponse("elsewhere", status=404))
    request = RequestFactory().get("/static/page.js")
    there = serving(request)
    assert there.status_code == 200
    there.close()
    (tmp_path / "page.js").unlink()
    assert serving(request).status_code == 404
