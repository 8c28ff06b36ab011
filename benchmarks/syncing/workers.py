"""Worker processes: started, killed, and what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

PROGRAM = Path(__file__).with_name("worker.py")
KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG")
# Where in /proc/PID/stat, counted behind the name in parentheses, the process's own seconds stand.
PARENT, USER, SYSTEM = 1, 11, 12
READY_SECONDS = 120.0
LONGEST_LINE = 500
_numbers = count(1)


@dataclass
class Worker:
    """One process and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def processor_seconds(self) -> float:
        """What it has used so far, with all of its threads."""
        return _seconds_of(_stat(self.process.pid))

    def tail(self, lines: int = 12) -> str:
        shown = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(line[:LONGEST_LINE] for line in shown)


@dataclass
class Crew:
    """Workers on one database."""

    url: str
    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    hurried: bool = False
    alive: list[Worker] = field(default_factory=list)
    gone: list[Worker] = field(default_factory=list)

    def hire(self) -> Worker:
        """Start one more."""
        log = self.home / "logs" / f"worker-{next(_numbers)}.log"
        log.parent.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        mine = {"DATABASE_URL": self.url, "CATALOG_HOME": str(self.home)}
        manner = ["hurried"] if self.hurried else []
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(os.getpid()), *manner],
                env={**kept, **mine, **self.settings},
                cwd=self.home,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        worker = Worker(process, log)
        self.alive.append(worker)
        return worker

    def kill(self, worker: Worker) -> None:
        """SIGKILL: no last words."""
        worker.process.kill()
        worker.process.wait()
        self.alive.remove(worker)
        self.gone.append(worker)

    def wait_until_listening(self) -> None:
        """Until as many sessions listen for tasks as there are workers."""
        end = time.monotonic() + READY_SECONDS
        while _listeners(self.url) < len(self.alive):
            if time.monotonic() > end or any(w.process.poll() is not None for w in self.alive):
                raise RuntimeError(f"the workers did not start\n{self.tails()}")
            time.sleep(0.05)

    def tails(self) -> str:
        """The last lines of every log that has any."""
        logs = [(worker.log.name, worker.tail()) for worker in (*self.gone, *self.alive)]
        return "\n".join(f"--- {name}\n{tail}" for name, tail in logs if tail)


def sessions_seconds(data: Path) -> float:
    """What the living children of this server's postmaster have used so far."""
    postmaster = (data / "postmaster.pid").read_text().splitlines()[0]
    stats = [_stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return sum(_seconds_of(stat) for stat in stats if stat and stat[PARENT] == postmaster)


def _stat(number: int) -> list[str]:
    """The fields behind the name; nothing if the process has ended meanwhile."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _seconds_of(stat: list[str]) -> float:
    return (int(stat[USER]) + int(stat[SYSTEM])) / os.sysconf("SC_CLK_TCK")


def _listeners(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query ILIKE 'LISTEN%sync_tasks%'"""
        ).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def crew(
    url: str, home: Path, size: int = 1, *, hurried: bool = False, **settings: object
) -> Iterator[Crew]:
    """So many workers; they are told to stop at the end, and must do it."""
    named = {name.upper(): str(value) for name, value in settings.items()}
    made = Crew(url, home, named, hurried)
    try:
        for _ in range(size):
            made.hire()
        made.wait_until_listening()
        yield made
    finally:
        for worker in made.alive:
            worker.process.terminate()
        for worker in made.alive:
            worker.process.wait(30)
