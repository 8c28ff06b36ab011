"""Times as they leave the house: ISO 8601 in UTC, with a `Z`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def iso(moment: datetime) -> str: ...
@overload
def iso(moment: None) -> None: ...


def iso(moment: datetime | None) -> str | None:
    """The moment (with a time zone) as `2026-01-31T12:00:00Z`; null stays null."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
