"""The live page stays one file that a strict Content-Security-Policy can serve."""

from __future__ import annotations

import re

import pytest

from config.env import ROOT


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "console" / "live.html").read_text()


class TestOneFile:
    def test_has_one_script_and_one_style_so_that_a_nonce_fits_on_each(self, page: str):
        assert len(re.findall(r"<script\b", page)) == len(re.findall(r"<style\b", page)) == 1

    def test_has_no_inline_handler_and_no_style_attribute(self, page: str):
        assert not re.findall(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", page)

    def test_loads_nothing_from_elsewhere(self, page: str):
        assert not re.findall(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", page)
        assert "@import" not in page

    def test_puts_in_what_people_wrote_as_text(self, page: str):
        assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", page)
