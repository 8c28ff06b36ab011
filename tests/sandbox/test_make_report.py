"""The command writes the report to standard output and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalogtool.commands.make_report import make_report
from tests.sandbox.written import report_bytes

COMMAND = "from catalogtool.commands.make_report import make_report; make_report()"


def test_command_writes_what_the_function_writes() -> None:
    arguments = ["200", "--seed", "3", "--kind", "claims", "--version", "a2", "--day", "1"]
    result = CliRunner().invoke(make_report, [*arguments, "--viewed", "0.5"])
    assert result.exit_code == 0
    expected = report_bytes(200, seed=3, kind="claims", version="a2", day=1, viewed=0.5)
    assert result.stdout_bytes == expected
    assert result.stderr == ""


def test_summary_goes_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    result = CliRunner().invoke(make_report, ["1000", "--dirty", "--summary", str(path)])
    assert result.stdout_bytes == report_bytes(1000, dirty=True)
    assert json.loads(path.read_text())["rejected_rows"] == 20


@pytest.mark.parametrize("arguments", [["-1"], ["x"], [], ["1", "--version", "a9"]])
def test_wrong_usage_ends_with_status_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(make_report, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_reader_that_has_enough_causes_no_noise() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1000)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
