"""The pages where mailed links lead: a form each, with nothing of their own that a strict policy would refuse."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from django.test import Client

from tests.api import Api


class TestThePages:
    @pytest.mark.parametrize("purpose", ["invitation", "reset", "confirmation", "forgot"])
    def test_hold_a_form_and_no_script_of_their_own(self, api: Api, purpose: str) -> None:
        answer = Client().get(f"/account/{purpose}", headers={"Host": "acme.localhost"})
        page = answer.content.decode()
        assert (answer.status_code, answer["Referrer-Policy"]) == (200, "no-referrer")
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "<script>" not in page
        assert "style=" not in page
        for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            with closing(Client().get(path)) as asset:
                assert asset.status_code == 200, path

    def test_there_are_no_others(self, api: Api) -> None:
        assert Client().get("/account/nothing", headers={"Host": "acme.localhost"}).status_code == 404
        assert Client().post("/account/reset", headers={"Host": "acme.localhost"}).status_code == 405
