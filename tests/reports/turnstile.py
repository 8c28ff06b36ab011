"""Lets the transactions of a running import through one by one, so that it can be met half-way.

All imports take turns at one lock in the database. The turnstile holds it, and to let one
transaction through, queues up behind the import before it lets go.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from catalogtool.core.locks import MERGE_LOCK

_TAKE = f"SELECT pg_advisory_lock({MERGE_LOCK})"
_WAITING = f"""SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND objid = {MERGE_LOCK} AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class Turnstile:
    """Holds the lock on one connection; another one stands ready to take it next."""

    def __init__(self, url: str):
        self._url = url
        self._holder = self._connect()
        self._holder.execute(_TAKE)

    def wait_for_import(self) -> None:
        """Until an import stands at the turnstile."""
        self._wait_for(1)

    def let_one_through(self) -> None:
        """Let the import's next transaction run; it then waits for the one after."""
        self._wait_for(1)
        following = self._connect()
        following.pgconn.send_query(_TAKE.encode())
        following.pgconn.flush()
        self._wait_for(2)
        self._holder.close()
        # Not by waiting in the driver, which would keep an import of this process from going on.
        while following.pgconn.is_busy():
            time.sleep(0.005)
            following.pgconn.consume_input()
        while following.pgconn.get_result() is not None:
            pass
        self._holder = following
        self._wait_for(1)

    def open(self) -> None:
        """Let everything through from now on."""
        self._holder.close()

    def _connect(self) -> psycopg.Connection[tuple[int]]:
        return psycopg.connect(self._url, autocommit=True)

    def _wait_for(self, number: int) -> None:
        end = time.monotonic() + 30
        with self._connect() as looking:
            while looking.execute(_WAITING).fetchone() != (number,):
                assert time.monotonic() < end, "no import came to the turnstile"
                time.sleep(0.02)


@contextmanager
def turnstile(url: str) -> Iterator[Turnstile]:
    """A turnstile for the length of a block."""
    made = Turnstile(url)
    try:
        yield made
    finally:
        made.open()
