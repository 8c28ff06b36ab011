"""One import from its queueing to its end, seen from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalogtool.core.db import unit_of_work
from catalogtool.core.storage import Store
from catalogtool.reports.service import JOB, process_reports

LONGEST = 240.0
ENDED = ("completed", "error", "cancelled")


class Stuck(Exception):  # noqa: N818 (the finding of a round)
    """An import did not come to its end."""


@dataclass
class Import:
    """A queued report; `state` reads its row."""

    url: str
    report_id: int

    def state(self) -> dict[str, Any]:
        with psycopg.connect(self.url, row_factory=dict_row, connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT * FROM report WHERE id = %s", [self.report_id]
            ).fetchone()
        assert row is not None
        return row

    def wait(
        self, reached: Callable[[dict[str, Any]], bool], pause: float = 0.02
    ) -> dict[str, Any]:
        """Poll until so; while the server is away, wait for it."""
        end = time.monotonic() + LONGEST
        state: dict[str, Any] = {}
        while time.monotonic() < end:
            try:
                state = self.state()
            except psycopg.OperationalError:
                time.sleep(0.2)
                continue
            if reached(state):
                return state
            time.sleep(pause)
        shown = {n: state.get(n) for n in ("status", "phase", "cursor", "attempt")}
        raise Stuck(f"not reached within {LONGEST:g} s: {shown}; jobs: {self.jobs()}")

    def wait_for_turn(self, after: int) -> int:
        """Until a worker has begun a turn later than this one, or all is over; its number."""

        def begun(state: dict[str, Any]) -> bool:
            return state["status"] in ENDED or (
                state["status"] == "processing" and state["attempt"] > after
            )

        return int(self.wait(begun)["attempt"])

    def wait_for_progress(self, percentage: float) -> None:
        """Until so much has been saved, or all is over."""
        self.wait(lambda now: now["status"] in ENDED or now["percentage"] >= percentage)

    def wait_for_end(self) -> dict[str, Any]:
        """Until the report has ended, and its job too."""
        state = self.wait(lambda state: state["status"] in ENDED, 0.05)
        self.wait(lambda _: not self._open_jobs(), 0.05)
        return state

    def _open_jobs(self) -> list[Any]:
        return [job for job in self.jobs() if job[1] == JOB and job[2] in ("todo", "doing")]

    def jobs(self) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(
                "SELECT id, task_name, status, attempts, scheduled_at FROM procrastinate_jobs"
            ).fetchall()


def enqueue(url: str, store: Store, key: str) -> Import:
    """Queue a report as the web would."""
    with unit_of_work() as session:
        (report,) = process_reports(session, store, [key])
        return Import(url, report.id)
