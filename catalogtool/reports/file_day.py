"""The day that a report speaks of, where its name tells it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DAY = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def day_in_name(key: str) -> datetime | None:
    """Midnight (UTC) of the last date in the file's name, like 20261120 or 2026-11-20."""
    for year, _, month, day in reversed(_DAY.findall(key.rsplit("/", 1)[-1])):
        try:
            return datetime(int(year), int(month), int(day), tzinfo=UTC)
        except ValueError:
            continue
    return None
