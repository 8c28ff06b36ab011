"""`catalogtool export`: what it writes where, what it says, and how it ends."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from catalogtool.catalog.export.columns import DEFAULT_COLUMNS
from catalogtool.catalog.search.filters import PARSERS
from catalogtool.cli import main
from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from tests.catalog.sample_catalogue import insert_samples, make_samples

SAMPLES = make_samples(3, 60)


@pytest.fixture
def environment(
    database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """A small catalogue, and the variables that lead to it."""
    with unit_of_work() as session:
        insert_samples(session, SAMPLES)
    monkeypatch.setenv("DATABASE_URL", database)
    return dict(os.environ)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", *arguments])


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.usefixtures("environment")
def test_standard_output_holds_the_file_and_nothing_else() -> None:
    result = run("--hidden", "all", "--columns", "id,title")
    assert result.exit_code == 0, result.output
    expected = [{"id": str(sample["id"]), "title": sample["title"] or ""} for sample in SAMPLES]
    assert rows_of(result.stdout_bytes) == expected
    assert run("--hidden=all").stdout.splitlines()[0] == ",".join(DEFAULT_COLUMNS)


@pytest.mark.usefixtures("environment")
def test_filters_are_options_or_go_by_name() -> None:
    named = run("--channel-search", "ALPHA", "--hidden", "all", "--columns", "id")
    by_name = run("--filter", "channel_search=ALPHA", "--filter", "hidden=all", "--columns=id")
    assert named.stdout == by_name.stdout
    wanted = {"Alpha", "alpha"}
    ids = [s["id"] for s in SAMPLES if s["channel_display_name"] in wanted]
    assert [int(row["id"]) for row in rows_of(named.stdout_bytes)] == ids
    shown = run("--help").stdout
    assert {f"--{name.replace('_', '-')}" for name in PARSERS} <= set(
        re.findall(r"--[\w-]+", shown)
    )


@pytest.mark.usefixtures("environment")
def test_it_is_exact_unless_it_shall_be_safe() -> None:
    with unit_of_work() as session:
        session.execute(text("UPDATE video SET title = '=1+1' WHERE id = 7"))
    chosen = ("--hidden=all", "--columns=id,title")
    exact, safe = (rows_of(run(*chosen, *more).stdout_bytes) for more in ((), ("--safe",)))
    assert (exact[6], safe[6]) == ({"id": "7", "title": "=1+1"}, {"id": "7", "title": "'=1+1"})


@pytest.mark.usefixtures("environment")
def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "all.csv.gz"
    result = run("--hidden=all", "-o", str(target))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{target}: 60 videos, ")
    assert len(rows_of(gzip.decompress(target.read_bytes()))) == 60
    result = run("--hidden=all", "-o", str(tmp_path), "--json")
    written = json.loads(result.stdout)
    assert re.fullmatch(r"video_export_\d{4}-\d\d-\d\d\.csv", Path(written["file"]).name)
    assert (written["rows"], written["bytes"]) == (60, Path(written["file"]).stat().st_size)
    assert len(list(tmp_path.iterdir())) == 3  # and the home


REFUSED = (
    (["--columns", "video_id,secret"], 2, "there is no column secret"),
    (["--isrc", "---"], 2, "isrc: must hold letters or digits"),
    (["--policy", "maybe"], 2, "policy: must be one of"),
    (["--filter", "sort=title:asc"], 2, "sort: is not a parameter"),
    (["--filter", "hidden"], 2, "NAME=VALUE"),
    (["--filter", "hidden=all", "--hidden", "yes"], 2, "more than once"),
    (["--json"], 2, "--json needs -o"),
    (["--format", "xlsx"], 2, "xlsx"),
    (["--video-id", "nowhere"], 1, "No video matches"),
    (["-o", "nowhere/x.csv"], 1, "nowhere/x.csv: No such file or directory"),
)


@pytest.mark.usefixtures("environment")
def test_what_cannot_be_done_ends_with_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.csv").write_text("as before")
    for arguments, status, says in REFUSED:
        output = [] if "-o" in arguments or "--json" in arguments else ["-o", "kept.csv"]
        result = run(*arguments, *output)
        assert result.exit_code == status, result.output
        assert says in result.stderr
        assert result.stdout == ""
    # The old file is as it was, and no half of a new one lies about.
    assert (tmp_path / "kept.csv").read_text() == "as before"
    assert {path.name for path in tmp_path.iterdir()} <= {"kept.csv", "home"}


def test_a_reader_that_has_enough_causes_no_noise(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "catalogtool", "export", "--hidden=all"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_terminal_shows_a_bar(environment: dict[str, str], tmp_path: Path) -> None:
    leader, terminal = pty.openpty()
    target = tmp_path / "all.csv"
    command = [sys.executable, "-m", "catalogtool", "export", "--hidden=all", "-o", str(target)]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=terminal)
    os.close(terminal)
    shown = os.read(leader, 65_536).decode()
    os.close(leader)
    assert "all.csv" in shown
    assert "100%" in shown
    assert "60 videos" in shown
