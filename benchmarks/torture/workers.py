"""Worker processes: started, killed, told apart by what they write into their logs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

PROGRAM = Path(__file__).with_name("worker.py")
KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG")
_numbers = count(1)


@dataclass
class Worker:
    """One process and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def attempts(self) -> set[int]:
        """The turns at a report that this worker has taken."""
        found = set()
        for line in self.log.read_text(errors="replace").splitlines():
            if '"import_started"' in line:
                found.add(int(json.loads(line)["attempt"]))
        return found

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Crew:
    """The workers of one round."""

    url: str
    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    alive: list[Worker] = field(default_factory=list)
    gone: list[Worker] = field(default_factory=list)

    def hire(self) -> Worker:
        """Start one more."""
        log = self.home / "logs" / f"worker-{next(_numbers)}.log"
        log.parent.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(os.getpid())],
                env={
                    **kept,
                    "DATABASE_URL": self.url,
                    "CATALOG_HOME": str(self.home),
                    "REPORT_STORE": str(self.home / "reports"),
                    **self.environment,
                },
                cwd=self.home,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        worker = Worker(process, log)
        self.alive.append(worker)
        return worker

    def holder_of(self, attempt: int) -> Worker | None:
        """Who has this turn at the report."""
        return next((w for w in self.alive if attempt in w.attempts()), None)

    def kill(self, worker: Worker) -> None:
        """SIGKILL: no last words."""
        worker.process.kill()
        worker.process.wait()
        self.alive.remove(worker)
        self.gone.append(worker)

    def tails(self) -> str:
        """The last lines of every log, for the report of a failure."""
        return "\n".join(f"--- {w.log.name}\n{w.tail()}" for w in (*self.gone, *self.alive))


@contextmanager
def crew(url: str, home: Path, size: int = 2, **environment: str) -> Iterator[Crew]:
    """So many workers; all are killed at the end."""
    made = Crew(url, home, environment)
    try:
        for _ in range(size):
            made.hire()
        yield made
    finally:
        for worker in list(made.alive):
            made.kill(worker)
