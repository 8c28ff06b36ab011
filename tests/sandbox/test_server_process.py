"""`catalogtool sandbox` as a process: its address in the home, its end, its wrong usage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from catalogtool.commands.sandbox import sandbox as command
from catalogtool.core.settings import Settings
from catalogtool.youtube.access import needs_sandbox
from tests.sandbox.running import COMMAND, sandbox_process


def test_address_is_there_while_it_runs(tmp_path: Path) -> None:
    with sandbox_process(tmp_path, "--videos", "10", "--fault", "mix=0.1") as running:
        assert (tmp_path / "sandbox.url").read_text() == f"{running.url}\n"
        assert running.control("faults")["rates"]["unavailable"] == pytest.approx(0.1 / 11)
    assert list(tmp_path.iterdir()) == []


def test_it_stops_at_once_though_somebody_waits(tmp_path: Path) -> None:
    environment = {**os.environ, "CATALOG_HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "--latency", "60000"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    url = process.stdout.readline().decode().split()[-1]
    with pytest.raises(requests.Timeout):
        requests.post(f"{url}/token", timeout=0.2)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=5)
    assert process.returncode == 0
    assert (out, err) == (b"", b"")
    assert time.monotonic() - begun < 2
    assert not (tmp_path / "sandbox.url").exists()


@pytest.mark.parametrize(
    "arguments", [["--fault", "nonsense=0.1"], ["--fault", "mix"], ["--videos", "0"], ["x"]]
)
def test_wrong_usage_ends_with_status_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


def test_address_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with sandbox_process(tmp_path) as running:
        port = running.url.rpartition(":")[2]
        other = str(tmp_path / "other")
        # In a process of its own: it brings a loop, and a browser test may have left one here.
        catalogtool = [sys.executable, "-m", "catalogtool", "sandbox"]
        result = subprocess.run(
            [*catalogtool, "--port", port, "--url-file", other],
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert "cannot listen" in result.stderr
    assert result.stderr.count("\n") == 1


def test_up_starts_it_only_if_there_is_no_other_youtube(settings: Settings) -> None:
    assert needs_sandbox(settings)
    assert not needs_sandbox(settings.model_copy(update={"client_id": "x"}))
    other = {"youtube_api_base_url": "http://127.0.0.1:1"}
    assert not needs_sandbox(settings.model_copy(update=other))
