"""The object store, any that speaks S3. The only module that imports boto3.

It asks the network: never inside a transaction. Signing an address asks nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import IO, Any

import boto3
import structlog
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.conf import settings

from helpdesk.errors import Unavailable
from helpdesk.meters import STORE_FAILURES

CONNECT_TIMEOUT_S, READ_TIMEOUT_S, ASK_TIMEOUT_S = 2, 20, 3
BELIEVED_FOR_S = 5.0
"""How long a store that has answered is believed to be there."""
CHUNK = 256 * 1024
MOST_A_PAGE = 1000
MISSING = frozenset({404})

_log = structlog.get_logger(__name__)
_making = threading.Lock()
_answered: dict[str, float] = {}


class StoreAway(Unavailable):
    """The store of files does not answer right now. Try again in a moment."""


def is_set() -> bool:
    """Does this hub have a store?"""
    return bool(settings.S3_ENDPOINT_URL)


def require_reachable() -> None:
    """Raise StoreAway where the store does not answer, within seconds; it is not asked each time."""
    endpoint = settings.S3_ENDPOINT_URL
    if not endpoint or time.monotonic() - _answered.get(endpoint, -BELIEVED_FOR_S) > BELIEVED_FOR_S:
        ask()


def ask() -> None:
    """Ask for the bucket now; StoreAway where it is not there for us."""
    with _told():
        _client(quick=True).head_bucket(Bucket=settings.S3_BUCKET)
    _answered[settings.S3_ENDPOINT_URL] = time.monotonic()


def address_to_put(key: str, *, mime_type: str, size: int | None, lasts: timedelta) -> str:
    """Whoever has it may put one object of this type there, of this size where one is given."""
    wanted = {"ContentType": mime_type} | ({} if size is None else {"ContentLength": size})
    return _signed("put_object", key, wanted, lasts)


def address_to_get(key: str, *, mime_type: str, disposition: str, lasts: timedelta) -> str:
    """Whoever has it may fetch the object, with these headers."""
    shown = {"ResponseContentType": mime_type, "ResponseContentDisposition": disposition}
    return _signed("get_object", key, shown | {"ResponseCacheControl": "private, no-store"}, lasts)


def get_size(key: str) -> int | None:
    """Bytes; None where nothing lies there."""
    with _told():
        try:
            found = _client(quick=True).head_object(Bucket=settings.S3_BUCKET, Key=key)
        except ClientError as error:
            _require_missing(error)
            return None
        return int(found["ContentLength"])


def copy(key: str, *, to: str) -> bool:
    """Copy within the store. False where there is nothing to copy."""
    bucket = settings.S3_BUCKET
    with _told():
        try:
            _client().copy_object(Bucket=bucket, Key=to, CopySource={"Bucket": bucket, "Key": key})
        except ClientError as error:
            _require_missing(error)
            return False
    return True


def put_in_parts(key: str, file: IO[bytes], *, mime_type: str) -> None:
    """What stands in the file, from where it is read now; a large one in parts, so that none takes long."""
    with _told():
        _client().upload_fileobj(
            file,
            settings.S3_BUCKET,
            key,
            ExtraArgs={"ContentType": mime_type},
            Config=TransferConfig(use_threads=False),
        )


def read(key: str) -> Iterator[bytes]:
    """The object, in pieces."""
    with _told():
        body = _client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"]
        try:
            yield from body.iter_chunks(CHUNK)
        finally:
            body.close()


@dataclass(frozen=True, slots=True)
class OtherStore:
    """A store that is not ours and is only read, as when files come from elsewhere. No `endpoint`: Amazon's."""

    bucket: str
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = ""

    @contextmanager
    def opened(self, key: str) -> Iterator[tuple[int, IO[bytes]] | None]:
        """As `opened`, in this store."""
        with _making:
            given = (self.endpoint or None, self.region or settings.S3_REGION, self.key_id or None, self.secret or None)
            client = _made(*given, quick=False)
        with _opened(client, self.bucket, key) as found:
            yield found


@contextmanager
def opened(key: str) -> Iterator[tuple[int, IO[bytes]] | None]:
    """The object's size, and the object to be read; None where nothing lies there."""
    with _opened(_client(), settings.S3_BUCKET, key) as found:
        yield found


@contextmanager
def _opened(client: Any, bucket: str, key: str) -> Iterator[tuple[int, IO[bytes]] | None]:
    with _told():
        try:
            found = client.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            _require_missing(error)
            found = None
        if found is None:
            yield None
            return
        with closing(found["Body"]) as body:
            yield int(found["ContentLength"]), body


def put(key: str, content: IO[bytes], *, size: int) -> None:
    """Put it there, in place of what may lie there. What it is called and its type stand in its attachment's row."""
    with _told():
        _client().put_object(Bucket=settings.S3_BUCKET, Key=key, Body=content, ContentLength=size)


def remove(keys: Sequence[str]) -> None:
    """Remove what lies there, if anything does. At most 1,000 keys."""
    with _told():
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        done = _client().delete_objects(Bucket=settings.S3_BUCKET, Delete=wanted)
        if errors := done.get("Errors"):
            _log.error("objects_not_removed", count=len(errors), code=errors[0].get("Code"))
            raise StoreAway


def list_keys(prefix: str, *, after: str = "") -> list[str]:
    """Up to 1,000 keys that begin like this, in order; those after this one."""
    wanted: dict[str, Any] = {"Prefix": prefix, "MaxKeys": MOST_A_PAGE} | ({"StartAfter": after} if after else {})
    with _told():
        found = _client().list_objects_v2(Bucket=settings.S3_BUCKET, **wanted)
    return [one["Key"] for one in found.get("Contents", [])]


def all_keys(prefix: str) -> Iterator[str]:
    """Every key that begins like this, in order, a page at a time."""
    after = ""
    while page := list_keys(prefix, after=after):
        yield from page
        after = page[-1]


def _signed(operation: str, key: str, more: dict[str, Any], lasts: timedelta) -> str:
    with _told():
        client = _client(public=True)
        wanted = {"Bucket": settings.S3_BUCKET, "Key": key, **more}
        return str(client.generate_presigned_url(operation, Params=wanted, ExpiresIn=int(lasts.total_seconds())))


def _client(*, public: bool = False, quick: bool = False) -> Any:
    endpoint = settings.S3_PUBLIC_URL if public else settings.S3_ENDPOINT_URL
    if not endpoint:
        raise StoreAway("This hub has no store of files.")
    keys = settings.S3_ACCESS_KEY_ID or None, settings.S3_SECRET_ACCESS_KEY or None
    with _making:  # clients are safe to share, making them is not
        return _made(endpoint, settings.S3_REGION, *keys, quick=quick)


@lru_cache(maxsize=16)
def _made(endpoint: str | None, region: str, key_id: str | None, secret: str | None, *, quick: bool) -> Any:
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=ASK_TIMEOUT_S if quick else READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": 1 if quick else 2},
        max_pool_connections=20,
        # Newer checksums than every store of this kind knows.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=config,
    )


def _require_missing(error: ClientError) -> None:
    if error.response["ResponseMetadata"]["HTTPStatusCode"] not in MISSING:
        raise error


@contextmanager
def _told() -> Iterator[None]:
    """Whatever boto says, as the one refusal there is; our log has the reason, without addresses."""
    try:
        yield
    except ClientError as error:
        _answered.pop(settings.S3_ENDPOINT_URL, None)
        _log.error("object_store_refused", code=error.response.get("Error", {}).get("Code"))
        STORE_FAILURES.inc()
        raise StoreAway from error
    except (Boto3Error, BotoCoreError, ResponseParserError, KeyError, ValueError, RecursionError) as error:
        # The last ones: an answer that no store gives, or one that leads in a circle.
        _answered.pop(settings.S3_ENDPOINT_URL, None)
        _log.error("object_store_away", error=type(error).__name__)
        STORE_FAILURES.inc()
        raise StoreAway from error
