"""Threads beside the loop of a test, which keep their connection to the database from one call to the next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
pool = ThreadPoolExecutor(6, thread_name_prefix="beside")
_kept: set[BaseDatabaseWrapper] = set()


def keeping_its_connection(fn: Callable[[], T]) -> T:
    """Call it in a thread of `pool`. A connection on which something failed is not used again."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    _kept.add(connection)
    try:
        return fn()
    except BaseException:
        connection.close()
        raise


def close_connections() -> None:
    """Of all threads, when nobody uses them any more."""
    while _kept:
        _kept.pop().close()
