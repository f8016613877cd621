"""Run beside services of its own: restores a backup there as docs/keeping.md says, and tells what it finds, in JSON.

`BACKUP`: the dump; `FIRST_S3_…`: the bucket that was copied.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import boto3
import django

from tests.keeping.tools import postgres_program


def main(slug: str) -> None:
    """In the environment of the second cluster."""
    restore = [postgres_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error"]
    subprocess.run([*restore, "--dbname", os.environ["DATABASE_URL"], os.environ["BACKUP"]], check=True)
    copy_bucket()
    django.setup()
    from tenants import context
    from tenants.keeping.running import tenant_named
    from tests.keeping.scene import command, row, state  # after Django is set up

    with context.platform(direct=True):
        command("migrate_hub")
        ref = tenant_named(slug)
        before = row(ref, "SELECT epoch FROM event_head")
        told = {
            "restored": state(ref).sha256,
            "log": command("verify_log"),
            "after": command("after_restore"),
            "files": command("verify_files"),
            "state": state(ref).sha256,
            "is_another_epoch": row(ref, "SELECT epoch FROM event_head") != before,
            "secret": _secret(ref),
        }
    print(json.dumps(told))


def _secret(ref: Any) -> str:
    from helpdesk.sealing import unseal
    from tests.keeping.scene import row

    return unseal(row(ref, "SELECT sealed_secret FROM webhook"))


def copy_bucket() -> None:
    """As `rclone copy` or a store's own replication would."""
    first, second = _store("FIRST_S3_"), _store("S3_")
    source, bucket = os.environ["FIRST_S3_BUCKET"], os.environ["S3_BUCKET"]
    for page in first.get_paginator("list_objects_v2").paginate(Bucket=source):
        for one in page.get("Contents", []):
            body = first.get_object(Bucket=source, Key=one["Key"])["Body"].read()
            second.put_object(Bucket=bucket, Key=one["Key"], Body=body)


def _store(prefix: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=os.environ[f"{prefix}ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=os.environ[f"{prefix}ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ[f"{prefix}SECRET_ACCESS_KEY"],
    )


if __name__ == "__main__":
    main(sys.argv[1])
