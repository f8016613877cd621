"""Uploading as a browser does, and looking into the store behind everybody's back."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from django.conf import settings

from tests.api import Answer, Api

TRUST = ssl.create_default_context()
"""Made once: to read all certificates takes longer than most requests to the store, which is not asked by TLS."""
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0" + b"pixels" * 20
PAGE = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"


def store() -> Any:
    """The store, by its keys. `make test` starts one."""
    assert settings.S3_ENDPOINT_URL, "S3_ENDPOINT_URL is unset: python -m config.embedded --fast -- pytest …"
    return _client(
        settings.S3_ENDPOINT_URL, settings.S3_REGION, settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY
    )


@lru_cache
def _client(endpoint: str, region: str, key_id: str, secret: str) -> Any:
    """Made once, as the hub's own: it takes longer than a request."""
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name=region, aws_access_key_id=key_id, aws_secret_access_key=secret
    )


def keys_of(tenant_id: object) -> list[str]:
    """All that lies in the store of this tenant."""
    found = store().list_objects_v2(Bucket=settings.S3_BUCKET, Prefix=f"{tenant_id}/")
    return [one["Key"] for one in found.get("Contents", [])]


def ask_to_upload(caller: Api, ticket_id: str, **more: Any) -> Answer:
    body = {"filename": "photo.png", "mimeType": "image/png", "fileSize": len(PNG)} | more
    return caller.post(f"/tickets/{ticket_id}/attachments/upload-url", {k: v for k, v in body.items() if v is not None})


def put(offer: Answer, content: bytes = PNG, *, headers: dict[str, str] | None = None) -> httpx.Response:
    """As a page at another origin would: exactly the headers it was told, and those that browsers add."""
    assert offer.status == 200, offer
    sent = offer["headers"] | {"Origin": "https://console.example"} | (headers or {})
    return httpx.request(offer["method"], offer["uploadUrl"], content=content, headers=sent, verify=TRUST)


def register(caller: Api, ticket_id: str, offer: Answer, **more: Any) -> Answer:
    body = {"filename": "photo.png", "mimeType": "image/png", "fileSize": len(PNG), "key": offer["key"]} | more
    return caller.post(f"/tickets/{ticket_id}/attachments", {k: v for k, v in body.items() if v is not None})


def attach(caller: Api, ticket_id: str, content: bytes = PNG, **more: Any) -> dict[str, Any]:
    """The whole way; the attachment as it was answered."""
    of_upload = {name: more[name] for name in ("filename", "mimeType") if name in more}
    offer = ask_to_upload(caller, ticket_id, fileSize=len(content), **of_upload)
    assert put(offer, content).status_code == 200
    answer = register(caller, ticket_id, offer, fileSize=len(content), **more)
    assert answer.status == 201, answer
    found: dict[str, Any] = answer.body
    return found


def fetch(caller: Api, attachment: dict[str, Any]) -> httpx.Response:
    """The file, by its address, as far as the store."""
    answer = caller.get(urlsplit(attachment["fileUrl"]).path.removeprefix("/api/v1"))
    assert answer.status == 302, answer
    return httpx.get(answer.headers["Location"], headers={"Origin": "https://console.example"}, verify=TRUST)


def refused(answer: Answer, field: str, code: str) -> None:
    assert answer.status == 400, answer
    assert [(one["field"], one["code"]) for one in answer["details"]] == [(field, code)]
