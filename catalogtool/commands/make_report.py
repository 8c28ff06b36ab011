"""`catalogtool make-report`: a synthetic report of any size on standard output."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from catalogtool.sandbox.report_columns import LAYOUTS
from catalogtool.sandbox.reports import write_report

_SUMMARY = "JSON file for what was put in: quirks, rows that an import must reject."
_SHARE = click.FloatRange(0, 1)


@click.command("make-report")
@click.argument("rows", type=click.IntRange(min=0))
@click.option("--seed", type=int, default=0, help="Which synthetic catalogue; default 0.")
@click.option("--dirty", is_flag=True, help="With every quirk that real reports have.")
@click.option("--kind", type=click.Choice(list(LAYOUTS)), default="video")
@click.option("--version", help="Version of the columns; default the newest.")
@click.option("--day", type=click.IntRange(min=0), default=0, help="Days after the first report.")
@click.option("--changed", type=_SHARE, default=0.0, help="Share of videos changed on that day.")
@click.option("--viewed", type=_SHARE, default=0.0, help="Share of videos viewed since.")
@click.option("--gzip", is_flag=True, help="Compress what is written.")
@click.option("--summary", type=click.Path(dir_okay=False, path_type=Path), help=_SUMMARY)
def make_report(rows: int, summary: Path | None, **choices: Any) -> None:
    """Write a synthetic report of ROWS rows to standard output."""
    output = sys.stdout.buffer
    try:
        written = write_report(output, rows, **choices)
        output.flush()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except BrokenPipeError:
        # The reader, `head` perhaps, has enough. Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    if summary:
        summary.write_text(json.dumps(written.as_dict(), ensure_ascii=False), encoding="utf-8")
