"""The web server, in this process: gunicorn with threads, so that sockets need no worker each."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

from catalogtool.core.settings import Settings

REQUEST_SECONDS = 120
GRACE_SECONDS = 3
# Many filters in scripts that take three bytes a letter make a long address.
LONGEST_ADDRESS = 8190
APPLICATION = "catalogtool.wsgi:app"


class _Server(BaseApplication):  # type: ignore[misc]
    """Loads the application in each worker process, so that none shares a connection."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_app(APPLICATION)


def serve(settings: Settings, processes: int, threads: int) -> None:
    """Serve until SIGTERM; does not return, but exits the process."""
    _share_metrics(settings.catalog_home / "metrics")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    _Server(
        {
            "bind": f"{host}:{settings.port}",
            "workers": processes,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": REQUEST_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 5,
            "limit_request_line": LONGEST_ADDRESS,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
    ).run()


def _share_metrics(folder: Path) -> None:
    """Let the worker processes add up their figures in files; those of an earlier run are gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
