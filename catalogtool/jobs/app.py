"""The jobs that this process knows, declared where they live and built into one Procrastinate app.

A declaration needs no database, so that web processes, tests and workers import the same modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

import procrastinate
from procrastinate.manager import JobManager

from catalogtool.jobs.connection import PatientConnector
from catalogtool.jobs.retry import KeepTrying
from catalogtool.jobs.running import Running, run_in_thread

P = ParamSpec("P")
R = TypeVar("R")

# A schedule that was missed because no worker ran is made up for, if it is not older than this.
MISSED_SCHEDULE_SECONDS = 25 * 3600


@dataclass(frozen=True)
class Declaration:
    """One kind of job: its function, where it waits, and what it excludes."""

    name: str
    function: Callable[..., Any]
    queue: str
    lock: str | None
    queueing_lock: str | None
    cron: str | None = None


declared: dict[str, Declaration] = {}


def declare(declaration: Declaration) -> None:
    """Add a kind of job; the same name for another function is a mistake in the program."""
    known = declared.setdefault(declaration.name, declaration)
    if known.function is not declaration.function:
        raise ValueError(f"there are two jobs named {declaration.name}")


def job(
    name: str,
    *,
    queue: str = "default",
    lock: str | None = None,
    queueing_lock: str | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a function as a job; it takes JSON values by name and stays callable as it is.

    `lock`: never two such jobs at once. `queueing_lock`: never two of them waiting. Both are
    defaults that `defer` may override, for example with one lock for each report.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        declare(Declaration(name, function, queue, lock, queueing_lock))
        return function

    return register


def build_app(
    connector: PatientConnector, manager: JobManager, running: Running
) -> procrastinate.App:
    """A Procrastinate app with every declared job, on this connector."""
    app = procrastinate.App(
        connector=connector, periodic_defaults={"max_delay": MISSED_SCHEDULE_SECONDS}
    )
    app.job_manager = manager
    for declaration in declared.values():
        _add(app, declaration, running)
    return app


def _add(app: procrastinate.App, declaration: Declaration, running: Running) -> None:
    async def entry(context: procrastinate.JobContext, /, **arguments: Any) -> Any:
        if declaration.cron:
            arguments.pop("timestamp", None)
        return await run_in_thread(running, context.job, declaration.function, arguments)

    task = app.task(
        name=declaration.name,
        queue=declaration.queue,
        lock=declaration.lock,
        queueing_lock=declaration.queueing_lock,
        pass_context=True,
        retry=KeepTrying(),
    )(entry)
    if declaration.cron:
        app.periodic(cron=declaration.cron)(cast("Any", task))
