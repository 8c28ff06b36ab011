"""Opaque positions in a sorted list, bound to the sort and the filters that they came from.

A cursor holds the last row's sort value and id, and a signature over them together with the sort
and the filters: one that was forged, or carried over to another search, does not verify.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.parameters import refuse
from catalogtool.catalog.search.request import Sort

SIGNATURE_BYTES = 16

SortValue = str | int | datetime | None


@dataclass(frozen=True)
class Position:
    """A row's place in a list: its sort value and id."""

    value: SortValue
    id: int


@dataclass(frozen=True)
class Cursor:
    """Read on from `position` in one direction; `before` rows stand ahead of what it reads.

    `before` is counted from the page that the reader started with; it gives the page's number.
    """

    position: Position
    forward: bool
    before: int


def encode_cursor(cursor: Cursor, sort: Sort, filters: Filters, key: bytes) -> str:
    """The cursor as a text for addresses."""
    value = cursor.position.value
    content = [
        value.isoformat() if isinstance(value, datetime) else value,
        int(isinstance(value, datetime)),
        cursor.position.id,
        int(cursor.forward),
        cursor.before,
    ]
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_sign(body, sort, filters, key) + body).rstrip(b"=").decode()


def decode_cursor(text: str, sort: Sort, filters: Filters, key: bytes) -> Cursor:
    """The cursor that this text stands for; ValidationError if it is not from this search."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        _refuse()
    signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(body, sort, filters, key)):
        _refuse()
    value, is_time, row_id, forward, before = json.loads(body)
    position = Position(datetime.fromisoformat(value) if is_time else value, row_id)
    return Cursor(position, bool(forward), before)


def _sign(body: bytes, sort: Sort, filters: Filters, key: bytes) -> bytes:
    bound = "\n".join((str(sort), filters.canonical(), "")).encode() + body
    return hmac.digest(b"catalogue cursor " + key, bound, "sha256")[:SIGNATURE_BYTES]


def _refuse() -> NoReturn:
    refuse("cursor", "must be a next_cursor or prev_cursor of this search in this order")
