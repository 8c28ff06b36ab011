"""Processor seconds of both sides: on a machine that others use as well, they tell more than time.

A server's backends are children of its postmaster, whose own statistics grow by what each of them
used when it ends; parallel workers are among them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

# Where in /proc/PID/stat, counted behind the name in parentheses, the children's seconds stand.
CHILDREN_USER, CHILDREN_SYSTEM = 13, 14
# A backend ends a moment after its client has hung up.
GOODBYE_SECONDS = 1.0


def measured(data: Path, work: Callable[[], Result]) -> tuple[Result, float]:
    """The result of some work and the processor seconds of this process and of the server.

    `data` is the server's data directory. All sessions that belong to the work must be closed when
    it returns.
    """
    before = time.process_time() + _ended_backends(data)
    result = work()
    time.sleep(GOODBYE_SECONDS)
    return result, time.process_time() + _ended_backends(data) - before


def _ended_backends(data: Path) -> float:
    postmaster = (data / "postmaster.pid").read_text().splitlines()[0]
    fields = Path(f"/proc/{postmaster}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[CHILDREN_USER]) + int(fields[CHILDREN_SYSTEM])
    return ticks / os.sysconf("SC_CLK_TCK")
