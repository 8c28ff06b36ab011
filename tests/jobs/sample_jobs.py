"""Jobs for the tests; they write what they do into a table, in which the tests look."""

from __future__ import annotations

import time
from contextlib import suppress

from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.jobs import Requeue, hold_job, job, periodic, stop_requested

TABLE = """
CREATE TABLE trace (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL,
    step integer NOT NULL DEFAULT 0,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


def note_down(what: str, step: int = 0) -> None:
    with unit_of_work() as session:
        session.execute(
            text("INSERT INTO trace (what, step) VALUES (:what, :step)"),
            {"what": what, "step": step},
        )


@job("test_note")
def note(what: str) -> None:
    note_down(what)


@job("test_count", queue="reports")
def count(what: str, steps: int, pause: float = 0.02) -> None:
    """Write the steps one by one; go on where the last run ended."""
    note_down(f"{what} started")
    while True:
        with unit_of_work() as session:
            hold_job(session)
            result = session.execute(
                text(
                    "INSERT INTO trace (what, step) SELECT :what, count(*) + 1 FROM trace "
                    "WHERE what = :what HAVING count(*) < :steps RETURNING step"
                ),
                {"what": what, "steps": steps},
            ).first()
        if result is None:
            return
        if stop_requested():
            raise Requeue
        time.sleep(pause)


@job("test_fail")
def fail(what: str) -> None:
    note_down(what)
    raise ValueError("this job always fails")


@job("test_deaf")
def deaf(what: str, seconds: float) -> None:
    """Never ask whether to stop."""
    note_down(what)
    time.sleep(seconds)
    with suppress(Exception):
        note_down(f"{what} done")


@periodic("test_every_second", "* * * * * *")
def tick() -> None:
    note_down("tick")
