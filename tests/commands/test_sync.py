"""`catalogtool sync`: it asks, waits, and says how it ended."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from catalogtool.cli import main
from catalogtool.core.settings import Settings
from tests.catalog.editing import add_videos
from tests.sandbox.running import Sandbox, running_sandbox
from tests.sync.queueing import rows

VIDEOS = 120


@pytest.fixture
def sandbox(
    database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A catalogue of two channels whose videos YouTube knows."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("YOUTUBE_MIN_DELAY", "0")
    with running_sandbox(videos=VIDEOS) as running:
        settings.catalog_home.mkdir(parents=True, exist_ok=True)
        (settings.catalog_home / "sandbox.url").write_text(running.url)
        ids = [running.video_id(number) for number in range(VIDEOS)]
        add_videos(
            *(
                {"video_id": one, "channel_display_name": "Many" if place else "One"}
                for place, one in enumerate(ids)
            )
        )
        yield running


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sync", *arguments])


def test_all_videos_are_asked_for_in_few_calls(sandbox: Sandbox, database: str) -> None:
    result = run("--all")
    assert result.exit_code == 0, result.output
    assert f"{VIDEOS} videos looked at" in result.stdout
    assert sandbox.usage()["by_method"]["videos.list"]["requests"] == 3
    assert rows(database, "SELECT count(*) FROM video_look") == [(VIDEOS,)]
    again = run("--all")
    assert again.exit_code == 0
    assert "Nothing to ask for" in again.stdout
    forced = run("--all", "--force", "--json")
    assert json.loads(forced.stdout)["completed"] == VIDEOS


@pytest.mark.usefixtures("sandbox")
def test_one_channel() -> None:
    result = run("--channel", "One", "--json")
    found = json.loads(result.stdout)
    assert (found["jobs_created"], found["completed"], found["waiting"]) == (1, 1, 0)
    unknown = run("--channel", "One", "--channel", "No such")
    assert unknown.exit_code == 1
    assert unknown.stderr.strip() == "Error: There is no channel named No such."


@pytest.mark.usefixtures("sandbox")
def test_the_quota_ends_it_with_a_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_DAILY_QUOTA", "2")
    result = run("--all")
    assert result.exit_code == 1
    assert "100 videos looked at" in result.stdout
    assert "The quota is used up until 20" in result.stderr
    assert "20 videos wait" in result.stderr


@pytest.mark.usefixtures("sandbox")
def test_failures_are_told(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    sandbox.change(sandbox.video_id(0), refuse="forbidden")
    result = run("--channel", "One")
    assert result.exit_code == 1
    assert "1 videos failed:" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--all", "--channel", "One"], ["--no-such"]])
def test_wrong_usage(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.usefixtures("database")
def test_without_access_it_says_what_to_set(
    database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    result = run("--all")
    assert result.exit_code == 1
    assert "CLIENT_ID" in result.stderr
    assert rows(database, "SELECT count(*) FROM processing_queue") == [(0,)]


@pytest.mark.usefixtures("sandbox")
def test_a_terminal_gets_a_bar() -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "catalogtool", "sync", "--all"]
    with subprocess.Popen(command, stderr=slave, stdout=subprocess.PIPE, text=True) as process:
        os.close(slave)
        output, _ = process.communicate(timeout=60)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:
        pass
    os.close(master)
    assert process.returncode == 0
    assert f"{VIDEOS} videos looked at" in output
    assert "100%" in shown.decode()
