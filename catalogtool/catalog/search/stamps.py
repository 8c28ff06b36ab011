"""Times as PostgreSQL writes them, which is quicker to read than to make a `datetime` of each."""

from __future__ import annotations

from datetime import datetime
from typing import overload

from catalogtool.core.times import iso

# `2026-01-31 12:00:00+00`, as most are.
WHOLE_SECONDS = 22
# `12:00:00.000000`; PostgreSQL leaves out the last zeros of a fraction.
LONGEST_CLOCK = 15


@overload
def iso_stamp(stamp: str) -> str: ...
@overload
def iso_stamp(stamp: None) -> None: ...


def iso_stamp(stamp: str | None) -> str | None:
    """`2026-01-31 12:00:00+00` as `core.times.iso` writes it; null stays null."""
    if stamp is None:
        return None
    if stamp[-3:] != "+00":
        return iso(datetime.fromisoformat(stamp))
    if len(stamp) == WHOLE_SECONDS:
        return f"{stamp[:10]}T{stamp[11:19]}Z"
    return f"{stamp[:10]}T{stamp[11:-3].ljust(LONGEST_CLOCK, '0')}Z"
