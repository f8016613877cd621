"""Rows as PostgreSQL's COPY writes and reads them (text format), under settings that make it always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import connection
from psycopg import sql

from tenants.keeping.archive import PIECE_BYTES

_NULL = b"\\N"
_ALWAYS_THE_SAME = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
}

ChangeSecret = Callable[[bytes], bytes]


def write_alike() -> None:
    """For this transaction: values are written as they are in every cluster."""
    with connection.cursor() as cursor:
        for name, value in _ALWAYS_THE_SAME.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def rows_of(select: sql.Composed) -> Iterator[bytes]:
    """The rows of a query, one or more whole rows at a time."""
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(select)) as copy:
        for block in copy:
            yield bytes(block)


def in_pieces(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Gathered to pieces of about 4 MB, each of whole rows."""
    piece = bytearray()
    for row in rows:
        piece += row
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def load(table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None:
    """Rows into a table of the tenant that this code stands in."""
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for block in blocks:
            copy.write(block)


def with_secrets(blocks: Iterable[bytes], places: Sequence[int], change: ChangeSecret) -> Iterator[bytes]:
    """The same rows, with the secrets at these places sealed otherwise."""
    left = b""
    for block in blocks:
        *whole, left = (left + block).split(b"\n")
        for row in whole:
            values = row.split(b"\t")
            for place in places:
                if values[place] != _NULL:
                    values[place] = b"\\\\x" + change(_bytes_of(values[place])).hex().encode()
            yield b"\t".join(values) + b"\n"


def _bytes_of(written: bytes) -> bytes:
    return bytes.fromhex(written.removeprefix(b"\\\\x").decode())
