"""The hub's web server with one operation more, which does nothing: `python -m tests.bench.served`, at PORT.

`GET /api/v1/bench/empty` passes every door that `GET /tickets` passes, reads who asks, and answers `{}`. What an
operation costs beyond it is its own work.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("HUB_DB_POOL", "16")
django.setup()

from django.http import HttpRequest, HttpResponse  # noqa: E402
from ninja import Router  # noqa: E402

from config import web  # noqa: E402
from helpdesk.answers import answer  # noqa: E402
from helpdesk.api import api  # noqa: E402
from helpdesk.door import one_unit_of_work  # noqa: E402
from helpdesk.permissions import OPERATIONS  # noqa: E402

router = Router()
router.add_decorator(one_unit_of_work, mode="view")
OPERATIONS["benchEmpty"] = OPERATIONS["listTickets"]


@router.get("/empty", operation_id="benchEmpty")
def empty(request: HttpRequest) -> HttpResponse:
    return answer({})


api.add_router("/bench", router)

from config.asgi import application  # noqa: E402, F401  it closes the list of addresses

if __name__ == "__main__":
    web.APPLICATION = "tests.bench.served:application"
    sys.exit(web.main())
