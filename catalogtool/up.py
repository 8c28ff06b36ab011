"""Everything in one terminal: database, web, worker and sandbox, started and stopped together."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from types import FrameType

import click

from catalogtool.auth.service import ensure_first_admin
from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import AppException
from catalogtool.core.migrate import upgrade
from catalogtool.core.settings import Settings
from catalogtool.reports.demo import ensure_demo
from catalogtool.youtube.access import SANDBOX_FILE, needs_sandbox

START_SECONDS = 60
STOP_SECONDS = 15
LOOK_SECONDS = 0.2
LONGEST_PAUSE = 30.0
EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class CannotStart(AppException):
    """Catalog Tool cannot start."""


@dataclass
class Child:
    """A sub-command of ours in a process and session of its own; Ctrl-C reaches only us."""

    name: str
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] = field(init=False)
    restart_at: float = field(default=0.0, init=False)
    pause: float = field(default=1.0, init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "catalogtool", self.name, "--parent", str(os.getpid())]
        self.process = subprocess.Popen([*command, *self.arguments], start_new_session=True)

    def keep_running(self) -> None:
        """Start it again when it has ended, ever more slowly."""
        status = self.process.poll()
        now = time.monotonic()
        if status is not None and not self.restart_at:
            click.echo(
                f"The {self.name} ended ({_ending(status)}); "
                f"it starts again in {self.pause:.0f} s.",
                err=True,
            )
            self.restart_at = now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)
        elif self.restart_at and now >= self.restart_at:
            self.restart_at = 0.0
            self.start()


class Everything:
    """Checks, prepares, runs and stops the whole of it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.web = Child("web")
        self.worker = Child("worker")
        self.sandbox = _sandbox(settings) if needs_sandbox(settings) else None
        self.password: str | None = None
        self._stopping = False

    def check_port(self) -> None:
        """Fail before any work if another program listens there."""
        host, port = self.settings.host, self.settings.port
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another with the variable PORT, for example: PORT={port + 1} make run"
            ) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Fail if another `up` has this home; the lock goes with the process, however it ends."""
        home = self.settings.catalog_home
        home.mkdir(parents=True, exist_ok=True)
        with open(home / "up.lock", "a") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise CannotStart(f"Catalog Tool already runs with the data in {home}") from None
            yield

    def prepare(self, url: str) -> None:
        """The schema and the demo."""
        if not self.settings.flask_skip_db_init:
            upgrade(url)
        ensure_demo(self.settings)

    def run(self) -> None:
        """Run until Ctrl-C or SIGTERM, or until the web server ends by itself."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        children = [child for child in (self.sandbox, self.web, self.worker) if child]
        for child in children:
            child.start()
        try:
            if self._wait_until_ready():
                # Not earlier: the password is shown this once, so nothing may fail in between.
                with unit_of_work() as session:
                    self.password = ensure_first_admin(session, self.settings)
                click.echo(self._ready_line())
                if self.sandbox:
                    click.echo("No CLIENT_ID is set: the sandbox plays YouTube.")
            while not self._stopping:
                self._look_after_children()
                time.sleep(LOOK_SECONDS)
        finally:
            _stop_all([child.process for child in children])

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while not self._stopping:
            self._look_after_children()
            if self._is_live():
                return True
            if time.monotonic() > deadline:
                raise CannotStart(f"The web server did not answer within {START_SECONDS} seconds.")
            time.sleep(LOOK_SECONDS)
        return False

    def _is_live(self) -> bool:
        host = EVERY_INTERFACE.get(self.settings.host, self.settings.host)
        connection = http.client.HTTPConnection(host, self.settings.port, timeout=2)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _look_after_children(self) -> None:
        """A web server that ended ends all; the others are started again."""
        if (status := self.web.process.poll()) is not None:
            raise CannotStart(f"The web server ended by itself ({_ending(status)}).")
        self.worker.keep_running()
        if self.sandbox:
            self.sandbox.keep_running()

    def _ready_line(self) -> str:
        host = EVERY_INTERFACE.get(self.settings.host, self.settings.host)
        address = f"[{host}]" if ":" in host else host
        parts = [
            f"Catalog Tool is ready: http://{address}:{self.settings.port}/",
            f"sign in as {self.settings.admin_email}",
        ]
        if self.password:
            parts.append(f"password {self.password}")
        return " · ".join(parts)


def _sandbox(settings: Settings) -> Child:
    """On a port that stays the same when it has to be started again."""
    home = settings.catalog_home
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    files = ("--state", str(home / "sandbox.sqlite"), "--url-file", str(home / SANDBOX_FILE))
    return Child("sandbox", ("--port", str(port), *files))


def _stop_all(processes: list[subprocess.Popen[bytes]]) -> None:
    """SIGTERM to all at once; SIGKILL for what does not end in time."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
