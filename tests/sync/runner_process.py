"""A runner as a process of its own, with a short lease: `python -m tests.sync.runner_process`."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from catalogtool.core.db import connect
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings
from catalogtool.sync.running.runner import TaskRunner
from tests.sync.queueing import SAMPLE_HANDLERS, Counted

if __name__ == "__main__":
    settings = Settings.load()
    configure_logging("INFO", "json")
    assert settings.database_url
    connect(settings.database_url)
    youtube: Any = Counted(settings.database_url, float(os.environ.get("LATENCY", "0")))
    runner = TaskRunner(
        settings,
        handlers=SAMPLE_HANDLERS,
        open_youtube=lambda halted: youtube,
        lease_seconds=float(os.environ.get("LEASE", "1.5")),
        look_seconds=0.5,
        requests_at_once=4,
    )
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    runner.start()
    asked.wait()
    runner.stop(grace=0.5)
