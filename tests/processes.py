"""Processes of our own that tests start, freeze and kill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Start = Callable[..., subprocess.Popen[bytes]]


@contextmanager
def started_from(module: str, *, errors: int = subprocess.PIPE) -> Iterator[Start]:
    """Starts this module on a database; the processes that still run at the end are killed.

    `start(url, **environment)` gives the process, whose errors can be read (few of them; for one
    that writes many, `errors` says where they go).
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(url: str, **environment: object) -> subprocess.Popen[bytes]:
        more = {name: str(value) for name, value in environment.items()}
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env={**os.environ, "DATABASE_URL": url, **more},
            stderr=errors,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
