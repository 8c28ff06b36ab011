"""What was written to the sandbox, in a small SQLite file, so that it survives a restart.

Only differences from the synthetic catalogue are kept, each with the day on which it was written;
so a report of a past day can be written as it would have been then.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Kind = Literal["video", "asset", "channel", "claim"]
Values = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS change (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, resource TEXT NOT NULL,
    field TEXT NOT NULL, value TEXT NOT NULL, day REAL NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_NONE: Mapping[str, Any] = {}


class Store:
    """The present values in memory, all values ever in the file; `path` None keeps no file."""

    def __init__(self, path: Path | None = None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_TABLES)
        self._present = self._read(float("inf"))

    def values(self, kind: Kind, resource: str) -> Mapping[str, Any]:
        """What differs from the synthetic catalogue now, by field."""
        return self._present.get((kind, resource), _NONE)

    def resources(self, kind: Kind) -> list[str]:
        """All resources of this kind with a difference."""
        return [resource for present, resource in self._present if present == kind]

    def write(self, kind: Kind, resource: str, values: Mapping[str, Any], day: float) -> None:
        rows = [(kind, resource, field, json.dumps(value), day) for field, value in values.items()]
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO change (kind, resource, field, value, day) VALUES (?, ?, ?, ?, ?)", rows
        )
        self._connection.execute("COMMIT")
        self._present.setdefault((kind, resource), {}).update(values)

    def before(self, day: float) -> dict[tuple[str, str], Values]:
        """What differed when this day began, by kind and resource."""
        return self._read(day)

    def forget(self) -> None:
        """Remove every difference; settings stay."""
        self._connection.execute("DELETE FROM change")
        self._present.clear()

    def setting(self, name: str, default: float) -> float:
        """A number that is kept; written on first use."""
        self._connection.execute(
            "INSERT OR IGNORE INTO setting VALUES (?, ?)", (name, repr(default))
        )
        row = self._connection.execute("SELECT value FROM setting WHERE name = ?", (name,))
        return float(row.fetchone()[0])

    def keep(self, name: str, value: float) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, repr(value))
        )

    def close(self) -> None:
        self._connection.close()

    def _read(self, day: float) -> dict[tuple[str, str], Values]:
        found: dict[tuple[str, str], Values] = {}
        rows = self._connection.execute(
            "SELECT kind, resource, field, value FROM change WHERE day < ? ORDER BY id", (day,)
        )
        for kind, resource, field, value in rows:
            found.setdefault((kind, resource), {})[field] = json.loads(value)
        return found
