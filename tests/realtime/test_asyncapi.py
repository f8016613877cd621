"""The written contract of the socket is what the code does."""

from __future__ import annotations

from pathlib import Path

import orjson
from django.conf import settings

from realtime import protocol
from realtime.asyncapi import CLIENT_FRAMES, SERVER_FRAMES, asyncapi_document


def test_the_document_in_the_repository_is_current() -> None:
    written = orjson.loads((Path(settings.BASE_DIR) / "docs" / "asyncapi.json").read_bytes())
    assert written == orjson.loads(orjson.dumps(asyncapi_document())), "run make asyncapi"


def test_it_names_every_frame() -> None:
    frames = {
        cls
        for cls in vars(protocol).values()
        if isinstance(cls, type) and issubclass(cls, protocol._Frame) and "type" in cls.model_fields
    }
    assert frames - {protocol.EventShape} == {*CLIENT_FRAMES, *SERVER_FRAMES}


def test_the_guide_names_every_frame_and_code() -> None:
    guide = (Path(settings.BASE_DIR) / "docs" / "realtime.md").read_text()
    for frame in (*CLIENT_FRAMES, *SERVER_FRAMES):
        assert f"`{frame.model_json_schema()['properties']['type']['const']}" in guide
    for code in protocol.ErrorCode:
        assert f"`{code.value}`" in guide
