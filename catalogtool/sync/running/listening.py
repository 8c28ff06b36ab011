"""The thread that hears when tasks are enqueued, on a connection that does nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg

from catalogtool.core.db import engine
from catalogtool.sync.queue.waking import CHANNEL

# Seconds; only so often does the thread look whether it shall end.
LOOK_UP_SECONDS = 30.0
AGAIN_SECONDS = 1.0


class Listener:
    """Calls `heard()` for each notification, and once after each new connection."""

    def __init__(self, heard: Callable[[], None], stopping: threading.Event) -> None:
        self._heard = heard
        self._stopping = stopping

    def start(self) -> threading.Thread:
        """Begin, in a thread that ends with the process."""
        thread = threading.Thread(target=self._run, name="sync-listener", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error:
                # What is enqueued meanwhile is found by the look of every few seconds.
                self._stopping.wait(AGAIN_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(_address(), autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._heard()
            while not self._stopping.is_set():
                for _ in connection.notifies(timeout=LOOK_UP_SECONDS):
                    self._heard()


def _address() -> str:
    url = engine().url.set(drivername="postgresql")
    return psycopg.conninfo.make_conninfo(
        url.render_as_string(hide_password=False),
        connect_timeout=5,
        application_name="catalogtool sync",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )
