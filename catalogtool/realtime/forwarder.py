"""One thread in each web process listens to the database and tells the process's own clients."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql

from catalogtool.core.events import CHANNEL
from catalogtool.core.log import get_logger
from catalogtool.realtime.messages import MalformedMessageError, decode
from catalogtool.realtime.pace import Message, Pace

log = get_logger(__name__)

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 3.0
CONNECTION_OPTIONS: dict[str, Any] = {
    "application_name": "catalogtool events",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class Forwarder:
    """Emits each event that is published in the database, as long as the process lives.

    `url()`: where to listen. `emit`: hands an event to all clients of this process. `resume()`:
    events that bring the clients up to date after the connection was lost, since what is published
    meanwhile reaches nobody. `idle()`: called every `idle_seconds`.
    """

    def __init__(
        self,
        url: Callable[[], str],
        emit: Callable[[str, Mapping[str, Any]], None],
        resume: Callable[[], Iterable[Message]] = tuple,
        idle: Callable[[], None] = lambda: None,
        idle_seconds: float = 10.0,
    ) -> None:
        self._url = url
        self._emit = emit
        self._resume = resume
        self._idle = idle
        self._idle_seconds = idle_seconds
        self._pace = Pace()
        self._listening = threading.Event()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ensure_listening(self, timeout: float) -> bool:
        """Start the thread if this process has none yet, and wait until it listens.

        Called by the first client, never at the start: a server may load the application before it
        forks, and threads do not survive that.
        """
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()
        return self._listening.wait(timeout)

    def stop(self) -> None:
        """End the thread; it looks every few seconds."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2 * self._idle_seconds)

    def _run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        lost_at: float | None = None
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url(), autocommit=True, **CONNECTION_OPTIONS) as found:
                    found.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                    self._listening.set()
                    if lost_at is not None:
                        log.info("events_are_back", after_seconds=round(time.time() - lost_at, 1))
                        self._send(self._resume())
                    wait, lost_at = FIRST_WAIT_SECONDS, None
                    self._forward(found)
            except Exception as error:
                self._listening.clear()
                if lost_at is None:
                    lost_at = time.time()
                    expected = isinstance(error, psycopg.OperationalError)
                    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                    log.warning("events_are_lost", reason=reason, exc_info=not expected)
                self._stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _forward(self, connection: psycopg.Connection[Any]) -> None:
        idle_at = time.monotonic()
        while not self._stopping.is_set():
            pause = self._pace.seconds_to_next(time.monotonic())
            pause = self._idle_seconds if pause is None else min(pause, self._idle_seconds)
            for notification in connection.notifies(timeout=pause, stop_after=1):
                self._take(notification.payload)
            self._send(self._pace.due(time.monotonic()))
            if time.monotonic() - idle_at >= self._idle_seconds:
                idle_at = time.monotonic()
                connection.execute("SELECT 1")
                self._idle()

    def _take(self, message: str) -> None:
        try:
            event, payload = decode(message)
        except MalformedMessageError as error:
            log.warning("event_dropped", reason=str(error))
        else:
            self._send(self._pace.offer(event, payload, time.monotonic()))

    def _send(self, messages: Iterable[Message]) -> None:
        for event, payload in messages:
            self._emit(event, payload)
