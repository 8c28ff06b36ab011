"""A connection for reading is good at once, and also after it has rested."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from catalogtool.core import db


def test_a_rested_connection_reads_again(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "REST_SECONDS", -1.0)
    for _ in range(3):
        with db.reading() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
