"""Disturbing a crew at random moments: workers are killed, the server crashes once."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from catalogtool.core import postgres
from syncing.workers import Crew


@dataclass
class Blows:
    """Kills one of the crew every few seconds until `stop`, and hires another in its place."""

    crew: Crew
    chance: random.Random
    server: Path
    settings: dict[str, str]
    pause: tuple[float, float] = (2.0, 5.0)
    crash_at: int = 3
    kills: int = 0
    crashes: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No further blow; the server runs."""
        self._ended.set()
        assert self._thread is not None
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self.chance.uniform(*self.pause)):
            self.crew.kill(self.chance.choice(self.crew.alive))
            self.kills += 1
            self.crew.hire()
            if self.kills == self.crash_at:
                postgres.stop(self.server, "immediate")
                time.sleep(1.0)
                postgres.start(self.server, self.settings)
                self.crashes += 1
