"""An export as a download from a real server: it takes its time, or stops in the middle."""

from __future__ import annotations

import csv
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from catalogtool.auth.service import create_token, create_user
from catalogtool.core.db import unit_of_work

ROWS = 60_000
FILL = f"""INSERT INTO video (video_id, title, effective_policy)
    SELECT 'v' || lpad(n::text, 10, '0'), 'Title ' || n, repeat(md5(n::text), 16)
    FROM generate_series(1, {ROWS}) AS n"""
OPEN = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND (state <> 'idle' OR xact_start IS NOT NULL)"""


@pytest.fixture
def address(database: str, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Host and port of a server with one process on a catalogue of some 35 MB."""
    with unit_of_work() as session:
        session.execute(text(FILL))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = probe.getsockname()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "8"),
            *("--worker-class", "gthread", "--bind", f"{place[0]}:{place[1]}"),
            *("--no-control-socket", "--graceful-timeout", "1", "catalogtool.wsgi:app"),
        ],
        env={**os.environ, "DATABASE_URL": database, "CATALOG_HOME": str(tmp_path / "home")},
        stderr=subprocess.PIPE,
    )
    try:
        yield place
    finally:
        server.terminate()
        _, errors = server.communicate(timeout=10)
        sys.stderr.buffer.write(errors)


@pytest.fixture
def token() -> str:
    """A user's API token."""
    with unit_of_work() as session:
        return create_token(session, create_user(session, "ann@example.com", "a password 1"), "t")


def request(address: tuple[str, int], token: str) -> socket.socket:
    """A connection on which the whole catalogue has been asked for, in the simplest HTTP."""
    give_up = time.monotonic() + 30
    while True:
        try:
            connection = socket.create_connection(address, timeout=30)
            break
        except ConnectionRefusedError:
            assert time.monotonic() < give_up
            time.sleep(0.1)
    asked = f"GET /api/export HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    connection.sendall(asked.encode())
    return connection


def wait_until_nothing_is_open(seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while True:
        with unit_of_work() as session:
            if session.scalar(text(OPEN)) == 0:
                return
        assert time.monotonic() < give_up, "the server still holds a transaction"
        time.sleep(0.05)


def test_a_reader_that_stalls_or_leaves_holds_no_transaction(
    address: tuple[str, int], token: str
) -> None:
    with request(address, token) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.0 200 ")
        # Nobody reads on; what fits into the buffers in between is sent, and no more.
        wait_until_nothing_is_open(5)
        time.sleep(0.5)
        wait_until_nothing_is_open(0.2)
    wait_until_nothing_is_open(2)
    # The server is as good as before.
    with request(address, token) as connection:
        parts = iter(lambda: connection.recv(1_000_000), b"")
        content = b"".join(parts).partition(b"\r\n\r\n")[2]
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert len(rows) == ROWS + 1
    assert all(len(row) == len(rows[0]) for row in rows)
