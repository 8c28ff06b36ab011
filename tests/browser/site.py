"""The whole application as its users meet it: web processes and a worker, on a port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

EMAIL = "manager@example.com"
PASSWORD = "correct horse battery staple"
START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """A running installation: where it is, and what a program needs to talk to it."""

    url: str
    token: str

    def call(self, method: str, path: str, **options: object) -> dict[str, object]:
        """Ask the API with the token; a failure is an error of the test."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(
            method,
            self.url + path,
            headers=headers,
            timeout=30,
            **options,  # type: ignore[arg-type]
        )
        assert answer.ok, answer.text
        body: dict[str, object] = answer.json()
        return body

    def import_report(self, name: str, content: bytes) -> int:
        """Bring a report through the real pipeline and wait for its end; the report's id."""
        key = self.call("POST", "/api/reports/upload", files={"file": (name, content)})["key"]
        ids = self.call("POST", "/api/process-report", json={"files": [key]})["report_ids"]
        assert isinstance(ids, list)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            report = self.call("GET", f"/api/process-status/{ids[0]}")["report"]
            assert isinstance(report, dict)
            if report["status"] == "completed":
                return int(ids[0])
            assert report["status"] != "error", report["error_message"]
            time.sleep(0.2)
        raise AssertionError("the import did not end")


@contextmanager
def running_site(database_url: str, home: Path) -> Iterator[Site]:
    """Start an installation on this migrated database; it is gone afterwards."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "CATALOG_HOME": str(home),
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "DEMO": "0",
        "LOG_LEVEL": "WARNING",
    }
    _run(["users", "create", EMAIL, "--admin", "--password-stdin"], environment, PASSWORD)
    token = _run(["tokens", "create", EMAIL], environment).strip()
    site = Site(f"http://127.0.0.1:{port}", token)
    with ExitStack() as stack:
        web = stack.enter_context(_child(["web", "--threads", "16"], environment))
        stack.enter_context(_child(["worker"], environment))
        _wait_for(site.url, web)
        yield site


@contextmanager
def _child(
    arguments: Sequence[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "catalogtool", *arguments], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _run(arguments: Sequence[str], environment: dict[str, str], typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "catalogtool", *arguments],
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the web server ended"
        try:
            if requests.get(f"{url}/health/live", timeout=2).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
    raise AssertionError("the web server does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
