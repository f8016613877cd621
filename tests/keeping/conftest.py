"""What the tests here share: a passphrase, and desks of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from tenants.keeping import passphrase
from tests.conftest import Desk
from tests.keeping.scene import PASSPHRASE, fill


@pytest.fixture(autouse=True, scope="session")
def _passphrase() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_ARCHIVE_PASSPHRASE", PASSPHRASE)
        # A tenth of a second for each archive that is written or read; how hard it is to guess is asked nowhere here.
        patch.setattr(passphrase, "_N", 2)
        yield


@pytest.fixture
def desk(own_desk: Callable[..., Desk]) -> Iterator[Desk]:
    yield own_desk()
    connection.close()


@pytest.fixture
def filled(desk: Desk) -> dict[str, Any]:
    return fill(desk)
